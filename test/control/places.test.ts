import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { budgets } from "../../src/ledger/policy-schema.ts";
import { newId } from "../../src/ids.ts";
import {
  type Harness,
  START_MS,
  bodyOf,
  emptyRedis,
  idOf,
  listAll,
  make,
  makeBudget,
  makeKey,
  pointersOf,
  startHarness,
} from "./harness.ts";

// Teams, their members, and users.

let harness: Harness;
let other: string;
beforeAll(async () => {
  harness = await startHarness();
  other = await make(harness, "organizations", { name: "Other" });
});
beforeEach(async () => {
  Object.assign(harness.redis, emptyRedis());
  harness.clock.nowMs = START_MS;
  await harness.database.delete(budgets);
});
afterAll(() => harness.close());

const call: Harness["call"] = (...parameters) => harness.call(...parameters);
const TIMES = { created_at: "2026-05-13T10:30:00.000Z", updated_at: "2026-05-13T10:30:00.000Z" };

describe.each([
  ["teams", { name: "one" }, { name: "two" }],
  [
    "users",
    { external_id: "u-1", email: "a@example.com", name: "one" },
    { external_id: "u-2", email: null, name: null },
  ],
] as const)("%s", (resource, fields, changes) => {
  test("are made, shown, changed and deleted", async () => {
    const made = await call("POST", `/api/v1/${resource}`, { body: fields });
    expect(made).toMatchObject({
      status: 201,
      body: { organization_id: "org_default", ...fields, ...TIMES },
    });
    const id = idOf(made);
    const path = `/api/v1/${resource}/${id}`;
    expect((await call("GET", path)).body).toEqual({ ...bodyOf(made), budgets: [] });
    expect((await call("PATCH", path, { body: {} })).body).toMatchObject(fields);
    const kept = Object.entries(changes).filter(([, value]) => value !== null);
    const cleared = Object.entries(changes).filter(([, value]) => value === null);
    const changed = await call("PATCH", path, { body: changes });
    expect(changed.body).toMatchObject(Object.fromEntries(kept));
    for (const [name] of cleared) expect(changed.body).not.toHaveProperty(name);
    expect((await call("DELETE", path)).status).toBe(204);
    for (const method of ["GET", "DELETE"]) expect((await call(method, path)).status).toBe(404);
    expect((await call("PATCH", path, { body: {} })).status).toBe(404);
  });

  test("need an organization that exists, and stay in it", async () => {
    const refused = await call("POST", `/api/v1/${resource}`, {
      body: { ...fields, organization_id: "org_x" },
    });
    expect(pointersOf(refused)).toEqual(["/organization_id"]);
    const id = await make(harness, resource, { name: "stays" });
    const moved = await call("PATCH", `/api/v1/${resource}/${id}`, { body: { organization_id: other } });
    expect(pointersOf(moved)).toEqual(["/organization_id"]);
  });

  test("are listed by organization, the newest first, on any page size", async () => {
    const organization_id = await make(harness, "organizations", { name: "Listed" });
    const made: string[] = [];
    for (let n = 0; n < 4; n++) made.push(await make(harness, resource, { name: `${n}`, organization_id }));
    const path = `/api/v1/${resource}?organization_id=${organization_id}`;
    for (const limit of [1, 3, 4]) expect(await listAll(harness, path, { limit })).toEqual(made.toReversed());
  });

  test("in use stay, and the answer says by what", async () => {
    const team = await make(harness, "teams", { name: "t" });
    const user = await make(harness, "users", {});
    const member = `${team}/${user}`;
    const id = { teams: team, users: user }[resource];
    await call("PUT", `/api/v1/teams/${team}/members/${user}`);
    const { id: key } = await makeKey(harness, { team_id: team, user_id: user });
    const kind = resource === "teams" ? "team" : "user";
    await makeBudget(harness, { scope: { kind, id } });
    await makeBudget(harness, { scope: { kind: "member", id: member } });
    if (kind === "team") await makeBudget(harness, { scope: { kind: "tag", id: "*", team_id: team } });
    const path = `/api/v1/${resource}/${id}`;
    expect(await call("DELETE", path)).toMatchObject({
      status: 409,
      body: { code: "in_use", references: { members: 1, keys: 1, budgets: kind === "team" ? 3 : 2 } },
    });
    await call("DELETE", `/api/v1/keys/${key}`);
    await harness.database.delete(budgets);
    expect((await call("DELETE", path)).body).toMatchObject({ references: { members: 1 } });
    await call("DELETE", `/api/v1/teams/${team}/members/${user}`);
    expect((await call("DELETE", path)).status).toBe(204);
  });
});

