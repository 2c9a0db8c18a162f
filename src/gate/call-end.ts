import type { UnitCounts } from "../domain/billed-units.ts";
import type { PriceOptions } from "../domain/price-options.ts";
import { overrideFor, type PriceOverride } from "../domain/price-override.ts";
import type { Price } from "../domain/pricing.ts";
import { customNamed } from "../providers/registry.ts";
import type { Reading } from "../providers/wire.ts";
import { costOfReading } from "./cost.ts";
import { priceFor } from "./price-for.ts";
import type { CallEnd } from "./settle.ts";
import { settledPrice } from "./settled-price.ts";

/** What must be known of a call to price its answer, whenever that comes. Plain data. */
export interface PricedCall {
  provider: string;
  /** The provider's own name of the model asked for. */
  model: string;
  /** It is what its owner calls a deployment: the answer tells the model. */
  deployment?: boolean;
  /** What the hold was computed with; null for a model that has no price. */
  held: Price | null;
  /** What the call asked for beside its model. */
  options: PriceOptions;
  /** The operator's, of this provider, as they were when the call was admitted. */
  priceOverrides: PriceOverride[];
  /** The likely input, where the answer doesn't say. */
  inputTokens: number;
  /** What the model may have written out of sight, if the answer broke off. */
  hiddenTokens: number;
  /** What all of its answers may have, in tokens. */
  mostOutputTokens: number;
  /** What the call is charged for beside tokens, at most. */
  units?: UnitCounts;
  holdNanoUsd: number;
  startedAtMs: number;
}

/** Of a model or a tier, in the ledger. What a provider states beyond it is no name, and would swell every entry. */
const MAX_NAME_LENGTH = 256;

/** How the call ended, and what that cost. Pure. */
export function callEnd(
  reading: Reading,
  call: Omit<PricedCall, "inputTokens"> & {
    /** Asked only where the answer doesn't say. */
    likelyInput(): number;
  },
  known: Pick<CallEnd, "outcome" | "status" | "firstByteMs">,
): CallEnd {
  const { provider, model, options } = call;
  const priceOf = (named: string, asked: PriceOptions) =>
    priceFor(call, { provider, model: named, atMs: call.startedAtMs, options: asked });
  const overridden = overrideFor(call.priceOverrides, { provider, model }) !== null;
  const { held, deployment = false } = call;
  const asked = { provider, model, deployment, held, options, overridden, priceOf };
  const settled = settledPrice(reading, asked);
  const cost = costOfReading(reading, {
    ...call,
    ...settled,
    // What an organization's own provider counts in what it calls a cost, nobody has looked into.
    statedIsHearsay: customNamed(provider) !== null,
    priceOf: (named) => priceOf(named, options) ?? priceOf(named, {}),
  });
  return {
    ...known,
    ...cost,
    model: reading.model?.slice(0, MAX_NAME_LENGTH) ?? null,
    serviceTier: reading.serviceTier?.slice(0, MAX_NAME_LENGTH) ?? null,
    priceVersion: settled.price?.version ?? null,
  };
}
