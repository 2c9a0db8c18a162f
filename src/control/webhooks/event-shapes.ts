import * as z from "zod";
import { ENFORCEMENTS, UNITS } from "../../domain/charged-budgets.ts";
import type { AlertType } from "../../ledger/alert-schema.ts";
import { scopeShape } from "../budgets/budget-shapes.ts";
import { amountShape, timeShape, usdShape } from "../frame/shapes.ts";

// What webhooks are sent, for readers of /openapi.json. The ledger's functions and src/alerts/raise.ts make it.

const organization = { organization_id: z.string() };
const budget = {
  ...organization,
  budget: z.string(),
  scope: scopeShape,
  unit: z.enum(UNITS),
  enforcement: z.enum(ENFORCEMENTS),
  spent: amountShape,
  limit: amountShape,
  period_start: timeShape,
};
const key = {
  ...organization,
  key_id: z.string(),
  team_id: z.string().optional(),
  user_id: z.string().optional(),
};
const named = { name: z.string().optional() };

export interface EventShape {
  /** When it is sent. */
  when: string;
  data: z.ZodObject;
}

export const EVENT_SHAPES: Record<AlertType, EventShape> = {
  "budget.threshold": {
    when: "What is booked reaches a share of a budget's `alert_at` below 1.",
    data: z.strictObject({ ...budget, ...named, threshold: z.number() }),
  },
  "budget.exhausted": {
    when: "What is booked reaches a budget's limit.",
    data: z.strictObject({ ...budget, ...named }),
  },
  "budget.refused": {
    when: "A hard budget refuses the first call of its period.",
    data: z.strictObject({ ...budget, code: z.string(), held: amountShape }),
  },
  "hold.lapsed": {
    when: "A call is charged at its hold, as nobody learned its end.",
    data: z.strictObject({
      ...key,
      hold_id: z.string(),
      request_id: z.string(),
      customer: z.string().optional(),
      amount: usdShape,
      budgets: z.array(z.string()).optional(),
    }),
  },
  "key.expiring": {
    when: "A key is used whose end is less than 7 days away.",
    data: z.strictObject({ ...key, ...named, expires_at: timeShape }),
  },
  "books.drift": {
    when: "A comparison finds a counter that differs from the ledger.",
    data: z.strictObject({
      ...organization,
      budget: z.string(),
      instance: z.string().optional(),
      period_start: timeShape,
      spent: amountShape,
      ledger: amountShape,
      difference: amountShape,
      repaired: z.boolean(),
    }),
  },
  "webhook.test": {
    when: "`POST /webhooks/{id}/test` asks for it.",
    data: z.strictObject({ webhook: z.string() }),
  },
};
