import type { KeyPolicy, ScopePolicy } from "../domain/policy.ts";
import { scopesOf } from "../domain/scope.ts";
import type { PolicyRef } from "../services.ts";
import { openEpoch } from "../ledger/open.ts";
import { cachedKeyPolicy, cachedScopePolicy, NO_VERSION, rememberPolicy } from "../store/policies.ts";
import type { GateDeps } from "./gate-deps.ts";
import type { ProvenKey } from "./secret.ts";

// The policies that a call is under, as the isolate has them. They count only once a script confirmed their versions.

export interface CallPolicies {
  key: KeyPolicy | null;
  budgets: ScopePolicy;
  /** What the script compares, in this order. */
  versions: { policy: PolicyRef; version: number }[];
}

/** Rounds in which policies may change under a call before it is told to try again. */
const MAX_ROUNDS = 6;

/** From memory only; what isn't there has a version that no document has. */
export function policiesInMemory(proven: ProvenKey): CallPolicies {
  const org = proven.organizationId;
  const keyRef: PolicyRef = { kind: "key", id: proven.digest };
  const key = cachedKeyPolicy(org, keyRef);
  const versions = [{ policy: keyRef, version: key?.version ?? NO_VERSION }];
  const budgets: ScopePolicy = [];
  const place = { organizationId: org, ...(key?.policy ? { keyId: key.policy.id } : {}) };
  for (const scope of scopesOf(place)) {
    const ref: PolicyRef = { kind: "scope", id: `${scope.kind}:${scope.id}` };
    const cached = cachedScopePolicy(org, ref);
    versions.push({ policy: ref, version: cached?.version ?? NO_VERSION });
    if (cached) budgets.push(...cached.policy);
  }
  return { key: key?.policy ?? null, budgets, versions };
}

/** Takes the documents that a script answered with; fetches from Postgres what Redis doesn't have. Throws StoreUnavailable. */
export async function takeDocuments(
  deps: GateDeps,
  org: string,
  versions: CallPolicies["versions"],
  documents: { index: number; document: string }[],
): Promise<void> {
  await Promise.all(
    documents.map(async ({ index, document }) => {
      const policy = versions[index]?.policy;
      if (policy) rememberPolicy(org, policy, document === "" ? await deps.publish(org, policy) : document);
    }),
  );
}

/** The policies, confirmed: for calls that reserve nothing, and for refusals. Throws StoreUnavailable. */
export async function confirmedPolicies(deps: GateDeps, proven: ProvenKey): Promise<CallPolicies | null> {
  const org = proven.organizationId;
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const policies = policiesInMemory(proven);
    const reply = await deps.books.store.confirm(org, policies.versions);
    if (reply.kind === "ok") return policies;
    if (reply.kind === "stale") await takeDocuments(deps, org, policies.versions, reply.documents);
    else await openEpoch(deps.books, org);
  }
  return null;
}
