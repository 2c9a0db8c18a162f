import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import * as z from "zod";
import { customers } from "../../src/ledger/places-schema.ts";
import { budgets } from "../../src/ledger/policy-schema.ts";
import type { Schemas } from "../support/api-client.ts";
import { type Harness, START_MS, emptyRedis, make, makeBudget, makeKey, startHarness } from "./harness.ts";

// A resource shows every budget that it is under, by the rule that the gate charges by (law 8).

let harness: Harness;
let team: string;
let user: string;
beforeAll(async () => {
  harness = await startHarness();
  team = await make(harness, "teams", { name: "t" });
  user = await make(harness, "users", {});
  await harness.call("PUT", `/api/v1/teams/${team}/members/${user}`);
});
beforeEach(async () => {
  await harness.database.delete(budgets);
  await harness.database.delete(customers);
  Object.assign(harness.redis, emptyRedis());
  harness.clock.nowMs = START_MS;
});
afterAll(() => harness.close());

const shown = z.object({
  budgets: z.array(z.object({ id: z.string(), instance: z.string().optional(), spent: z.unknown() })),
});
/** `<budget id>` or `<budget id>:<instance>` of all that it shows, in order. */
async function under(path: string, authorization?: string): Promise<string[]> {
  const answer = await harness.call("GET", `/api/v1${path}`, authorization ? { authorization } : {});
  const { budgets: all } = shown.parse(answer.body);
  return all.map(({ id, instance }) => (instance === undefined ? id : `${id}:${instance}`));
}
const on = (kind: Schemas["Scope"]["kind"], id: string, fields: Record<string, unknown> = {}) =>
  makeBudget(harness, { scope: { kind, id }, ...fields });

test("R18: a key is under what its place and its own tags charge, its instances among them", async () => {
  const { id, secret } = await makeKey(harness, { team_id: team, user_id: user, tags: ["nightly"] });
  const charged = [
    await on("organization", "org_default"),
    await on("team", team),
    await on("member", `${team}/${user}`),
    await on("user", user, { include_team_spend: true }),
    await on("key", id),
    await on("tag", "nightly"),
    `${await on("tag", "*", { unit: "requests" })}:nightly`,
    `${await on("key", "*", { unit: "requests" })}:${id}`,
    `${await on("member", "*", { unit: "requests" })}:${team}/${user}`,
  ];
  // None of these: a personal budget (R2), others' budgets, what only a call can name.
  await on("user", user);
  await on("tag", "daily");
  await on("customer", "*");
  await on("key", (await makeKey(harness)).id);
  expect(await under(`/keys/${id}`)).toEqual(charged);
  expect(await under("/key", `Bearer ${secret}`)).toEqual(charged);
});

test("law 8, R2: a personal key is under its user's personal budgets", async () => {
  const { id } = await makeKey(harness, { user_id: user });
  const [personal, both] = [await on("user", user), await on("user", user, { include_team_spend: true })];
  await on("member", `${team}/${user}`);
  await on("team", team);
  expect(await under(`/keys/${id}`)).toEqual([personal, both]);
});

test("R19: an own budget of the same unit and kind of period takes the place of the one for each", async () => {
  const { id } = await makeKey(harness);
  const each = await on("key", "*", { period: "month" });
  const daily = await on("key", "*", { period: "day" });
  expect(await under(`/keys/${id}`)).toEqual([`${each}:${id}`, `${daily}:${id}`]);
  const own = await on("key", id, { period: { kind: "month", timezone: "Asia/Tokyo" } });
  expect(await under(`/keys/${id}`)).toEqual([`${daily}:${id}`, own]);
  await on("key", id, { unit: "tokens", period: "day" });
  expect(await under(`/keys/${id}`)).toContain(`${daily}:${id}`);
});

test("one that is narrowed to a team is for that team's keys only", async () => {
  const ofTeam = await makeKey(harness, { team_id: team });
  const { id } = await makeKey(harness);
  const narrowed = await makeBudget(harness, { scope: { kind: "key", id: "*", team_id: team } });
  expect(await under(`/keys/${ofTeam.id}`)).toEqual([`${narrowed}:${ofTeam.id}`]);
  expect(await under(`/keys/${id}`)).toEqual([]);
});

test("the live numbers are the instance's", async () => {
  const { id } = await makeKey(harness, { tags: ["a/b"] });
  const each = await on("tag", "*");
  harness.redis.counters.set(`${each}:a%2Fb`, { spent: 1_000_000_000 });
  const { body } = await harness.call("GET", `/api/v1/keys/${id}`);
  expect(body).toMatchObject({ budgets: [{ id: each, instance: "a/b", spent: "1.00", remaining: "9.00" }] });
});

test("a customer shows its own and its instances, those of single teams too", async () => {
  await make(harness, "customers", { id: "acme" });
  const own = await on("customer", "acme", { period: "day" });
  const each = await on("customer", "*");
  const narrowed = await makeBudget(harness, { scope: { kind: "customer", id: "*", team_id: team } });
  await on("customer", "*", { period: "day" }); // Its own takes this one's place.
  await on("customer", "other");
  expect(await under("/customers/acme")).toEqual([own, `${each}:acme`, `${narrowed}:acme`]);
});

test("a team, a user and a member show theirs", async () => {
  const [ofTeam, eachTeam] = [await on("team", team), await on("team", "*", { period: "day" })];
  const [ofUser, eachUser] = [await on("user", user), await on("user", "*", { period: "day" })];
  const member = `${team}/${user}`;
  const ofMember = await on("member", member);
  const eachMember = await makeBudget(harness, {
    scope: { kind: "member", id: "*", team_id: team },
    period: "day",
  });
  const elsewhere = await make(harness, "teams", { name: "elsewhere" });
  await makeBudget(harness, { scope: { kind: "member", id: "*", team_id: elsewhere }, period: "day" });
  expect(await under(`/teams/${team}`)).toEqual([ofTeam, `${eachTeam}:${team}`]);
  expect(await under(`/users/${user}`)).toEqual([ofUser, `${eachUser}:${user}`]);
  expect(await under(`/teams/${team}/members/${user}`)).toEqual([ofMember, `${eachMember}:${member}`]);
});

test("another organization's budgets are nobody's here", async () => {
  const other = await make(harness, "organizations", { name: "Other" });
  await makeBudget(harness, { organization_id: other, scope: { kind: "customer", id: "*" } });
  await makeBudget(harness, { organization_id: other, scope: { kind: "tag", id: "x" } });
  const { id } = await makeKey(harness, { tags: ["x"] });
  await make(harness, "customers", { id: "acme" });
  expect([await under(`/keys/${id}`), await under("/customers/acme")]).toEqual([[], []]);
});
