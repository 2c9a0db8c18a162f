import { costOfReading } from "../../../src/gate/cost.ts";
import { estimate, sizesOf } from "../../../src/gate/estimate.ts";
import { listPrice } from "../../../src/providers/prices/prices.ts";
import type { JsonObject, Reading, Wire } from "../../../src/providers/wire.ts";
import { factsOf } from "../support.ts";

const AT_MS = Date.UTC(2026, 10, 20);

/** What a call of OpenAI's is held at, and what its answer then costs, in nano-USD. `bytes`: of the body, where it is a form. */
export function holdAndCost(wire: Wire, body: JsonObject, reading: Reading, bytes?: number) {
  const facts = factsOf(wire, body);
  const { model } = facts;
  const priceOf = (name: string) => listPrice({ provider: "openai", model: name, atMs: AT_MS, ...options });
  const options = { options: facts.priceOptions ?? {} };
  const price = priceOf(model);
  if (!price) throw new Error(`${model} has no price`);
  const sent = bytes === undefined ? new TextEncoder().encode(JSON.stringify(body)) : new Uint8Array(bytes);
  const call = { facts, body, bytes: sent, edited: () => "" };
  const sizes = sizesOf(call, wire, model);
  const held = estimate(call, sizes, price, { whenShort: "clamp", minOutputTokens: 256 }, priceOf);
  if (!held) throw new Error(`${model} has no bound`);
  const { units } = sizes.extras;
  const most = { hiddenTokens: 0, mostOutputTokens: facts.choices * sizes.output };
  const known = { likelyInput: () => sizes.likely, ...most, model, price, tierUnpriced: false, priceOf };
  const cost = costOfReading(reading, { ...known, ...(units && { units }), holdNanoUsd: held.want });
  return { hold: held.want, least: held.least, cost: cost.costNanoUsd, estimated: cost.estimated };
}
