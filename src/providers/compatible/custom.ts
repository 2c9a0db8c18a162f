import { openaiChatOf } from "../openai/chat.ts";
import { openaiRoutes } from "../openai/openai.ts";
import type { Provider, ProviderRoute } from "../provider.ts";
import { rerank } from "../rerank/rerank.ts";

// Providers that organizations add themselves. All that is known of them is that their interface is OpenAI's.

/** Lower-case letters, digits and hyphens, as in the names of hosts (RFC 1123). */
const NAME = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;
/** First segments of paths that are Tollgate's own, or may come to be; and one that every JavaScript object has. */
const RESERVED =
  /^(?:v\d+|api|admin|docs|health|healthz|readyz|metrics|openapi|static|assets|status|tollgate|constructor)$/;

/** Whatever stands before an endpoint, in so many segments: which interfaces they have at how many places, only they know. */
const ANYWHERE = "(?:/[^/]+){0,10}";

/**
 * A server that doesn't know the newer limit ignores it without a word, and every server knows the older: a bound that may
 * be none isn't one, so the older is what a clamp sets.
 */
const chat = openaiChatOf({ limitField: "max_tokens", usageOption: true, statesCost: true });

const ROUTES: readonly ProviderRoute[] = [
  ...openaiRoutes(ANYWHERE, chat),
  { method: "POST", path: new RegExp(`^${ANYWHERE}/rerank$`), metering: rerank },
];

/** The provider that an organization may have added under this name; null for a name that can't be one's. */
export function customProvider(name: string): Provider | null {
  if (!NAME.test(name) || RESERVED.test(name)) return null;
  return {
    name,
    // Each organization's own, or none: then it doesn't have this provider.
    baseUrl: null,
    auth: "bearer",
    envelope: "openai",
    routes: ROUTES,
    compatiblePath: "/v1",
    custom: true,
  };
}
