import type { Case } from "./cases.ts";

// Where a client of Tollgate sends a recorded call: the provider's own path behind Tollgate's prefix for it. A name that
// Tollgate doesn't know is that of a provider which the organization added itself.

/** The recordings' names of providers whose prefix is another word. All others have their own name as prefix. */
const PREFIXES: Record<string, string> = { gemini: "google" };

/** Which header carries the key of a provider's SDK. Elsewhere it is a bearer's. */
const KEY_HEADERS: Record<string, string> = {
  anthropic: "x-api-key",
  google: "x-goog-api-key",
  azure: "api-key",
};

/** Recorded through somebody's proxy, whose paths name the provider in words of their own. */
const PROXIED: [path: RegExp, own: string][] = [
  [/^\/google-vertex\//, "/vertex/"],
  [/^\/openai\/(?!v1\/)/, "/openai/v1/"],
  [/^\/(anthropic|bedrock|groq|openai)\//, "/$1/"],
];

export interface Path {
  /** With its leading slash. */
  prefix: string;
  /** The provider's own path with its query, without credentials. */
  own: string;
  keyHeader: string;
}

/** Null: the recorded URL isn't one. */
export function pathOf({ provider, url }: Pick<Case, "provider" | "url">): Path | null {
  // Hosts and parts of paths may be placeholders, which no URL parser takes.
  const match = /^https?:\/\/[^/]+(\/[^?#]*)(\?[^#]*)?/.exec(url);
  if (!match) return null;
  const [, template = "", query = ""] = match;
  // A recorder's placeholder stands for a project's name, or a region's.
  const path = template.replace(/<([A-Z_]+)>/g, (_, name: string) => name.toLowerCase().replaceAll("_", "-"));
  const proxied = provider === "local" ? PROXIED.find(([pattern]) => pattern.test(path)) : undefined;
  const whole = proxied
    ? path.replace(...proxied)
    : `/${PREFIXES[provider] ?? provider}${path.replace(/^\/+/, "/")}`;
  const end = whole.indexOf("/", 1);
  const prefix = whole.slice(0, end);
  return {
    prefix,
    own: whole.slice(end) + withoutKey(query),
    keyHeader: KEY_HEADERS[prefix.slice(1)] ?? "authorization",
  };
}

function withoutKey(query: string): string {
  const pairs = query.slice(1).split("&");
  const kept = pairs.filter((pair) => pair !== "" && !/^(?:key|api[-_]?key|token)=/i.test(pair));
  return kept.length > 0 ? `?${kept.join("&")}` : "";
}
