import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { mayCall } from "../../src/control/frame/access.ts";
import type { Operation } from "../../src/control/frame/operation.ts";
import { CONTROL_BASE, OPERATIONS } from "../../src/control/operations.ts";
import { type Role } from "../../src/ledger/control-schema.ts";
import type { PostOf } from "../support/api-client.ts";
import {
  bodyOf,
  type Harness,
  idOf,
  make,
  makeBudget,
  makeKey,
  pointersOf,
  startHarness,
} from "./harness.ts";

// One suite that every route of the interface passes, whatever routes there are: it runs over the table of operations.

let harness: Harness;
const ids: Record<string, string> = {};
const tokens: Record<string, string> = {};
const operations = Object.values(OPERATIONS).flat();
const guarded = operations.filter(({ access }) => access !== "public" && access !== "key");

beforeAll(async () => {
  harness = await startHarness();
  const mine = await make(harness, "organizations", { name: "mine" });
  const other = await make(harness, "organizations", { name: "other" });
  const team = await make(harness, "teams", { organization_id: mine, name: "a team" });
  const otherTeam = await make(harness, "teams", { organization_id: mine, name: "another team" });
  const key = await makeKey(harness, { organization_id: mine, team_id: team });
  const otherKey = await makeKey(harness, { organization_id: mine, team_id: otherTeam });
  const foreignKey = await makeKey(harness, { organization_id: other });
  const teamBudget = await makeBudget(harness, { organization_id: mine, scope: { kind: "team", id: team } });
  const keyBudget = await makeBudget(harness, { organization_id: mine, scope: { kind: "key", id: key.id } });
  Object.assign(ids, {
    mine,
    other,
    team,
    otherTeam,
    key: key.id,
    otherKey: otherKey.id,
    teamBudget,
    keyBudget,
  });
  Object.assign(ids, { foreignKey: foreignKey.id, clientSecret: key.secret });
  tokens["org-admin"] = await tokenOf({ role: "org-admin", organization_id: mine });
  tokens["team-admin"] = await tokenOf({ role: "team-admin", organization_id: mine, team_id: team });
  tokens["read-only"] = await tokenOf({ role: "read-only", organization_id: mine });
  tokens["team reader"] = await tokenOf({ role: "read-only", organization_id: mine, team_id: team });
});
afterAll(() => harness.close());

async function tokenOf(body: object): Promise<string> {
  const made = await harness.call("POST", "/api/v1/tokens", { body: { name: "a token", ...body } });
  expect(made.status).toBe(201);
  return String(bodyOf(made)["secret"]);
}

const as = (token: string | undefined) => ({ authorization: `Bearer ${token}` });
const unknownPath = ({ path }: Operation) =>
  CONTROL_BASE + path.replaceAll(/\{(\w+)\}/g, (_, name: string) => `no-such-${name}`);

describe.each(guarded.map((each) => [`${each.method} ${each.path}`, each] as const))("%s", (_, operation) => {
  const path = unknownPath(operation);
  test("is closed to strangers, to a client's key, and to tokens that are made up", async () => {
    const madeUp = `tgm_${"0".repeat(52)}`;
    for (const authorization of [null, "Bearer x", `Bearer ${ids["clientSecret"]}`, `Bearer ${madeUp}`]) {
      const answer = await harness.call(operation.method, path, { authorization });
      expect([answer.status, bodyOf(answer)["code"]]).toEqual([401, "invalid_key"]);
    }
  });

  test("opens to the roles that its document names, and to no other", async () => {
    const reads = operation.method === "GET" || operation.reads === true;
    for (const [name, role, teamId] of [
      ["org-admin", "org-admin", null],
      ["team-admin", "team-admin", "a team"],
      ["read-only", "read-only", null],
      ["team reader", "read-only", "a team"],
    ] as const) {
      const principal = { actor: name, role: role satisfies Role, organizationId: "org", teamId };
      const answer = await harness.call(operation.method, path, as(tokens[name]));
      const isForbidden = answer.status === 403 && bodyOf(answer)["code"] === "forbidden";
      expect([name, isForbidden]).toEqual([name, !mayCall(principal, operation.access, reads)]);
    }
  });
});

