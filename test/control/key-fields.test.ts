import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Harness, detailOf, makeKey, pointersOf, startHarness } from "./harness.ts";

let harness: Harness;
let keyId: string;
beforeAll(async () => {
  harness = await startHarness();
  keyId = (await makeKey(harness)).id;
});
afterAll(() => harness.close());

const many = (count: number) => Array.from({ length: count }, (_, n) => `x${n}`);

/** Refused by POST and PATCH alike. */
const BAD: [string, unknown, string][] = [
  ["name", "", "/name"],
  ["name", 1, "/name"],
  ["name", {}, "/name"],
  ["name", "x".repeat(201), "/name"],
  ["enabled", "true", "/enabled"],
  ["enabled", 1, "/enabled"],
  ["enabled", null, "/enabled"],
  ["expires_at", "2027-01-01", "/expires_at"],
  ["expires_at", "2027-02-30T00:00:00Z", "/expires_at"],
  ["expires_at", "2027-01-01T00:00:00", "/expires_at"],
  ["expires_at", "1969-12-31T23:59:59Z", "/expires_at"],
  ["expires_at", "9999-12-31T23:59:59-01:00", "/expires_at"],
  ["expires_at", 1_800_000_000, "/expires_at"],
  ["models", "openai/*", "/models"],
  ["models", [], "/models"],
  ["models", [""], "/models/0"],
  ["models", ["a", 1], "/models/1"],
  ["models", many(101), "/models"],
  ["endpoints", {}, "/endpoints"],
  ["providers", [null], "/providers/0"],
  ["model_aliases", [], "/model_aliases"],
  ["model_aliases", { fast: "gpt-4o" }, "/model_aliases/fast"],
  ["model_aliases", { "": "openai/gpt-4o" }, "/model_aliases/"],
  ["model_aliases", { fast: null }, "/model_aliases/fast"],
  ["tags", ["a", "a"], "/tags"],
  ["tags", many(11), "/tags"],
  ["tags", ["x".repeat(257)], "/tags/0"],
  ["tags", ["é".repeat(129)], "/tags/0"],
  ["tags", ["a", "b\u0007"], "/tags/1"],
  ["tags", ["*"], "/tags/0"],
  ["tags", [""], "/tags/0"],
  ["metadata", [], "/metadata"],
  ["metadata", "x", "/metadata"],
  ["metadata", { a: "x".repeat(16_384) }, "/metadata"],
  ["when_short", "shrink", "/when_short"],
  ["when_short", 1, "/when_short"],
  ["min_output_tokens", 0, "/min_output_tokens"],
  ["min_output_tokens", -1, "/min_output_tokens"],
  ["min_output_tokens", 1.5, "/min_output_tokens"],
  ["min_output_tokens", "256", "/min_output_tokens"],
  ["min_output_tokens", 1_000_001, "/min_output_tokens"],
  ["on_disconnect", "keep", "/on_disconnect"],
  ["allow_unpriced", "yes", "/allow_unpriced"],
  ["team_id", "team_00000000000000000000000000", "/team_id"],
  ["team_id", "", "/team_id"],
  ["team_id", 1, "/team_id"],
  ["user_id", "user_00000000000000000000000000", "/user_id"],
  ["user_id", {}, "/user_id"],
  ["id", "key_1", "/id"],
  ["secret", "tg_x", "/secret"],
  ["hint", "abcd", "/hint"],
  ["status", "active", "/status"],
  ["last_used_at", null, "/last_used_at"],
  ["constructor", 1, "/constructor"],
];

describe.each(["POST", "PATCH"])("%s", (method) => {
  test.each(BAD)("refuses %s: %j at %s", async (field, value, pointer) => {
    const path = method === "POST" ? "/api/v1/keys" : `/api/v1/keys/${keyId}`;
    const answer = await harness.call(method, path, { body: { [field]: value } });
    expect(answer.status).toBe(400);
    expect(pointersOf(answer)).toEqual([pointer]);
  });
});

test.each([
  ["organization_id", "org_other", "/organization_id"],
  ["organization_id", "", "/organization_id"],
  ["organization_id", null, "/organization_id"],
  ["organization_id", 1, "/organization_id"],
  ["budgets", {}, "/budgets"],
  ["budgets", null, "/budgets"],
  ["budgets", Array.from({ length: 21 }, () => ({ limit: 1, period: "day" })), "/budgets"],
  ["budgets", [{ limit: -1, period: "day" }], "/budgets/0/limit"],
  ["budgets", [{ limit: 1, period: "day" }, { limit: 1 }], "/budgets/1/period"],
  ["budgets", [{ limit: 1, period: "day", scope: { kind: "key", id: "x" } }], "/budgets/0/scope"],
  ["budgets", [{ limit: 1, period: "day", include_team_spend: true }], "/budgets/0/include_team_spend"],
  ["budgets", [{ unit: "eur", limit: 1, period: "day" }], "/budgets/0/unit"],
  ["budgets", [{ unit: "tokens", limit: "0.5", period: "day" }], "/budgets/0/limit"],
  ["budgets", [{ unit: "concurrent", limit: 1, period: "day" }], "/budgets/0/period"],
  ["budgets", [{ unit: "requests", limit: 1 }], "/budgets/0/period"],
  ["budgets", [{ limit: 1, period: "day", organization_id: "org_default" }], "/budgets/0/organization_id"],
])("POST refuses %s: %j at %s", async (field, value, pointer) => {
  const answer = await harness.call("POST", "/api/v1/keys", { body: { [field]: value } });
  expect(answer.status).toBe(400);
  expect(pointersOf(answer)).toEqual([pointer]);
});

test("PATCH moves no key to another organization and takes no budgets", async () => {
  const body = { organization_id: "org_default", budgets: [] };
  const answer = await harness.call("PATCH", `/api/v1/keys/${keyId}`, { body });
  expect(detailOf(answer, "/organization_id")).toBe("can't be changed");
  expect(detailOf(answer, "/budgets")).toBe("are changed at /budgets");
});

test("all bad fields come in one answer", async () => {
  const answer = await harness.call("POST", "/api/v1/keys", { body: { name: 1, tags: "a", x: 1 } });
  expect(pointersOf(answer).toSorted()).toEqual(["/name", "/tags", "/x"]);
});
