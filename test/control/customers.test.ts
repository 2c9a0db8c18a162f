import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { readPolicyDocument } from "../../src/ledger/policy-documents.ts";
import { customers } from "../../src/ledger/places-schema.ts";
import { budgets } from "../../src/ledger/policy-schema.ts";
import { parseScopePolicy } from "../../src/domain/policy.ts";
import {
  type Harness,
  START_MS,
  bodyOf,
  emptyRedis,
  listAll,
  make,
  makeBudget,
  pointersOf,
  publishedScopes,
  startHarness,
  versionOf,
} from "./harness.ts";

let harness: Harness;
let other: string;
beforeAll(async () => {
  harness = await startHarness();
  other = await make(harness, "organizations", { name: "Other" });
});
beforeEach(async () => {
  await harness.database.delete(budgets);
  await harness.database.delete(customers);
  Object.assign(harness.redis, emptyRedis());
  harness.clock.nowMs = START_MS;
});
afterAll(() => harness.close());

const call: Harness["call"] = (...parameters) => harness.call(...parameters);
const pathOf = (id: string, query = "") => `/api/v1/customers/${encodeURIComponent(id)}${query}`;
const BOTH = (id: string) => [`customer:${id}`, "organization:org_default"];

async function documentOf(scope: string) {
  const { json } = await readPolicyDocument(harness.database, "org_default", { kind: "scope", id: scope });
  return parseScopePolicy(json);
}

test("is made under the caller's own id, shown, changed and deleted", async () => {
  const made = await call("POST", "/api/v1/customers", { body: { id: "acme", name: "Acme" } });
  expect(made.status).toBe(201);
  expect(made.body).toEqual({
    id: "acme",
    organization_id: "org_default",
    name: "Acme",
    blocked: false,
    created_at: "2026-05-13T10:30:00.000Z",
    updated_at: "2026-05-13T10:30:00.000Z",
  });
  expect((await call("GET", pathOf("acme"))).body).toEqual({ ...bodyOf(made), budgets: [] });
  expect((await call("PATCH", pathOf("acme"), { body: { name: null } })).body).not.toHaveProperty("name");
  expect((await call("DELETE", pathOf("acme"))).status).toBe(204);
  for (const method of ["GET", "DELETE"]) expect((await call(method, pathOf("acme"))).status).toBe(404);
});

test.each(["a/b", "a%2Fb", "100%", "?x=1&y#z", "Ünïcode 客户", ".", "..", "~!'()*", "x".repeat(256)])(
  "may be called %j",
  async (id) => {
    await make(harness, "customers", { id });
    // A path segment of dots is resolved away before any server sees it.
    if (id === "." || id === "..") return;
    expect(await call("GET", pathOf(id))).toMatchObject({ status: 200, body: { id } });
    expect((await call("DELETE", pathOf(id))).status).toBe(204);
  },
);

test("is one organization's: another may have the same id", async () => {
  await make(harness, "customers", { id: "acme" });
  expect((await call("GET", pathOf("acme", `?organization_id=${other}`))).status).toBe(404);
  await make(harness, "customers", { id: "acme", organization_id: other, blocked: true });
  expect((await call("GET", pathOf("acme", `?organization_id=${other}`))).body).toMatchObject({
    blocked: true,
  });
  expect((await call("GET", pathOf("acme"))).body).toMatchObject({ blocked: false });
  expect(await call("POST", "/api/v1/customers", { body: { id: "acme" } })).toMatchObject({
    status: 409,
    body: { code: "already_exists" },
  });
});

test("are listed by id, on any page size", async () => {
  for (const id of ["c", "a/b", "b"]) await make(harness, "customers", { id });
  for (const limit of [1, 2, 3])
    expect(await listAll(harness, "/api/v1/customers", { limit })).toEqual(["a/b", "b", "c"]);
});

describe("law 10: blocked", () => {
  test("is in the customer's document, and the organization's says to look there", async () => {
    await make(harness, "customers", { id: "bad", blocked: true });
    expect(publishedScopes(harness)).toEqual(BOTH("bad"));
    expect((await documentOf("customer:bad")).blocked).toBe(true);
    expect((await documentOf("organization:org_default")).labelled).toEqual(["customer"]);
  });

  test("and no longer blocked, by PATCH, null or DELETE", async () => {
    await make(harness, "customers", { id: "bad" });
    expect(publishedScopes(harness)).toEqual([]);
    const before = await versionOf(harness, "customer:bad");
    for (const blocked of [true, false, true, null]) {
      await call("PATCH", pathOf("bad"), { body: { blocked } });
      expect((await documentOf("customer:bad")).blocked).toBe(blocked === true);
      expect(publishedScopes(harness)).toEqual(BOTH("bad"));
    }
    await call("PATCH", pathOf("bad"), { body: { blocked: true } });
    await call("DELETE", pathOf("bad"));
    expect((await documentOf("customer:bad")).blocked).toBe(false);
    expect((await documentOf("organization:org_default")).labelled).toEqual([]);
    expect(await versionOf(harness, "customer:bad")).toBe(before + 6);
  });

  test("a new name touches no document", async () => {
    await make(harness, "customers", { id: "bad", blocked: true });
    publishedScopes(harness);
    expect((await call("PATCH", pathOf("bad"), { body: { name: "n" } })).body).toMatchObject({
      blocked: true,
    });
    expect(publishedScopes(harness)).toEqual([]);
  });
});

test("one with budgets of its own stays; a budget for each is in nobody's way", async () => {
  await make(harness, "customers", { id: "acme" });
  const own = await makeBudget(harness, { scope: { kind: "customer", id: "acme" } });
  await makeBudget(harness, { scope: { kind: "customer", id: "*" }, unit: "requests" });
  expect(await call("DELETE", pathOf("acme"))).toMatchObject({
    status: 409,
    body: { code: "in_use", references: { budgets: 1 } },
  });
  await call("DELETE", `/api/v1/budgets/${own}`);
  expect((await call("DELETE", pathOf("acme"))).status).toBe(204);
});

test.each([
  [{}, "/id"],
  [{ id: "" }, "/id"],
  [{ id: "*" }, "/id"],
  [{ id: "x".repeat(257) }, "/id"],
  [{ id: "é".repeat(129) }, "/id"],
  [{ id: "a\nb" }, "/id"],
  [{ id: "a\u007fb" }, "/id"],
  [{ id: "a\0b" }, "/id"],
  [{ id: 1 }, "/id"],
  [{ id: "a", blocked: "yes" }, "/blocked"],
  [{ id: "a", organization_id: "org_x" }, "/organization_id"],
  [{ id: "a", budgets: [] }, "/budgets"],
])("POST refuses %j at %s, and nothing is changed", async (body, pointer) => {
  const answer = await call("POST", "/api/v1/customers", { body });
  expect([answer.status, pointersOf(answer)]).toEqual([400, [pointer]]);
  expect(await harness.database.$count(customers)).toBe(0);
});

test("PATCH changes neither id nor organization; an id that can't be one is unknown", async () => {
  await make(harness, "customers", { id: "acme" });
  for (const field of ["id", "organization_id"])
    expect(pointersOf(await call("PATCH", pathOf("acme"), { body: { [field]: "x" } }))).toEqual([
      `/${field}`,
    ]);
  for (const id of ["x".repeat(257), "a\nb", "*"]) expect((await call("GET", pathOf(id))).status).toBe(404);
});