describe("what a token sees", () => {
  test("another organization's things are unknown: 404 in a path, a bad field in a body or query", async () => {
    const org = as(tokens["org-admin"]);
    for (const path of [`keys/${ids["foreignKey"]}`, `organizations/${ids["other"]}`])
      expect((await harness.call("GET", `/api/v1/${path}`, org)).status).toBe(404);
    for (const resource of [
      "keys",
      "budgets",
      "teams",
      "users",
      "customers",
      "ledger",
      "usage",
      "holds",
      "tokens",
      "prices",
      "webhooks",
    ]) {
      const answer = await harness.call("GET", `/api/v1/${resource}?organization_id=${ids["other"]}`, org);
      expect([resource, answer.status, pointersOf(answer)]).toEqual([resource, 400, ["/organization_id"]]);
    }
    const made = await harness.call("POST", "/api/v1/keys", {
      body: { organization_id: ids["other"] },
      ...org,
    });
    expect(pointersOf(made)).toEqual(["/organization_id"]);
  });

  test("an organization's token makes and lists its organization's things without naming it", async () => {
    const org = as(tokens["org-admin"]);
    const made = await harness.call("POST", "/api/v1/teams", { body: { name: "unnamed" }, ...org });
    expect(bodyOf(made)["organization_id"]).toBe(ids["mine"]);
    const listed = await harness.call("GET", "/api/v1/organizations", org);
    expect(listed.body).toMatchObject({ data: [{ id: ids["mine"] }], has_more: false });
  });

  test("a team's token sees its team's keys and budgets, and no other's", async () => {
    const team = as(tokens["team-admin"]);
    expect((await harness.call("GET", `/api/v1/keys/${ids["key"]}`, team)).status).toBe(200);
    expect((await harness.call("GET", `/api/v1/keys/${ids["otherKey"]}`, team)).status).toBe(404);
    expect((await harness.call("DELETE", `/api/v1/keys/${ids["otherKey"]}`, team)).status).toBe(404);
    const keys = await harness.call("GET", "/api/v1/keys", team);
    expect(keys.body).toMatchObject({ data: [{ id: ids["key"] }] });
    const budgets = await harness.call("GET", "/api/v1/budgets", team);
    expect(budgets.body).toMatchObject({ data: [{ id: ids["keyBudget"] }, { id: ids["teamBudget"] }] });
    const teams = await harness.call("GET", "/api/v1/teams", team);
    expect(teams.body).toMatchObject({ data: [{ id: ids["team"] }], has_more: false });
  });

  test("a team's token sees the organization's users, and not what they spend", async () => {
    const organization_id = ids["mine"] ?? "";
    const user = await make(harness, "users", { organization_id });
    const budget = await makeBudget(harness, { organization_id, scope: { kind: "user", id: user } });
    const seen = async (token: string) =>
      (await harness.call("GET", `/api/v1/users/${user}`, as(tokens[token]))).body;
    expect(await seen("read-only")).toMatchObject({ budgets: [{ id: budget }] });
    for (const token of ["team-admin", "team reader"])
      expect(await seen(token)).toMatchObject({ budgets: [] });
  });
});

