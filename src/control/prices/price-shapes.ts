import * as z from "zod";
import { timeShape, usdShape } from "../frame/shapes.ts";

// Prices as answers show them: USD per million tokens, per request, per unit and per use of a tool.

const perMillion = {
  input: usdShape,
  output: usdShape,
  cache_read: usdShape,
  cache_write: usdShape,
  cache_write_1h: usdShape,
  reasoning: usdShape,
  audio_input: usdShape,
  audio_output: usdShape,
  image_input: usdShape,
  image_output: usdShape,
};
const rates = {
  ...perMillion,
  per_request: usdShape,
  multiplier: z.string().meta({ description: "Times the list price." }),
  units: z.record(z.string(), z.string()).meta({ description: "USD for each one, with up to 15 places." }),
  tool_calls: z.record(z.string(), usdShape),
};
const amounts = z.strictObject(rates).partial();

const tiers = z
  .array(z.strictObject({ above_input_tokens: z.int(), ...z.strictObject(perMillion).partial().shape }))
  .optional()
  .meta({ description: "Of calls with more input than that: other rates, for all of their tokens." });
const version = z.string().optional().meta({ description: "Stamped on each ledger entry." });

export const priceShape = z
  .strictObject({
    provider: z.string(),
    model: z.string(),
    source: z.enum(["list", "override"]),
    ...amounts.shape,
    tiers,
    version,
    override: amounts.optional().meta({ description: "As it was PUT." }),
    updated_at: timeShape.optional(),
  })
  .meta({ id: "Price" });

export const quoteShape = z
  .strictObject({
    provider: z.string(),
    model: z.string(),
    hold: usdShape,
    input_tokens_bound: z.int(),
    output_tokens_bound: z.int(),
    price: z.strictObject({ ...amounts.shape, tiers, version }),
  })
  .meta({ id: "Quote" });
