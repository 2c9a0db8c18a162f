import type { Envelope } from "../errors.ts";
import type { Wire } from "./wire.ts";

// What Tollgate knows of a provider: where it is, how it is told who calls, and what its paths are.

/** How a provider is told who calls. `bedrock`, `vertex`: signed, or a token that has to be fetched first. */
export type AuthScheme = "bearer" | "x-api-key" | "x-goog-api-key" | "api-key" | "bedrock" | "vertex";

export interface Provider {
  /** Its prefix in paths and models; in upper case, that of its settings. */
  readonly name: string;
  /** What stands before its own paths. Null: it has none that serves everybody, so a setting must say. */
  readonly baseUrl: string | null;
  /** What stands before a path that says so itself; null where it doesn't. */
  readonly baseUrlFor?: (path: string) => string | null;
  readonly auth: AuthScheme;
  /** The error format of its own SDK. */
  readonly envelope: Envelope;
  /** Where its interface is; other paths are none of its. Absent: anywhere. */
  readonly under?: string;
  /** The first that matches holds. */
  readonly routes: readonly ProviderRoute[];
  /** What stands in place of `/v1` for calls at Tollgate's own `/v1`. Null: it has no OpenAI-compatible endpoints. */
  readonly compatiblePath: string | null;
  /** An organization's own: others don't have it. */
  readonly custom?: true;
  /** The parameter or header of a metered call that would keep its cost from being read, or null. */
  readonly hiddenUsage?: (asked: { query: URLSearchParams; headers: Headers }) => string | null;
}

export interface ProviderRoute {
  method: string;
  /** Of the provider's own path, as the URL parser gives it. */
  path: RegExp;
  /** "free": the provider charges nothing for it. A path without a route can't be metered (law 11). */
  metering: Wire | "free";
  /** Of a free one: its answer tells how a response that was made in the background ended, in this format. */
  tells?: Wire;
  /** Where the path is another format than the provider's own. */
  auth?: AuthScheme;
}

/** The route's metering, or null where the call can't be metered. */
export function routeIn(provider: Provider, method: string, path: string): ProviderRoute | null {
  return provider.routes.find((route) => route.method === method && route.path.test(path)) ?? null;
}
