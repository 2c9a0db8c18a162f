import * as z from "zod";
import { ENFORCEMENTS, type Unit, WILDCARD } from "../../domain/charged-budgets.ts";
import type { ScopeRef } from "../../domain/scope.ts";
import { allowList, fixed, oneOf, shortText } from "../frame/fields.ts";
import { badFields } from "../frame/problem.ts";
import { amountInput, countLimit, limitOf, usdLimit } from "./amounts.ts";
import { budgetScope } from "./budget-scope.ts";
import { periodInput, slotPeriod } from "./period-input.ts";

// The bodies of /budgets, and of the budgets inside a POST of a key. What a limit and a period may be depends on the unit.

const MAX_ALERTS = 10;

const alertAt = z
  .array(z.number().gt(0).lte(1))
  .max(MAX_ALERTS)
  .refine((shares) => new Set(shares).size === shares.length, "has a share twice");

/** What POST and PATCH have in common. Null clears: the field returns to its default. */
const settings = {
  name: shortText.nullish(),
  on_lapse: oneOf(["charge", "release"]).nullish(),
  alert_at: alertAt.nullish(),
  enforcement: oneOf(ENFORCEMENTS).nullish(),
  on_store_outage: oneOf(["closed", "open"]).nullish(),
  models: allowList.nullish(),
  include_team_spend: z.boolean().nullish(),
};

const creation = { ...settings, count_from: oneOf(["now", "period_start"]).nullish() };
const units = {
  usd: { ...creation, unit: z.literal("usd").optional(), limit: usdLimit, period: periodInput },
  counted: { ...creation, unit: z.enum(["requests", "tokens"]), limit: countLimit, period: periodInput },
  concurrent: {
    ...creation,
    unit: z.literal("concurrent"),
    limit: countLimit,
    period: slotPeriod.optional(),
  },
};
const unitError = { error: "must be one of: usd, requests, tokens, concurrent" };

/** A budget inside a POST of a key: its scope is the key. */
export const nestedBudget = z
  .discriminatedUnion(
    "unit",
    [z.strictObject(units.usd), z.strictObject(units.counted), z.strictObject(units.concurrent)],
    unitError,
  )
  .superRefine((value, context) => {
    for (const { field, detail } of misplaced({ scope: { kind: "key", id: "" }, unit: value.unit }, value))
      context.addIssue({ code: "custom", path: [field], message: detail });
  });
export type BudgetCreation = z.infer<typeof nestedBudget>;

const place = { organization_id: shortText.optional(), scope: budgetScope };

export const budgetPost = z
  .discriminatedUnion(
    "unit",
    [
      z.strictObject({ ...units.usd, ...place }),
      z.strictObject({ ...units.counted, ...place }),
      z.strictObject({ ...units.concurrent, ...place }),
    ],
    unitError,
  )
  .superRefine((value, context) => {
    for (const { field, detail } of misplaced(value, value))
      context.addIssue({ code: "custom", path: [field], message: detail });
  });

const never = { count_from: fixed, unit: fixed, scope: fixed, organization_id: fixed };

/** The body of a PATCH, whatever the budget's unit. */
export const anyBudgetPatch = z.strictObject({
  ...settings,
  limit: amountInput.optional(),
  period: periodInput.optional(),
  ...never,
});

/** The body of a PATCH of a budget of this unit. */
export const budgetPatch = (unit: Unit) =>
  z.strictObject({
    ...settings,
    limit: limitOf(unit).optional(),
    period: (unit === "concurrent" ? slotPeriod : periodInput).optional(),
    ...never,
  });
export type BudgetChange = z.infer<ReturnType<typeof budgetPatch>>;

interface Place {
  scope: ScopeRef;
  unit?: Unit | undefined;
}

interface Placed {
  include_team_spend?: boolean | null | undefined;
  count_from?: "now" | "period_start" | null | undefined;
}

/** The settings of a PATCH that make no sense on the budget's scope are bad fields. */
export function refuseMisplaced(place: Place, { include_team_spend }: BudgetChange): void {
  const bad = misplaced(place, { include_team_spend });
  if (bad.length > 0) throw badFields(bad.map(({ field, detail }) => ({ pointer: `/${field}`, detail })));
}

/** The fields that make no sense on this scope or in this unit. */
function misplaced({ scope, unit }: Place, { include_team_spend, count_from }: Placed) {
  const bad: { field: string; detail: string }[] = [];
  if (include_team_spend && scope.kind !== "user")
    bad.push({ field: "include_team_spend", detail: "is for budgets on users only" });
  if (count_from === "period_start" && scope.id === WILDCARD)
    bad.push({ field: "count_from", detail: 'must be "now" for a budget on "*"' });
  if (count_from === "period_start" && unit === "concurrent")
    bad.push({ field: "count_from", detail: 'must be "now" for concurrent' });
  return bad;
}
