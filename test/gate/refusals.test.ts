import { describe, expect, test } from "vitest";
import { counterName, type Budget } from "../../src/domain/charged-budgets.ts";
import { refusalResponse } from "../../src/errors.ts";
import type { AdmittedLine } from "../../src/gate/admission.ts";
import { reserveLine } from "../../src/gate/lines.ts";
import { budgetRefusal } from "../../src/gate/refusals.ts";

const NOW_MS = Date.UTC(2026, 5, 15, 12);
const USD = 1_000_000_000;

const budget = (changes: Partial<Budget> = {}): Budget => ({
  id: "bud_1",
  scope: { kind: "key", id: "key_1" },
  unit: "usd",
  limit: 10 * USD,
  period: { kind: "day" },
  enforcement: "hard",
  onLapse: "charge",
  onStoreOutage: "closed",
  models: null,
  includeTeamSpend: false,
  adjustments: [],
  generation: 1,
  ...changes,
});

/** A budget as a reserve found it. `tokens`: what the call needs of budgets of tokens. */
function found(changes: Partial<Budget>, spent: number, held: number, tokens = 0): AdmittedLine {
  const charged = { budget: budget(changes), scope: { kind: "key" as const, id: "key_1" }, counter: "" };
  charged.counter = counterName(charged.budget);
  return { charged, line: reserveLine(charged, tokens, NOW_MS), state: { spent, held } };
}

describe("the three refusals", () => {
  const refuse = (spent: number, held: number, least: number, changes: Partial<Budget> = {}) =>
    budgetRefusal([found(changes, spent, held)], least, NOW_MS);

  test("held by calls in flight: it would fit but for them", () => {
    const refusal = refuse(4 * USD, 5 * USD, 2 * USD);
    expect(refusal).toMatchObject({ code: "budget_held", retryAfterSeconds: 2 });
  });

  test("spent: it wouldn't fit without them either", () => {
    expect(refuse(9 * USD, 5 * USD, 2 * USD).code).toBe("budget_exceeded");
    expect(refuse(8 * USD + 1, 0, 2 * USD).code).toBe("budget_exceeded");
    expect(refuse(8 * USD, 1, 2 * USD).code).toBe("budget_held");
  });

  test("too large: no period of the budget could hold it", () => {
    expect(refuse(0, 0, 10 * USD + 1).code).toBe("request_too_large");
    expect(refuse(0, 1, 10 * USD).code).toBe("budget_held");
  });

  test("a limit of 0 is spent from the start", () => {
    expect(refuse(0, 0, 0, { limit: 0 }).code).toBe("budget_exceeded");
    expect(refuse(0, 0, USD, { limit: 0 }).code).toBe("budget_exceeded");
  });

  test("an adjustment counts while it is in force (R59)", () => {
    const adjustments = [{ amount: 5 * USD, untilMs: NOW_MS + 1 }];
    expect(refuse(9 * USD, 5 * USD, 2 * USD, { adjustments }).budget?.limit).toBe("15.00");
    const over = [{ amount: 5 * USD, untilMs: NOW_MS }];
    expect(refuse(9 * USD, 5 * USD, 2 * USD, { adjustments: over }).budget?.limit).toBe("10.00");
  });

  test("of several budgets the one that waiting can't mend is named", () => {
    const held = found({ id: "bud_held" }, 0, 10 * USD);
    const spent = found({ id: "bud_spent" }, 10 * USD, 0);
    expect(budgetRefusal([held, spent], USD, NOW_MS).budget?.id).toBe("bud_spent");
  });

  test("name the budget, its scope, limit, spent, held, remaining and reset time (law 14)", () => {
    const { budget: named, message } = refuse(4 * USD, 5 * USD, 2 * USD);
    expect(named).toEqual({
      id: "bud_1",
      scope: { kind: "key", id: "key_1" },
      unit: "usd",
      limit: "10.00",
      spent: "4.00",
      held: "5.00",
      remaining: "1.00",
      resets_at: "2026-06-16T00:00:00.000Z",
    });
    expect(message).toContain("bud_1");
  });
});

describe("a rate limit refuses", () => {
  const perMinute = { kind: "duration", seconds: 60, anchor: "2026-01-01T00:00:00Z" } as const;
  const refuse = (line: AdmittedLine) => budgetRefusal([line], 0, NOW_MS + 20_000);

  test("requests and tokens until the period's end", () => {
    expect(refuse(found({ unit: "requests", limit: 10, period: perMinute }, 10, 0))).toMatchObject({
      code: "rate_limited",
      retryAfterSeconds: 40,
      budget: { unit: "requests", limit: 10, spent: 10, held: 0, remaining: 0 },
    });
    expect(refuse(found({ unit: "tokens", limit: 100, period: perMinute }, 60, 0, 50))).toMatchObject({
      code: "rate_limited",
      retryAfterSeconds: 40,
    });
  });

  test("what calls in flight hold for a moment only", () => {
    expect(refuse(found({ unit: "requests", limit: 10, period: perMinute }, 0, 10)).retryAfterSeconds).toBe(
      2,
    );
    expect(refuse(found({ unit: "concurrent", limit: 2 }, 0, 2))).toMatchObject({
      code: "rate_limited",
      retryAfterSeconds: 2,
      budget: { resets_at: null },
    });
  });

  test("a call of more tokens than a whole period allows for good", () => {
    expect(refuse(found({ unit: "tokens", limit: 100, period: perMinute }, 0, 0, 101)).code).toBe(
      "request_too_large",
    );
  });
});

describe("a refusal's response", () => {
  const refusal = budgetRefusal([found({}, 10 * USD, 0)], USD, NOW_MS);

  test("stands in OpenAI's envelope, and tells its SDK not to retry", async () => {
    const response = refusalResponse(refusal, "openai", "req_1");
    expect(response.status).toBe(402);
    expect(response.headers.get("x-should-retry")).toBe("false");
    expect(response.headers.get("x-tollgate-request-id")).toBe("req_1");
    expect(await response.json()).toMatchObject({
      error: { type: "insufficient_quota", code: "budget_exceeded", param: null },
      tollgate: { code: "budget_exceeded", request_id: "req_1", budget: { id: "bud_1" } },
    });
  });

  test("stands in Anthropic's envelope", async () => {
    const response = refusalResponse(refusal, "anthropic", "req_1");
    expect(await response.json()).toMatchObject({
      type: "error",
      error: { type: "billing_error" },
      tollgate: { code: "budget_exceeded" },
    });
  });

  test("says when to try again", () => {
    const held = budgetRefusal([found({}, 0, 10 * USD)], USD, NOW_MS);
    const response = refusalResponse(held, "openai", "req_1");
    expect([response.status, response.headers.get("retry-after")]).toEqual([429, "2"]);
    expect(response.headers.has("x-should-retry")).toBe(false);
  });
});
