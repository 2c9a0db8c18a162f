import * as z from "zod";
import { CALENDAR_KINDS } from "../../domain/calendar.ts";
import { ENFORCEMENTS, UNITS } from "../../domain/charged-budgets.ts";
import { SCOPE_KINDS } from "../../domain/scope.ts";
import { amountShape, idShape, pageShape, timeShape, times } from "../frame/shapes.ts";

// Budgets as answers show them.

const periodShape = z
  .strictObject({
    kind: z.enum([...CALENDAR_KINDS, "duration", "total"]),
    every: z.int().optional(),
    seconds: z.int().optional(),
    timezone: z.string().optional(),
    anchor: timeShape.optional(),
  })
  .meta({ id: "Period" });

export const scopeShape = z
  .strictObject({ kind: z.enum(SCOPE_KINDS), id: z.string(), team_id: z.string().optional() })
  .meta({ id: "Scope" });

const fields = {
  id: idShape("bud"),
  organization_id: z.string(),
  scope: scopeShape,
  unit: z.enum(UNITS),
  limit: amountShape,
  period: periodShape,
  models: z.array(z.string()).optional(),
  enforcement: z.enum(ENFORCEMENTS),
  on_lapse: z.enum(["charge", "release"]),
  on_store_outage: z.enum(["closed", "open"]),
  include_team_spend: z.boolean().optional(),
  count_from: z.enum(["now", "period_start"]),
  alert_at: z.array(z.number()),
  name: z.string().optional(),
  ...times,
};

const live = {
  instance: z
    .string()
    .optional()
    .meta({ description: 'Of a budget for each ("*"): whose numbers these are.' }),
  spent: amountShape,
  held: amountShape,
  remaining: amountShape,
  effective_limit: amountShape,
  period_start: timeShape,
  resets_at: timeShape.nullable().meta({ description: "Null for `total`." }),
  would_refuse: z
    .int()
    .optional()
    .meta({ description: "Of a shadow budget: calls of this period that it would have refused." }),
};

const budgetShape = z.strictObject(fields).meta({ id: "Budget" });
export const budgetPageShape = pageShape(budgetShape);
/** A budget for each ("*") has no numbers of its own. */
export const liveBudgetShape = z
  .strictObject({ ...fields, ...z.strictObject(live).partial().shape })
  .meta({ id: "LiveBudget" });

export const adjustmentShape = z
  .strictObject({
    id: idShape("adj"),
    budget_id: z.string(),
    amount: amountShape,
    until: timeShape.optional().meta({ description: "Absent: for good." }),
    reason: z.string().optional(),
    created_at: timeShape,
  })
  .meta({ id: "Adjustment" });
