import { z } from "zod";
import { fixed, notYet, oneOf, shortText, usdLimit } from "./fields.ts";
import { periodInput } from "./period-input.ts";

// The bodies of /budgets, and of the budgets inside a POST of a key.

const MAX_ALERTS = 10;

const alertAt = z
  .array(z.number().gt(0).lte(1))
  .max(MAX_ALERTS)
  .refine((shares) => new Set(shares).size === shares.length, "has a share twice");

/** What POST and PATCH have in common. Null clears: the field returns to its default. */
const settings = {
  name: shortText.nullish(),
  on_lapse: oneOf(["charge", "release"], []).nullish(),
  alert_at: alertAt.nullish(),
  enforcement: oneOf(["hard"], ["soft", "shadow"]).nullish(),
  on_store_outage: oneOf(["closed"], ["open"]).nullish(),
  models: notYet(),
  include_team_spend: notYet(false),
};

const creation = {
  ...settings,
  unit: oneOf(["usd"], ["requests", "tokens", "concurrent"]).optional(),
  limit: usdLimit,
  period: periodInput,
  count_from: oneOf(["now"], ["period_start"]).nullish(),
};

const scope = z.strictObject({
  kind: oneOf(["organization", "key"], ["team", "member", "user", "customer", "tag"]),
  id: shortText.refine((id) => id !== "*", "isn't supported yet"),
  team_id: notYet(),
});

/** A budget inside a POST of a key: its scope is the key. */
export const nestedBudget = z.strictObject(creation);
export type BudgetCreation = z.infer<typeof nestedBudget>;

export const budgetPost = z.strictObject({ ...creation, organization_id: shortText.optional(), scope });

export const budgetPatch = z.strictObject({
  ...settings,
  limit: usdLimit.optional(),
  period: periodInput.optional(),
  count_from: fixed,
  unit: fixed,
  scope: fixed,
  organization_id: fixed,
});
export type BudgetChange = z.infer<typeof budgetPatch>;