describe("nobody changes, or sees, what is another organization's", () => {
  const foreign: Record<string, string> = {};
  beforeAll(async () => {
    const organization_id = ids["other"] ?? "";
    const team = await make(harness, "teams", { organization_id, name: "theirs" });
    const user = await make(harness, "users", { organization_id });
    const key = (await makeKey(harness, { organization_id })).id;
    const budget = await makeBudget(harness, { organization_id, scope: { kind: "key", id: key } });
    const token = idOf(
      await harness.call("POST", "/api/v1/tokens", {
        body: { name: "x", role: "org-admin", organization_id },
      }),
    );
    Object.assign(foreign, { teams: team, users: user, keys: key, budgets: budget, tokens: token });
    const events: PostOf<"/api/v1/webhooks">["events"] = ["budget.exhausted"];
    const webhook = { organization_id, url: "https://hooks.acme.com", events };
    Object.assign(foreign, { organizations: organization_id });
    Object.assign(foreign, { webhooks: await make(harness, "webhooks", webhook) });
  });

  const named = guarded.filter(
    ({ path, access }) =>
      /^\/(teams|users|keys|budgets|tokens|organizations|webhooks)\/\{id\}/.test(path) &&
      access !== "deployment",
  );
  test.each(named.map((each) => [`${each.method} ${each.path}`, each] as const))(
    "%s is 404",
    async (_, { method, path, example }) => {
      const resource = path.split("/")[1] ?? "";
      const one = `/api/v1/${resource}/${foreign[resource]}`;
      const before = (await harness.call("GET", one)).text;
      const at =
        CONTROL_BASE +
        path.replace("{id}", foreign[resource] ?? "").replace("{user}", foreign["users"] ?? "");
      const answer = await harness.call(method, at, {
        ...(example === undefined ? {} : { body: example }),
        ...as(tokens["org-admin"]),
      });
      expect([answer.status, (await harness.call("GET", one)).text]).toEqual([404, before]);
    },
  );
});

describe("what a team's token can't do", () => {
  const team = () => as(tokens["team-admin"]);
  test("raise, adjust, reset or delete what the organization holds its team to", async () => {
    const path = `/api/v1/budgets/${ids["teamBudget"]}`;
    const calls = [
      await harness.call("PATCH", path, { body: { limit: "1000" }, ...team() }),
      await harness.call("POST", `${path}/adjustments`, { body: { amount: "5" }, ...team() }),
      await harness.call("POST", `${path}/reset`, team()),
      await harness.call("DELETE", path, team()),
    ];
    expect(calls.map(({ status }) => status)).toEqual([403, 403, 403, 403]);
  });

  test("put a budget on what isn't its own, or a key elsewhere", async () => {
    const scopes = [
      { kind: "organization", id: ids["mine"] },
      { kind: "team", id: ids["team"] },
      { kind: "key", id: ids["otherKey"] },
      { kind: "customer", id: "*" },
    ];
    for (const scope of scopes) {
      const body = { scope, limit: "1", period: "day" };
      expect((await harness.call("POST", "/api/v1/budgets", { body, ...team() })).status).toBe(400);
    }
    for (const body of [{ team_id: ids["otherTeam"] }, { team_id: null }, { allow_unpriced: true }]) {
      expect((await harness.call("POST", "/api/v1/keys", { body, ...team() })).status).toBe(400);
      const patched = await harness.call("PATCH", `/api/v1/keys/${ids["key"]}`, { body, ...team() });
      expect(patched.status).toBe(400);
    }
    const own = await harness.call("POST", "/api/v1/keys", { body: {}, ...team() });
    expect([own.status, bodyOf(own)["team_id"]]).toEqual([201, ids["team"]]);
  });

  test("take its keys out of what the organization has for each key, by a budget in its place", async () => {
    const organization_id = ids["mine"] ?? "";
    const each = { organization_id, scope: { kind: "key", id: "*" }, unit: "requests", limit: 5 } as const;
    const eachId = await makeBudget(harness, { ...each, period: "week" });
    const scope = { kind: "key", id: ids["key"] };
    const week = { unit: "requests", limit: 1_000, period: "week" };
    const post = (body: unknown, by: object, resource = "budgets") =>
      harness.call("POST", `/api/v1/${resource}`, { body, ...by });
    expect(pointersOf(await post({ ...week, scope, models: ["none"] }, team()))).toEqual(["/period"]);
    const nested = await post({ budgets: [{ ...week, period: "day" }, week] }, team(), "keys");
    expect(pointersOf(nested)).toEqual(["/budgets/1/period"]);

    const beside = await post({ ...week, scope, period: "day" }, team());
    const path = `/api/v1/budgets/${idOf(beside)}`;
    const moved = await harness.call("PATCH", path, { body: { period: "week" }, ...team() });
    expect([beside.status, pointersOf(moved)]).toEqual([201, ["/period"]]);
    // The organization's admins make exceptions; an exception is its team's to change, and so is what is for each of its own.
    const exception = await post({ ...week, scope }, as(tokens["org-admin"]));
    const change = { body: { limit: 10, period: "week" }, ...team() };
    const changed = await harness.call("PATCH", `/api/v1/budgets/${idOf(exception)}`, change);
    const ofOwn = await post({ ...week, scope: { kind: "key", id: "*", team_id: ids["team"] } }, team());
    expect([exception.status, changed.status, ofOwn.status]).toEqual([201, 200, 201]);
    for (const id of [eachId, idOf(beside), idOf(exception), idOf(ofOwn)])
      expect((await harness.call("DELETE", `/api/v1/budgets/${id}`)).status).toBe(204);
  });
});

