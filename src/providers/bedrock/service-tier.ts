import type { PriceOptions } from "../../domain/price-options.ts";
import { asObject, asText } from "../fields.ts";
import type { AnsweredCall, JsonObject } from "../wire.ts";

// What Bedrock charges other than the list price for, as words of one tier: the service tier ("priority", "flex") and the
// latency ("optimized"). https://docs.aws.amazon.com/bedrock/latest/userguide/service-tiers-inference.html

const TIER_HEADER = "x-amzn-bedrock-service-tier";
const LATENCY_HEADER = "x-amzn-bedrock-performanceconfig-latency";
/** Members of a model's own body that sell a dearer service at its maker's. */
const BODY_MEMBERS = ["service_tier", "speed", "inference_geo"];

interface Served {
  tier?: string;
  latency?: string;
}

/** Of Converse, in its body. */
export function tierAskedInBody(body: JsonObject): PriceOptions {
  const added = asObject(body["additionalModelRequestFields"]) ?? {};
  return asked([
    asObject(body["serviceTier"])?.["type"],
    asObject(body["performanceConfig"])?.["latency"],
    ...BODY_MEMBERS.map((member) => added[member]),
  ]);
}

/** Of InvokeModel, in its headers, and what the model's own body may ask for. */
export function tierAskedInHeaders(headers: Headers | undefined, body: JsonObject): PriceOptions {
  const stated = [TIER_HEADER, LATENCY_HEADER].map((name) => headers?.get(name) ?? undefined);
  return asked([...stated, ...BODY_MEMBERS.map((member) => body[member])]);
}

/** What an answer of Converse, or the metadata of its stream, says of how it was served. */
export function tierServedInBody(answer: JsonObject | null): Served {
  const tier = asText(asObject(answer?.["serviceTier"])?.["type"]);
  const latency = asText(asObject(answer?.["performanceConfig"])?.["latency"]);
  return { ...(tier !== undefined && { tier }), ...(latency !== undefined && { latency }) };
}

export function tierServedInHeaders(headers: Headers): Served {
  const tier = asText(headers.get(TIER_HEADER));
  const latency = asText(headers.get(LATENCY_HEADER));
  return { ...(tier !== undefined && { tier }), ...(latency !== undefined && { latency }) };
}

/** The served tier as one text. Of two words, what the answer leaves out was served as asked, but at no discount. */
export function servedTier({ tier, latency }: Served, { facts }: AnsweredCall): string | undefined {
  if (tier === undefined && latency === undefined) return undefined;
  const wanted = (facts.priceOptions?.tier ?? "").split(" ");
  const askedLatency = wanted.find((word) => LATENCIES.has(word));
  const askedTier = wanted.find((word) => word !== "" && word !== "flex" && !LATENCIES.has(word));
  const words = [tier ?? askedTier, latency ?? askedLatency];
  return words.filter((word) => word !== undefined).join(" ");
}

const LATENCIES = new Set(["optimized", "standard"]);

function asked(words: unknown[]): PriceOptions {
  const stated = words.filter((word) => word !== undefined && word !== null);
  // What isn't a text is no tier that has a price.
  const tier = stated.map((word) => (typeof word === "string" ? word.toLowerCase() : "unknown")).join(" ");
  return tier === "" ? {} : { tier };
}
