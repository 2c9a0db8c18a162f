import { afterAll, beforeAll, expect, test } from "vitest";
import { proveSecret } from "../../src/gate/secret.ts";
import { readPolicyDocument } from "../../src/ledger/policy-documents.ts";
import { bodyOf, type Harness, makeKey, startHarness } from "./harness.ts";
import { KEY_SECRET } from "./harness.ts";

let harness: Harness;
beforeAll(async () => {
  harness = await startHarness();
});
afterAll(() => harness.close());

const rotate = async (id: string, overlap_seconds?: number) =>
  harness.call(
    "POST",
    `/api/v1/keys/${id}/rotate`,
    overlap_seconds === undefined ? {} : { body: { overlap_seconds } },
  );
const ask = async (secret: string) =>
  harness.call("GET", "/api/v1/key", { authorization: `Bearer ${secret}` });
const secretOf = (answer: Awaited<ReturnType<typeof rotate>>) => String(bodyOf(answer)["secret"]);

/** What the gate reads of a secret. */
async function policyOf(secret: string) {
  const proven = await proveSecret([KEY_SECRET], secret);
  if (!proven) throw new Error("no secret of ours");
  const read = await readPolicyDocument(harness.database, proven.organizationId, {
    kind: "key",
    id: proven.digest,
  });
  return { ...read, policy: JSON.parse(read.json) as Record<string, unknown> | null };
}

test("both secrets are the one key while they overlap; then the old one is expired (R39)", async () => {
  const key = await makeKey(harness, { budgets: [{ limit: "1", period: "day" }] });
  const rotated = await rotate(key.id, 60);
  const secret = secretOf(rotated);
  expect(secret).not.toBe(key.secret);
  expect([rotated.status, bodyOf(rotated)["id"]]).toEqual([200, key.id]);
  for (const each of [key.secret, secret]) {
    const seen = await ask(each);
    expect(seen.body).toMatchObject({ id: key.id, budgets: [{ id: key.budgets[0]?.id }] });
    expect((await policyOf(each)).policy).toMatchObject({ id: key.id, revoked: false });
  }
  expect((await policyOf(key.secret)).policy).toMatchObject({ expiresAtMs: harness.clock.nowMs + 60_000 });
  harness.clock.nowMs += 60_000;
  expect((await ask(key.secret)).status).toBe(401);
  expect((await ask(secret)).status).toBe(200);
});

test("without an overlap the old secret ends with the answer, and both documents are published (law 10)", async () => {
  const key = await makeKey(harness);
  harness.redis.published = [];
  const secret = secretOf(await rotate(key.id));
  expect((await ask(key.secret)).status).toBe(401);
  expect(harness.redis.published.filter(({ kind }) => kind === "key")).toHaveLength(2);
  expect((await policyOf(secret)).policy).toMatchObject({ expiresAtMs: null });
});

test("a second rotation ends the secret before the last at once", async () => {
  const key = await makeKey(harness);
  const second = secretOf(await rotate(key.id, 3600));
  const third = secretOf(await rotate(key.id, 3600));
  expect((await policyOf(key.secret)).policy).toBeNull();
  expect([(await ask(key.secret)).status, (await ask(second)).status, (await ask(third)).status]).toEqual([
    401, 200, 200,
  ]);
});

test("of two rotations at once one is told that it came second, and no secret that was given out is dead", async () => {
  const key = await makeKey(harness);
  const both = await Promise.all([rotate(key.id, 60), rotate(key.id, 60)]);
  const made = both.filter(({ status }) => status === 200);
  expect(both.filter(({ status }) => status === 409).length + made.length).toBe(2);
  for (const answer of made) expect((await ask(secretOf(answer))).status).toBe(200);
});

test("a change and a revocation reach both secrets (law 10)", async () => {
  const key = await makeKey(harness);
  const secret = secretOf(await rotate(key.id, 3600));
  const before = await policyOf(key.secret);
  await harness.call("PATCH", `/api/v1/keys/${key.id}`, { body: { enabled: false } });
  for (const each of [key.secret, secret])
    expect((await policyOf(each)).policy).toMatchObject({ enabled: false });
  expect((await policyOf(key.secret)).version).toBe(before.version + 1);
  await harness.call("DELETE", `/api/v1/keys/${key.id}`);
  for (const each of [key.secret, secret])
    expect((await policyOf(each)).policy).toMatchObject({ revoked: true });
  expect((await rotate(key.id)).status).toBe(409);
});

test("an overlap of more than thirty days, or of less than nothing, is a bad field", async () => {
  const key = await makeKey(harness);
  for (const overlap of [-1, 30 * 86_400 + 1, 1.5]) expect((await rotate(key.id, overlap)).status).toBe(400);
});
