import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { newId } from "../../src/ids.ts";
import { type Harness, START_MS, emptyRedis, makeBudget, pointersOf, startHarness } from "./harness.ts";

let harness: Harness;
beforeAll(async () => {
  harness = await startHarness();
});
beforeEach(() => {
  Object.assign(harness.redis, emptyRedis());
  harness.clock.nowMs = START_MS;
});
afterAll(() => harness.close());

const reset = (id: string, options: Parameters<Harness["call"]>[2] = {}) =>
  harness.call("POST", `/api/v1/budgets/${id}/reset`, options);

test("law 1: takes back what is spent, keeps what is held, and shows the budget", async () => {
  const id = await makeBudget(harness);
  harness.redis.live.set(id, { spent: 4_000_000_000, held: 1_000_000_000 });
  expect(await reset(id)).toMatchObject({
    status: 200,
    body: { id, spent: "0.00", held: "1.00", remaining: "9.00" },
  });
  expect(harness.redis.resets).toEqual([id]);
});

test("R40: is of the count that goes on now: a changed period has another", async () => {
  const id = await makeBudget(harness);
  await harness.call("PATCH", `/api/v1/budgets/${id}`, { body: { period: "day" } });
  await reset(id, { body: {} });
  expect(harness.redis.resets).toEqual([`${id}~2`]);
});

test("of a budget for each is of one instance", async () => {
  const id = await makeBudget(harness, { scope: { kind: "customer", id: "*" } });
  expect((await reset(id, { body: { instance: "a/b" } })).body).toMatchObject({ id, instance: "a/b" });
  expect(harness.redis.resets).toEqual([`${id}:a%2Fb`]);
});

test("an instance that is missing, unknown or of no use is a bad field", async () => {
  const one = await makeBudget(harness);
  const each = await makeBudget(harness, { scope: { kind: "user", id: "*" } });
  const bodies: [string, unknown, string][] = [
    [one, { instance: "acme" }, "/instance"],
    [each, {}, "/instance"],
    [each, { instance: newId("user") }, "/instance"],
    [each, { instance: "a\0b" }, "/instance"],
    [each, { instance: null }, "/instance"],
    [one, { amount: 1 }, "/amount"],
  ];
  for (const [id, body, pointer] of bodies) {
    const answer = await reset(id, { body });
    expect([answer.status, pointersOf(answer)]).toEqual([400, [pointer]]);
  }
  expect(harness.redis.resets).toEqual([]);
});

test("with an Idempotency-Key it is done once; another instance is another body", async () => {
  const id = await makeBudget(harness, { scope: { kind: "tag", id: "*" } });
  const headers = { "idempotency-key": "r" };
  const first = await reset(id, { body: { instance: "a" }, headers });
  expect((await reset(id, { body: { instance: "a" }, headers })).text).toBe(first.text);
  expect((await reset(id, { body: { instance: "b" }, headers })).status).toBe(422);
  expect(harness.redis.resets).toHaveLength(1);
});

test("an unknown budget is 404, Redis away is 503", async () => {
  expect((await reset(newId("bud"))).status).toBe(404);
  const id = await makeBudget(harness);
  harness.redis.down = true;
  expect((await reset(id)).status).toBe(503);
});
