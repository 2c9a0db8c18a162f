import { parseKeyPolicy, parseScopePolicy, type KeyPolicy, type ScopePolicy } from "../domain/policy.ts";
import type { PolicyRef } from "../services.ts";
import { policyKey } from "./keys.ts";
import type { IsolateMemory } from "./memory.ts";
import { parseDocument } from "./packed.ts";

// Policies in the isolate's memory. What is here may be old: it counts only if a script confirms its version (law 10).

/** A document stays in Redis this long, counted from when it was read in Postgres. */
export const POLICY_TTL_MS = 15 * 60_000;
const MAX_CACHED = 20_000;

/** No document in Redis starts with this, so it is always answered with the one that stands. */
export const NO_VERSION = -1;

export function cachedKeyPolicy(
  { policies }: IsolateMemory,
  org: string,
  policy: PolicyRef,
): { version: number; policy: KeyPolicy | null } | undefined {
  return policies.get(policyKey(org, policy)) as { version: number; policy: KeyPolicy | null } | undefined;
}

export function cachedScopePolicy(
  { policies }: IsolateMemory,
  org: string,
  policy: PolicyRef,
): { version: number; policy: ScopePolicy } | undefined {
  return policies.get(policyKey(org, policy)) as { version: number; policy: ScopePolicy } | undefined;
}

/** Takes a document as Redis holds it. */
export function rememberPolicy(
  { policies }: IsolateMemory,
  org: string,
  ref: PolicyRef,
  document: string,
): void {
  const { version, json } = parseDocument(document);
  const key = policyKey(org, ref);
  policies.delete(key);
  policies.set(key, { version, policy: ref.kind === "key" ? parseKeyPolicy(json) : parseScopePolicy(json) });
  const [oldest] = policies.keys();
  if (policies.size > MAX_CACHED && oldest !== undefined) policies.delete(oldest);
}
