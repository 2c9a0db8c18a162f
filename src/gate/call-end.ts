import type { Price } from "../domain/pricing.ts";
import { listPrice } from "../providers/prices/prices.ts";
import type { Reading } from "../providers/wire.ts";
import { costOfReading } from "./cost.ts";
import type { CallEnd } from "./settle.ts";

/** What must be known of a call to price its answer, whenever that comes. */
export interface PricedCall {
  provider: string;
  /** The provider's own name of the model asked for. */
  model: string;
  /** Null for a model that has none. */
  price: Price | null;
  inputTokens: number;
  /** What the model may have written out of sight, if the answer broke off. */
  hiddenTokens: number;
  holdNanoUsd: number;
  startedAtMs: number;
}

/** Of a model or a tier, in the ledger. What a provider states beyond it is no name, and would swell every entry. */
const MAX_NAME_LENGTH = 256;

/** How the call ended, and what that cost. Pure. */
export function callEnd(
  reading: Reading,
  call: PricedCall,
  known: Pick<CallEnd, "outcome" | "status" | "firstByteMs">,
): CallEnd {
  const { provider, model, price, startedAtMs } = call;
  const priceOf = (name: string) => listPrice({ provider, model: name, atMs: startedAtMs });
  // A provider that names the snapshot behind the model asked for is priced at the snapshot's own price.
  const refined = reading.model?.startsWith(model) && price ? (priceOf(reading.model) ?? price) : price;
  return {
    ...known,
    ...costOfReading(reading, { ...call, price: refined, priceOf }),
    model: reading.model?.slice(0, MAX_NAME_LENGTH) ?? null,
    serviceTier: reading.serviceTier?.slice(0, MAX_NAME_LENGTH) ?? null,
    priceVersion: refined?.version ?? null,
  };
}
