import type { Envelope } from "../errors.ts";
import { anthropic } from "./anthropic/anthropic.ts";
import { azure } from "./azure/azure.ts";
import { bedrock } from "./bedrock/bedrock.ts";
import { cohere } from "./cohere/cohere.ts";
import {
  cerebras,
  deepseek,
  fireworks,
  groq,
  moonshot,
  openrouter,
  perplexity,
  together,
  xai,
} from "./compatible/compatible.ts";
import { customProvider } from "./compatible/custom.ts";
import { google } from "./google/google.ts";
import { mistral } from "./mistral/mistral.ts";
import { ollama } from "./ollama/ollama.ts";
import { openai } from "./openai/openai.ts";
import { routeIn, type AuthScheme, type Provider } from "./provider.ts";
import { vertex } from "./vertex/vertex.ts";
import { voyage } from "./voyage/voyage.ts";
import type { Wire } from "./wire.ts";

// Which provider a path belongs to, and what can be done with it. Pure.

export const PROVIDERS: readonly Provider[] = [
  openai,
  anthropic,
  azure,
  groq,
  deepseek,
  xai,
  openrouter,
  together,
  fireworks,
  cerebras,
  perplexity,
  moonshot,
  google,
  vertex,
  bedrock,
  mistral,
  cohere,
  ollama,
  voyage,
];

const BY_NAME = new Map(PROVIDERS.map((provider) => [provider.name, provider]));

export function providerNamed(name: string): Provider | null {
  return BY_NAME.get(name) ?? null;
}

/** The provider that an organization may have added under a name; null for a name that can't be one's. */
export function customNamed(name: string): Provider | null {
  return BY_NAME.has(name) ? null : customProvider(name);
}

export interface Route {
  /** Null where the body's model decides: `/v1/chat/completions`. */
  provider: Provider | null;
  method: string;
  /** The provider's own path; where the model decides, as at OpenAI. */
  path: string;
  envelope: Envelope;
  auth: AuthScheme;
  /**
   * How the call is metered. Null: it can't be yet, so that keys under a usd budget are refused (law 11).
   * "free": the provider charges nothing for it.
   */
  metering: Wire | "free" | null;
  /** Of a free one: see ProviderRoute. */
  tells?: Wire;
}

const SEPARATOR = String.raw`/|\\|%(?:25)*(?:2f|5c)`;
/**
 * `.` or `..` between encoded slashes, however often encoded: the URL parser leaves it, and a server that decodes first would take
 * a free path for another, with our credential.
 */
const HIDDEN_DOTS = new RegExp(
  `(?:${SEPARATOR})(?:\\.|%(?:25)*2e){1,2}(?:${SEPARATOR}|;|%(?:25)*(?:3b|3f|23)|$)`,
  "i",
);

/**
 * The route of a data-plane path, or null where there is none. `pathname` as the URL parser gives it. A route of a custom
 * provider is one only for organizations that have it.
 */
export function routeOf(method: string, pathname: string): Route | null {
  if (HIDDEN_DOTS.test(pathname)) return null;
  if (/^\/v1\/./.test(pathname)) {
    // Anthropic's SDK appends this path to any base URL.
    if (/^\/v1\/messages(?:\/|$)/.test(pathname)) return providerRoute(anthropic, method, pathname);
    return { ...providerRoute(openai, method, pathname), provider: null };
  }
  const [, prefix = "", path] = /^\/([^/]+)(\/.+)$/.exec(pathname) ?? [];
  const provider = providerNamed(prefix) ?? customProvider(prefix);
  if (!provider || path === undefined || !isUnder(provider, path)) return null;
  return providerRoute(provider, method, path);
}

function isUnder({ under = "/" }: Provider, path: string): boolean {
  return path.startsWith(under) && path !== under;
}

function providerRoute(provider: Provider, method: string, path: string): Route & { provider: Provider } {
  const { metering = null, auth = provider.auth, tells } = routeIn(provider, method, path) ?? {};
  // A provider's OpenAI-compatible endpoint is called by OpenAI's SDK, which knows OpenAI's errors.
  const envelope = metering === null || metering === "free" ? provider.envelope : metering.envelope;
  return { provider, method, path, envelope, auth, metering, ...(tells && { tells }) };
}

/** Where a call at `/v1` goes, once its model has named the provider; null where that one has no such endpoint. */
export function compatibleRoute(
  provider: Provider,
  method: string,
  path: string,
): (Route & { provider: Provider }) | null {
  if (provider.compatiblePath === null) return null;
  return providerRoute(provider, method, provider.compatiblePath + path.slice("/v1".length));
}

/**
 * Splits `provider/model`. No prefix, or one that names no provider of ours, leaves the model to the default one. `isOwn`:
 * whether the organization has added a provider of this name.
 */
export function splitModel(
  model: string,
  isOwn: (name: string) => boolean,
): { provider: Provider | null; model: string } {
  const slash = model.indexOf("/");
  const name = model.slice(0, Math.max(slash, 0));
  const provider = providerNamed(name) ?? (isOwn(name) ? customNamed(name) : null);
  return provider ? { provider, model: model.slice(slash + 1) } : { provider: null, model };
}
