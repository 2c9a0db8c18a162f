import * as z from "zod";
import { BILLED_UNITS, eachUnit } from "../../domain/billed-units.ts";
import { MULTIPLIER_SCALE, type PriceOverride } from "../../domain/price-override.ts";
import { MAX_RATE_NANO_USD } from "../../domain/pricing.ts";
import { plainDecimal } from "../budgets/amounts.ts";
import { shortText } from "../frame/fields.ts";

// The body of a PUT of a price: what a model costs, or a factor on the list price. A PUT is whole: null is absent.

const MAX_PER_MILLION_USD = 1_000_000;
/** The dearest unit that `Price` can hold is a little above it. */
const MAX_EACH_USD = 9;
const MAX_MULTIPLIER = 1_000;
const MAX_TOOLS = 50;
const UNITS_PER_RATE = 1_000_000;

const RATES = [
  "input",
  "output",
  "cache_read",
  "cache_write",
  "cache_write_1h",
  "reasoning",
  "audio_input",
  "audio_output",
  "image_input",
  "image_output",
] as const;

const upTo = (max: number, what: string) => {
  const detail = `must be ${what} from 0 to ${max} as a plain decimal with at most 9 places`;
  return plainDecimal(detail).refine((nano) => nano <= max * MULTIPLIER_SCALE, detail);
};
const rate = upTo(MAX_PER_MILLION_USD, "USD per million tokens").nullish();
const each = upTo(MAX_EACH_USD, "USD for each one")
  .transform((nano) => nano * UNITS_PER_RATE)
  .nullish();
const amount = upTo(MAX_RATE_NANO_USD / MULTIPLIER_SCALE, "USD");

export const pricePut = z
  .strictObject({
    input: rate,
    output: rate,
    cache_read: rate,
    cache_write: rate,
    cache_write_1h: rate,
    reasoning: rate,
    audio_input: rate,
    audio_output: rate,
    image_input: rate,
    image_output: rate,
    per_request: amount.nullish(),
    units: z.strictObject(eachUnit(each)).nullish(),
    tool_calls: z
      .record(shortText, amount)
      .refine((tools) => Object.keys(tools).length <= MAX_TOOLS, `has more than ${MAX_TOOLS}`)
      .nullish(),
    multiplier: upTo(MAX_MULTIPLIER, "a factor").nullish(),
  })
  .superRefine(({ multiplier, ...amounts }, context) => {
    const given = Object.entries(amounts).filter(([, value]) => value !== null && value !== undefined);
    const issue = (path: string[], message: string) => context.addIssue({ code: "custom", path, message });
    const isFactor = multiplier !== null && multiplier !== undefined;
    if (!isFactor && given.length === 0) issue(["input"], "is required, or another price, or a multiplier");
    if (isFactor) for (const [name] of given) issue([name], "can't stand beside a multiplier");
  });

/** The amounts of an override; the fields that are absent or null are left out. */
export function overrideAmounts(
  value: z.infer<typeof pricePut>,
): Omit<PriceOverride, "provider" | "model" | "updatedAtMs"> {
  const rates = present(RATES, value);
  const units = present(BILLED_UNITS, value.units ?? {});
  const { multiplier, per_request, tool_calls } = value;
  return {
    ...(typeof multiplier === "number" && { multiplierNano: multiplier }),
    ...(Object.keys(rates).length > 0 && { rates }),
    ...(Object.keys(units).length > 0 && { units }),
    ...(typeof per_request === "number" && { per_request }),
    ...(tool_calls && { tool_calls }),
  };
}

function present<Name extends string>(
  names: readonly Name[],
  from: { [name in Name]?: number | null | undefined },
): { [name in Name]?: number } {
  const amounts: { [name in Name]?: number } = {};
  for (const name of names) {
    const value = from[name];
    if (typeof value === "number") amounts[name] = value;
  }
  return amounts;
}
