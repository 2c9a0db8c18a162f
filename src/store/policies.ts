import { parseKeyPolicy, parseScopePolicy, type KeyPolicy, type ScopePolicy } from "../domain/policy.ts";
import type { PolicyRef } from "../services.ts";
import { policyKey } from "./keys.ts";
import { parseDocument } from "./packed.ts";

// Policies in the isolate's memory. What is here may be old: it counts only if a script confirms its version (law 10).

/** A document stays in Redis this long, counted from when it was read in Postgres. */
export const POLICY_TTL_MS = 15 * 60_000;
const MAX_CACHED = 20_000;

/** No document in Redis starts with this, so it is always answered with the one that stands. */
export const NO_VERSION = -1;

type Cached = { version: number; policy: KeyPolicy | null | ScopePolicy };

const cache = new Map<string, Cached>();

export function cachedKeyPolicy(
  org: string,
  policy: PolicyRef,
): { version: number; policy: KeyPolicy | null } | undefined {
  return cache.get(policyKey(org, policy)) as { version: number; policy: KeyPolicy | null } | undefined;
}

export function cachedScopePolicy(
  org: string,
  policy: PolicyRef,
): { version: number; policy: ScopePolicy } | undefined {
  return cache.get(policyKey(org, policy)) as { version: number; policy: ScopePolicy } | undefined;
}

/** Takes a document as Redis holds it: `<version> <JSON>`. */
export function rememberPolicy(org: string, ref: PolicyRef, document: string): void {
  const { version, json } = parseDocument(document);
  const key = policyKey(org, ref);
  cache.delete(key);
  cache.set(key, { version, policy: ref.kind === "key" ? parseKeyPolicy(json) : parseScopePolicy(json) });
  const [oldest] = cache.keys();
  if (cache.size > MAX_CACHED && oldest !== undefined) cache.delete(oldest);
}
