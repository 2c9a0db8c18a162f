import * as z from "zod";
import { OUTCOMES } from "../../domain/outcome.ts";
import { ENTRY_KINDS } from "../../ledger/books-schema.ts";
import { amountShape, idShape, timeShape, usdShape } from "../frame/shapes.ts";

// What the ledger has, and the holds and requests that it tells of, as answers show them.

const place = {
  key_id: z.string().optional(),
  team_id: z.string().optional(),
  user_id: z.string().optional(),
  customer: z.string().optional(),
};

export const entryShape = z
  .strictObject({
    id: z.string(),
    hold_id: z.string(),
    request_id: z.string(),
    kind: z.enum(ENTRY_KINDS),
    amount: usdShape.meta({ description: "Signed; a correction takes back, or adds." }),
    budgets: z.array(
      z.strictObject({
        id: z.string(),
        instance: z.string().optional(),
        period_start: timeShape,
        amount: amountShape,
      }),
    ),
    ...place,
    tags: z.array(z.string()),
    provider: z.string(),
    model: z.string(),
    at: timeShape,
    created_at: timeShape,
  })
  .meta({ id: "LedgerEntry" });

export const holdShape = z
  .strictObject({
    id: idShape("hold"),
    request_id: z.string(),
    key_id: z.string().optional(),
    state: z.enum(["held", "lapsed", "settled", "released"]),
    amount: usdShape,
    lease_ends_at: timeShape.optional(),
    budgets: z.array(
      z.strictObject({ id: z.string(), amount: amountShape.optional(), period_start: timeShape }),
    ),
    created_at: timeShape.optional(),
  })
  .meta({ id: "Hold" });

const count = z.int().optional();
const usageShape = z
  .strictObject({
    input_total: count,
    billed_input: count,
    input_cached: count,
    cache_write: count,
    cache_write_5m: count,
    cache_write_1h: count,
    output_total: count,
    billed_output: count,
    reasoning: count,
    audio_in: count,
    audio_out: count,
    image_in: count,
    image_out: count,
    images: count,
    seconds: z.number().optional(),
    characters: count,
    search_units: count,
    pages: count,
    annotated_pages: count,
    tool_calls: z.record(z.string(), z.number()).optional(),
  })
  .meta({
    id: "RequestUsage",
    description:
      "`input_total` has the cached tokens in it, `output_total` the reasoning; absent: not stated.",
  });

export const requestShape = z
  .strictObject({
    request_id: idShape("req"),
    hold_id: z.string(),
    ...place,
    tags: z.array(z.string()).optional(),
    provider: z.string().optional(),
    model_requested: z.string().optional(),
    model: z.string().optional(),
    endpoint: z.string().optional(),
    stream: z.boolean().optional(),
    status: z.int().nullable().optional(),
    outcome: z
      .enum([...OUTCOMES, "released", "lapsed"])
      .nullable()
      .meta({ description: "Null while it is in flight." }),
    hold: usdShape,
    cost: usdShape,
    overrun: usdShape,
    estimated: z.boolean().optional(),
    usage: usageShape.optional(),
    provider_cost: usdShape.optional(),
    service_tier: z.string().optional(),
    price_version: z.string().optional(),
    started_at: timeShape.optional(),
    first_byte_ms: z.int().nullable().optional(),
    duration_ms: z.int().nullable().optional(),
    entries: z.array(entryShape),
    shadow_refusals: z.array(z.string()),
    created_at: timeShape.optional(),
  })
  .meta({ id: "Request" });

export const reconciliationShape = z
  .strictObject({
    checked: z.int(),
    drift: z.array(
      z.strictObject({
        budget_id: z.string(),
        instance: z.string().optional(),
        period_start: timeShape,
        redis: amountShape,
        ledger: amountShape,
        difference: amountShape,
      }),
    ),
    repaired: z.int(),
  })
  .meta({ id: "Reconciliation" });
