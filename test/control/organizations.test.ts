import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { readPolicyDocument } from "../../src/ledger/policy-documents.ts";
import { ledgerEntries } from "../../src/ledger/books-schema.ts";
import { budgets } from "../../src/ledger/policy-schema.ts";
import { parseScopePolicy } from "../../src/domain/policy.ts";
import { book, entryRow } from "./entries.ts";
import {
  type Harness,
  START_MS,
  bodyOf,
  emptyRedis,
  idOf,
  make,
  makeBudget,
  makeKey,
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
  Object.assign(harness.redis, emptyRedis());
  harness.clock.nowMs = START_MS;
  await harness.database.delete(budgets);
});
afterAll(() => harness.close());

const call: Harness["call"] = (...parameters) => harness.call(...parameters);
const TIMES = { created_at: "2026-05-13T10:30:00.000Z", updated_at: "2026-05-13T10:30:00.000Z" };

describe("organizations", () => {
  const ALIASES = { fast: "openai/gpt-4o-mini" };

  test("are made, shown with their budgets, renamed, and deleted", async () => {
    const made = await call("POST", "/api/v1/organizations", { body: { name: "A", model_aliases: ALIASES } });
    expect(made.status).toBe(201);
    expect(made.body).toEqual({
      id: expect.stringMatching(/^org_[0-9a-z]{26}$/),
      name: "A",
      model_aliases: ALIASES,
      ...TIMES,
    });
    const id = idOf(made);
    const path = `/api/v1/organizations/${id}`;
    expect((await call("GET", path)).body).toEqual({ ...bodyOf(made), budgets: [] });
    harness.clock.nowMs += 1_000;
    const renamed = await call("PATCH", path, { body: { name: "B" } });
    expect(renamed.body).toMatchObject({
      name: "B",
      model_aliases: ALIASES,
      updated_at: "2026-05-13T10:30:01.000Z",
    });
    expect((await call("DELETE", path)).status).toBe(204);
    expect((await call("GET", path)).status).toBe(404);
  });

  test("org_default exists, shows its budgets live, and stays", async () => {
    const id = await makeBudget(harness);
    harness.redis.live.set(id, { spent: 5_000_000_000 });
    expect((await call("GET", "/api/v1/organizations/org_default")).body).toMatchObject({
      id: "org_default",
      budgets: [{ id, spent: "5.00" }],
    });
    expect(await call("DELETE", "/api/v1/organizations/org_default")).toMatchObject({
      status: 409,
      body: { code: "in_use" },
    });
  });

  test("law 10, R56: aliases are in the document of the organization, and null clears them", async () => {
    const aliases = async () => {
      const scope = { kind: "scope", id: `organization:${other}` } as const;
      return parseScopePolicy((await readPolicyDocument(harness.database, other, scope)).json).modelAliases;
    };
    const version = await versionOf(harness, `organization:${other}`);
    await call("PATCH", `/api/v1/organizations/${other}`, { body: { model_aliases: ALIASES } });
    expect(await aliases()).toEqual(ALIASES);
    const cleared = await call("PATCH", `/api/v1/organizations/${other}`, { body: { model_aliases: null } });
    expect(cleared.body).not.toHaveProperty("model_aliases");
    expect(await aliases()).toBeNull();
    expect(await versionOf(harness, `organization:${other}`)).toBe(version + 2);
    expect(publishedScopes(harness)).toEqual([`organization:${other}`, `organization:${other}`]);
  });

  test("a key of a new organization proves itself", async () => {
    const { secret } = await makeKey(harness, { organization_id: other });
    const answer = await call("GET", "/api/v1/key", { authorization: `Bearer ${secret}` });
    expect(answer).toMatchObject({ status: 200, body: { organization_id: other } });
  });

  test("what is referred to isn't deleted, and the answer says by what", async () => {
    const id = await make(harness, "organizations", { name: "Used" });
    await make(harness, "teams", { name: "t", organization_id: id });
    await make(harness, "users", { organization_id: id });
    await make(harness, "users", { organization_id: id });
    await make(harness, "customers", { id: "c", organization_id: id });
    await makeKey(harness, { organization_id: id, budgets: [{ limit: 1, period: "day" }] });
    await book(harness, entryRow({ organizationId: id }));
    expect(await call("DELETE", `/api/v1/organizations/${id}`)).toMatchObject({
      status: 409,
      body: {
        code: "in_use",
        references: { teams: 1, users: 2, customers: 1, keys: 1, budgets: 1, ledger_entries: 1 },
      },
    });
    expect((await call("GET", `/api/v1/organizations/${id}`)).status).toBe(200);
    await harness.database.delete(ledgerEntries);
  });

  test.each([
    [{}, "/name"],
    [{ name: "" }, "/name"],
    [{ name: "x".repeat(201) }, "/name"],
    [{ name: null }, "/name"],
    [{ name: "a", model_aliases: { a: "b" } }, "/model_aliases/a"],
    [{ name: "a", id: "org_mine" }, "/id"],
  ])("%j is refused at %s", async (body, pointer) => {
    expect(pointersOf(await call("POST", "/api/v1/organizations", { body }))).toEqual([pointer]);
  });
});
