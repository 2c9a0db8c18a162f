import * as z from "zod";
import { liveBudgetShape } from "../budgets/budget-shapes.ts";
import { idShape, pageShape, timeShape, times } from "../frame/shapes.ts";

// Keys as answers show them.

const fields = {
  id: idShape("key"),
  name: z.string().optional(),
  hint: z.string().meta({ description: "The last characters of the secret, to recognize it by." }),
  organization_id: z.string(),
  team_id: z.string().optional(),
  user_id: z.string().optional(),
  enabled: z.boolean(),
  status: z.enum(["active", "disabled", "expired", "revoked"]),
  expires_at: timeShape.optional(),
  previous_secret_ends_at: timeShape
    .optional()
    .meta({ description: "After a rotation: until when the secret before works, too." }),
  models: z.array(z.string()).optional(),
  endpoints: z.array(z.string()).optional(),
  providers: z.array(z.string()).optional(),
  model_aliases: z.record(z.string(), z.string()).optional(),
  tags: z.array(z.string()).optional(),
  metadata: z.record(z.string(), z.unknown()).optional(),
  when_short: z.enum(["clamp", "reject"]),
  min_output_tokens: z.int(),
  on_disconnect: z.enum(["drain", "abort"]),
  allow_unpriced: z.boolean(),
  last_used_at: timeShape.optional(),
  ...times,
};

const secret = z.string().meta({ description: "In this answer only." });

const keyShape = z.strictObject(fields).meta({ id: "Key" });
export const keyPageShape = pageShape(keyShape);
/** With every budget that it is under. */
export const fullKeyShape = z
  .strictObject({ ...fields, budgets: z.array(liveBudgetShape) })
  .meta({ id: "KeyWithBudgets" });
export const newKeyShape = z
  .strictObject({ ...fields, secret, budgets: z.array(liveBudgetShape) })
  .meta({ id: "NewKey" });
export const rotatedKeyShape = z.strictObject({ ...fields, secret }).meta({ id: "RotatedKey" });