describe("tokens", () => {
  test("are shown once, kept as a digest, expire, and are refused once revoked", async () => {
    const body = { name: "short", role: "org-admin", organization_id: ids["mine"] };
    const expires_at = new Date(harness.clock.nowMs + 1_000).toISOString();
    const made = await harness.call("POST", "/api/v1/tokens", { body: { ...body, expires_at } });
    const secret = String(bodyOf(made)["secret"]);
    const shown = await harness.call("GET", `/api/v1/tokens/${idOf(made)}`);
    expect(shown.text).not.toContain(secret);
    expect((await harness.call("GET", "/api/v1/keys", as(secret))).status).toBe(200);
    harness.clock.nowMs += 1_000;
    expect((await harness.call("GET", "/api/v1/keys", as(secret))).status).toBe(401);

    const other = await harness.call("POST", "/api/v1/tokens", { body });
    const otherSecret = String(bodyOf(other)["secret"]);
    expect((await harness.call("DELETE", `/api/v1/tokens/${idOf(other)}`)).status).toBe(204);
    expect((await harness.call("GET", "/api/v1/keys", as(otherSecret))).status).toBe(401);
  });

  test("nobody makes one that can more, or lives longer, than his own", async () => {
    const org = as(tokens["org-admin"]);
    const admin = await harness.call("POST", "/api/v1/tokens", {
      body: { name: "x", role: "admin" },
      ...org,
    });
    expect(pointersOf(admin)).toEqual(["/role"]);
    const end = new Date(harness.clock.nowMs + 60_000).toISOString();
    const short = await tokenOf({ role: "org-admin", organization_id: ids["mine"], expires_at: end });
    const longer = await harness.call("POST", "/api/v1/tokens", {
      body: { name: "x", role: "org-admin" },
      ...as(short),
    });
    expect(pointersOf(longer)).toEqual(["/expires_at"]);
  });

  test("a role's fields are checked", async () => {
    const bad = [
      [{ role: "team-admin", organization_id: ids["mine"] }, "/team_id"],
      [{ role: "team-admin", organization_id: ids["other"], team_id: ids["team"] }, "/team_id"],
      [{ role: "admin", organization_id: ids["mine"] }, "/organization_id"],
      [{ role: "org-admin", organization_id: "org_none" }, "/organization_id"],
      [{ role: "owner" }, "/role"],
    ] as const;
    for (const [body, pointer] of bad) {
      const answer = await harness.call("POST", "/api/v1/tokens", { body: { name: "x", ...body } });
      expect([answer.status, pointersOf(answer)]).toEqual([400, [pointer]]);
    }
  });
});
