import type { Config } from "../env.ts";
import type { Envelope } from "../errors.ts";
import { anthropicMessages } from "./anthropic/messages.ts";
import { openaiChat } from "./openai/chat.ts";
import type { Wire } from "./wire.ts";

// Which provider a path belongs to, and what can be done with it. Pure, but for the settings that are handed in.

export const PROVIDERS = ["openai", "anthropic"] as const;
export type ProviderName = (typeof PROVIDERS)[number];

export interface Route {
  /** Null where the body's model decides: `/v1/chat/completions`. */
  provider: ProviderName | null;
  /** The provider's own path. */
  path: string;
  envelope: Envelope;
  /**
   * How the call is metered. Null: it can't be yet, so that keys under a usd budget are refused (law 11).
   * "free": the provider charges nothing for it.
   */
  metering: Wire | "free" | null;
}

export interface Upstream {
  baseUrl: string;
  /** Name and value of the header that carries our credential. Undefined where no key is set. */
  credential: { header: string; value: string; secret: string } | undefined;
}

/** The route of a data-plane path, or null where there is none. `pathname` as the URL parser gives it. */
export function routeOf(method: string, pathname: string): Route | null {
  const prefix = /^\/(openai|anthropic)(\/v1\/.+)$/.exec(pathname);
  if (prefix) {
    const provider = prefix[1] === "openai" ? "openai" : "anthropic";
    const path = prefix[2] ?? "";
    const metering = meteringOf(provider, method, path);
    // Anthropic's OpenAI-compatible endpoint is called by OpenAI's SDK, which knows OpenAI's errors.
    const envelope = typeof metering === "object" && metering ? metering.envelope : provider;
    return { provider, path, envelope, metering };
  }
  if (!/^\/v1\/.+/.test(pathname)) return null;
  if (pathname === "/v1/messages" || pathname.startsWith("/v1/messages/")) {
    return {
      provider: "anthropic",
      path: pathname,
      envelope: "anthropic",
      metering: meteringOf("anthropic", method, pathname),
    };
  }
  const metering = meteringOf("openai", method, pathname);
  return { provider: null, path: pathname, envelope: "openai", metering };
}

function meteringOf(provider: ProviderName, method: string, path: string): Route["metering"] {
  if (method === "POST") {
    if (provider === "openai" && path === "/v1/chat/completions") return openaiChat;
    if (provider === "openai" && path === "/v1/moderations") return "free";
    if (provider === "anthropic" && path === "/v1/messages") return anthropicMessages;
    if (provider === "anthropic" && path === "/v1/messages/count_tokens") return "free";
    // Anthropic's own OpenAI-compatible endpoint.
    if (provider === "anthropic" && path === "/v1/chat/completions") return openaiChat;
  }
  return method === "GET" && /^\/v1\/models(\/[^/]+)?$/.test(path) ? "free" : null;
}

/** Splits `provider/model`. No prefix, or one that names no provider of ours, leaves the model to the default one. */
export function splitModel(model: string): { provider: ProviderName | null; model: string } {
  const slash = model.indexOf("/");
  const provider = PROVIDERS.find((name) => name === model.slice(0, Math.max(slash, 0)));
  return provider ? { provider, model: model.slice(slash + 1) } : { provider: null, model };
}

export function upstreamOf(config: Config, provider: ProviderName, wire: Wire["name"] | null): Upstream {
  const baseUrl = (provider === "openai" ? config.OPENAI_BASE_URL : config.ANTHROPIC_BASE_URL).replace(
    /\/+$/,
    "",
  );
  const secret = provider === "openai" ? config.OPENAI_API_KEY : config.ANTHROPIC_API_KEY;
  if (secret === undefined) return { baseUrl, credential: undefined };
  const credential =
    provider === "anthropic" && wire !== "openai-chat"
      ? { header: "x-api-key", value: secret, secret }
      : { header: "authorization", value: `Bearer ${secret}`, secret };
  return { baseUrl, credential };
}