describe("users", () => {
  test("an external id is one user's in an organization", async () => {
    const id = await make(harness, "users", { external_id: "same" });
    const again = await call("POST", "/api/v1/users", { body: { external_id: "same" } });
    expect(again).toMatchObject({ status: 409, body: { code: "already_exists" } });
    const second = await make(harness, "users", { external_id: "another" });
    const taken = await call("PATCH", `/api/v1/users/${second}`, { body: { external_id: "same" } });
    expect(taken.status).toBe(409);
    expect((await call("PATCH", `/api/v1/users/${id}`, { body: { external_id: "same" } })).status).toBe(200);
    await make(harness, "users", { external_id: "same", organization_id: other });
  });

  test.each([
    [{ email: "nobody" }, "/email"],
    [{ email: "a@b c" }, "/email"],
    [{ external_id: "" }, "/external_id"],
    [{ name: 1 }, "/name"],
    [{ id: "user_1" }, "/id"],
  ])("%j is refused at %s", async (body, pointer) => {
    expect(pointersOf(await call("POST", "/api/v1/users", { body }))).toEqual([pointer]);
  });
});

describe("members", () => {
  const team = () => make(harness, "teams", { name: "t" });
  const user = (fields = {}) => make(harness, "users", fields);

  test("are added, shown, listed, given a role and taken out", async () => {
    const [teamId, userId] = [await team(), await user()];
    const path = `/api/v1/teams/${teamId}/members`;
    const added = await call("POST", path, { body: { user_id: userId, role: "lead" } });
    expect(added.status).toBe(201);
    expect(added.body).toEqual({ team_id: teamId, user_id: userId, role: "lead", ...TIMES });
    expect((await call("GET", `${path}/${userId}`)).body).toEqual({ ...bodyOf(added), budgets: [] });
    expect((await call("GET", path)).body).toMatchObject({ data: [{ user_id: userId }], has_more: false });
    const put = await call("PUT", `${path}/${userId}`, { body: { role: null } });
    expect(put).toMatchObject({ status: 200, body: { team_id: teamId, user_id: userId } });
    expect(put.body).not.toHaveProperty("role");
    expect((await call("DELETE", `${path}/${userId}`)).status).toBe(204);
    for (const method of ["GET", "DELETE"])
      expect((await call(method, `${path}/${userId}`)).status).toBe(404);
  });

  test("POST says that one is a member; PUT doesn't mind", async () => {
    const [teamId, userId] = [await team(), await user()];
    const path = `/api/v1/teams/${teamId}/members`;
    await call("PUT", `${path}/${userId}`);
    expect((await call("PUT", `${path}/${userId}`)).status).toBe(200);
    expect(await call("POST", path, { body: { user_id: userId } })).toMatchObject({
      status: 409,
      body: { code: "already_exists" },
    });
  });

  test("a user of another organization is none of the team's", async () => {
    const [teamId, stranger] = [await team(), await user({ organization_id: other })];
    const path = `/api/v1/teams/${teamId}/members`;
    const refused = await call("POST", path, { body: { user_id: stranger } });
    expect([refused.status, pointersOf(refused)]).toEqual([400, ["/user_id"]]);
    expect((await call("PUT", `${path}/${stranger}`)).status).toBe(404);
    expect((await call("PUT", `${path}/${newId("user")}`)).status).toBe(404);
    expect((await call("GET", path)).body).toMatchObject({ data: [] });
  });

  test("are listed on any page size", async () => {
    const teamId = await team();
    const users = [await user(), await user(), await user()];
    for (const id of users) await call("PUT", `/api/v1/teams/${teamId}/members/${id}`);
    const first = await call("GET", `/api/v1/teams/${teamId}/members?limit=2`);
    expect(first.body).toMatchObject({
      data: [{ user_id: users[0] }, { user_id: users[1] }],
      has_more: true,
    });
    const { next_cursor } = bodyOf(first);
    expect(
      (await call("GET", `/api/v1/teams/${teamId}/members?limit=2&cursor=${String(next_cursor)}`)).body,
    ).toMatchObject({ data: [{ user_id: users[2] }], has_more: false });
  });

  test("with a budget of their own they stay", async () => {
    const [teamId, userId] = [await team(), await user()];
    const path = `/api/v1/teams/${teamId}/members/${userId}`;
    await call("PUT", path);
    const id = await makeBudget(harness, { scope: { kind: "member", id: `${teamId}/${userId}` } });
    expect((await call("GET", path)).body).toMatchObject({ budgets: [{ id, spent: "0.00" }] });
    expect(await call("DELETE", path)).toMatchObject({ status: 409, body: { references: { budgets: 1 } } });
  });
});
