import { afterAll, beforeAll, expect, test } from "vitest";
import { book, entryRow, lapseRow } from "./entries.ts";
import { type Harness, START_MS, bodyOf, makeKey, startHarness } from "./harness.ts";

let harness: Harness;
beforeAll(async () => {
  harness = await startHarness();
});
afterAll(() => harness.close());

const HOUR_MS = 3_600_000;
const lastUsed = async (id: string) =>
  bodyOf(await harness.call("GET", `/api/v1/keys/${id}`))["last_used_at"];
const atHour = (hour: number) => ({
  startedAt: new Date(START_MS + hour * HOUR_MS),
  at: new Date(START_MS + hour * HOUR_MS + 1_000),
});

test("a key was last used when its latest call began; a key without calls, never", async () => {
  const { id: keyId } = await makeKey(harness);
  const other = await makeKey(harness);
  expect(await lastUsed(keyId)).toBeUndefined();
  await book(harness, entryRow({ keyId, ...atHour(2) }), entryRow({ keyId, ...atHour(1) }));
  await book(harness, entryRow({ keyId, organizationId: "org_other", ...atHour(3) }));
  expect(await lastUsed(keyId)).toBe("2026-05-13T12:30:00.000Z");
  expect(await lastUsed(other.id)).toBeUndefined();
});

test("an operator who voids a call doesn't use its key", async () => {
  const { id: keyId } = await makeKey(harness);
  const lapse = lapseRow({ keyId, ...atHour(1) });
  const voided = entryRow({ holdId: lapse.holdId, kind: "void", keyId, ...atHour(5) });
  await book(harness, lapse, { ...voided, id: `${lapse.holdId}.v` });
  expect(await lastUsed(keyId)).toBe("2026-05-13T11:30:00.000Z");
});

test("the list says it of each key, and the client's own key of itself", async () => {
  const unused = await makeKey(harness);
  const { id: keyId, secret } = await makeKey(harness);
  await book(harness, entryRow({ keyId, ...atHour(1) }));
  const last_used_at = "2026-05-13T11:30:00.000Z";
  const { data } = bodyOf(await harness.call("GET", "/api/v1/keys?limit=2"));
  expect(data).toMatchObject([{ id: keyId, last_used_at }, { id: unused.id }]);
  expect((data as object[])[1]).not.toHaveProperty("last_used_at");
  const own = await harness.call("GET", "/api/v1/key", { authorization: `Bearer ${secret}` });
  expect(own.body).toMatchObject({ id: keyId, last_used_at });
});
