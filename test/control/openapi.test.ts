import { readFile } from "node:fs/promises";
import { Validator } from "@seriousme/openapi-schema-validator";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import * as z from "zod";
import { CONTROL_BASE, OPERATIONS } from "../../src/control/operations.ts";
import { ALERT_TYPES } from "../../src/ledger/alert-schema.ts";
import { API_TYPES_FILE, apiTypes } from "../support/write-api-types.ts";
import { type Harness, idOf, make, makeBudget, makeKey, startHarness } from "./harness.ts";

let harness: Harness;
beforeAll(async () => {
  harness = await startHarness();
});
afterAll(() => harness.close());

const operations = Object.values(OPERATIONS).flat();
const document = async () => (await harness.call("GET", "/openapi.json", { authorization: null })).body;

test("/openapi.json is valid OpenAPI 3.1, and has every operation once", async () => {
  const checked = await new Validator().validate(
    z.record(z.string(), z.unknown()).parse(structuredClone(await document())),
  );
  expect(checked).toEqual({ valid: true });
  const { paths } = (await document()) as { paths: Record<string, Record<string, { operationId: string }>> };
  const ids = Object.values(paths).flatMap((methods) =>
    Object.values(methods).map(({ operationId }) => operationId),
  );
  expect(new Set(ids).size).toBe(ids.length);
  for (const { method, path } of operations)
    expect(paths[CONTROL_BASE + path]?.[method.toLowerCase()]).toBeDefined();
});

test("it has a webhook for each event", async () => {
  const { webhooks } = (await document()) as { webhooks: Record<string, object> };
  expect(Object.keys(webhooks)).toEqual(ALERT_TYPES);
});

test("the tests' client is made from it: npm run api:types has run since it changed", async () => {
  expect(await readFile(API_TYPES_FILE, "utf8")).toBe(await apiTypes());
});

test("/docs shows every call, and loads and runs nothing", async () => {
  const page = await harness.call("GET", "/docs", { authorization: null });
  expect(page.headers.get("content-type")).toContain("text/html");
  for (const { summary } of operations) expect(page.text).toContain(summary.replaceAll("'", "&#39;"));
  expect(page.text).not.toMatch(/<script|src=|href="http/);
});

describe("the examples do what they say", () => {
  const withExample = operations.filter(({ example }) => example !== undefined);
  test.each(withExample.map((each) => [`${each.method} ${each.path}`, each] as const))(
    "%s",
    async (_, operation) => {
      const path =
        CONTROL_BASE +
        operation.path.replace("{id}", await idFor(operation.path)).replace("{user}", await aUser());
      const example = JSON.stringify(operation.example).replace("user_…", await aUser());
      const answer = await harness.call(
        operation.method,
        path.replace("{provider}", "openai").replace("{model}", "gpt-4o").replace("{name}", "openai"),
        { text: example },
      );
      expect([answer.status, answer.text.slice(0, 300)]).toEqual([
        Number(Object.keys(operation.answers)[0]),
        answer.text.slice(0, 300),
      ]);
    },
  );

  const aUser = () => make(harness, "users", {});

  async function idFor(path: string): Promise<string> {
    if (path.startsWith("/keys/")) return (await makeKey(harness)).id;
    if (path.startsWith("/budgets/")) return makeBudget(harness);
    if (path.startsWith("/organizations/")) return make(harness, "organizations", { name: "one" });
    if (path.startsWith("/teams/")) return make(harness, "teams", { name: "one" });
    if (path.startsWith("/users/")) return aUser();
    if (path.startsWith("/webhooks/"))
      return make(harness, "webhooks", { url: "https://hooks.acme.com", events: ["books.drift"] });
    if (path.startsWith("/customers/"))
      return idOf(await harness.call("POST", "/api/v1/customers", { body: { id: crypto.randomUUID() } }));
    return "x";
  }
});
