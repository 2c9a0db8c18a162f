import * as z from "zod";
import { pageShape, usdShape } from "../frame/shapes.ts";

// Reports as answers show them.

const named = z.string().nullable().optional().meta({ description: "Null: these calls have none." });

/** Of the first eight fields a row has those that `group_by` names. */
const usageShape = z
  .strictObject({
    day: z.iso.date().optional().meta({ description: "In UTC." }),
    model: z.string().optional(),
    provider: z.string().optional(),
    key: z.string().optional().meta({ description: "Its id; so of teams and users." }),
    team: named,
    user: named,
    customer: named,
    tag: named,
    requests: z.int().meta({ description: "Calls that were settled or lapsed." }),
    input_tokens: z.int(),
    output_tokens: z.int(),
    cost: usdShape.meta({ description: "Below zero where more was taken back than spent." }),
  })
  .meta({ id: "Usage" });

export const usagePageShape = pageShape(usageShape);
