import type { Config } from "../env.ts";
import type { PriceOverride } from "../domain/price-override.ts";
import type { Price } from "../domain/pricing.ts";
import type { Refusal } from "../errors.ts";
import { routeOf } from "../providers/registry.ts";
import { targetOf } from "./plan.ts";
import { pricedCall } from "./priced-call.ts";
import { readAs, understand } from "./understand.ts";

export interface Quote {
  provider: string;
  model: string;
  holdNanoUsd: number;
  inputTokensBound: number;
  /** Over all answers. */
  outputTokensBound: number;
  price: Price;
}

/** What an organization says that its calls mean and cost. */
export interface Quoted {
  priceOverrides: readonly PriceOverride[];
  modelAliases: Record<string, string>;
  /** Names of providers that it added itself. */
  ownProviders: readonly string[];
}

/** A call without when_short would be clamped; what a quote says is held where all of it fits. */
const KEY = { whenShort: "clamp", minOutputTokens: 1 } as const;
const FREE: Price = { version: "free", rates: {}, tiers: [], per_request: 0, tool_calls: {} };

/** What a call would set aside under an organization's prices, without a key, and with nothing set aside. */
export async function quote(
  config: Pick<Config, "DEFAULT_PROVIDER" | "MAX_BODY_BYTES">,
  { path, body }: { path: string; body: unknown },
  policies: Quoted,
  atMs: number,
): Promise<Quote | { refusal: Refusal }> {
  const url = URL.parse(path, "http://quote.invalid");
  const route = path.startsWith("/") && url ? routeOf("POST", url.pathname) : null;
  const isOwn = (name: string) => policies.ownProviders.includes(name);
  if (!url || !route || route.metering === null) return { refusal: unmetered(path) };
  if (route.provider?.custom && !isOwn(route.provider.name)) return { refusal: unmetered(path) };
  if (route.metering === "free") {
    const provider = route.provider?.name ?? config.DEFAULT_PROVIDER;
    return { provider, model: "", holdNanoUsd: 0, inputTokensBound: 0, outputTokensBound: 0, price: FREE };
  }
  const request = new Request(url, { method: "POST", body: JSON.stringify(body) });
  const understood = await understand(
    request,
    { wire: route.metering, path: route.path },
    config.MAX_BODY_BYTES,
  );
  if ("refusal" in understood) return understood;
  const naming = { aliases: policies.modelAliases, defaultProvider: config.DEFAULT_PROVIDER, isOwn };
  const aimed = targetOf(understood.call.facts.model, route, naming);
  if ("refusal" in aimed) return aimed;
  const { target } = aimed;
  const call = readAs(target.wire, understood.call, route.path);
  const priced = pricedCall(call, target, { policies, key: KEY, atMs });
  const { price, refusal, sizes, estimate: estimated } = priced;
  if (refusal) return { refusal };
  if (!price || !estimated) return { refusal: unbounded() };
  return {
    provider: target.provider.name,
    model: target.model,
    holdNanoUsd: estimated.want,
    inputTokensBound: sizes.bound,
    outputTokensBound: (sizes.output + sizes.extras.outputTokens) * call.facts.choices,
    price,
  };
}

function unmetered(path: string): Refusal {
  return { code: "endpoint_not_allowed", message: `What a POST of ${path.slice(0, 256)} costs isn't known.` };
}

function unbounded(): Refusal {
  return { code: "invalid_request", message: "What this call can cost has no bound." };
}
