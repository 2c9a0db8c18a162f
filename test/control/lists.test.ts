import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { budgets, keys } from "../../src/ledger/policy-schema.ts";
import { type Harness, listAll, makeBudget, makeKey, startHarness } from "./harness.ts";

let harness: Harness;
beforeAll(async () => {
  harness = await startHarness();
});
beforeEach(async () => {
  await harness.database.delete(budgets);
  await harness.database.delete(keys);
});
afterAll(() => harness.close());

const KINDS = [
  ["/api/v1/keys", async () => (await makeKey(harness)).id],
  ["/api/v1/budgets", () => makeBudget(harness)],
] as const;

test.each(KINDS)("%s lists the newest first, each once, while others are made", async (path, make) => {
  const made: string[] = [];
  for (let n = 0; n < 7; n++) made.push(await make());
  const listed = await listAll(harness, path, { limit: 3, between: make });
  expect(listed).toEqual(made.toReversed());
});

test.each(KINDS)("%s has no page after one that is exactly full", async (path, make) => {
  await make();
  await make();
  expect((await harness.call("GET", `${path}?limit=2`)).body).toMatchObject({
    data: [{}, {}],
    has_more: false,
    next_cursor: null,
  });
});

test.each(KINDS)("%s goes on where its cursor's own item was removed", async (path, make) => {
  const made = [await make(), await make(), await make()];
  const table = path.endsWith("keys") ? keys : budgets;
  const listed = await listAll(harness, path, { limit: 1, between: () => harness.database.delete(table) });
  expect(listed).toEqual(made.slice(-1));
});

test.each(KINDS)("%s is an empty page where there is nothing", async (path) => {
  expect((await harness.call("GET", path)).body).toEqual({ data: [], has_more: false, next_cursor: null });
});
