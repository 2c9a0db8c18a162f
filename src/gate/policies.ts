import { chargedBudgets, coversModel, type ChargedBudget } from "../domain/charged-budgets.ts";
import { LABEL_KINDS, type KeyPolicy, type OwnProvider, type ScopePolicy } from "../domain/policy.ts";
import type { PriceOverride } from "../domain/price-override.ts";
import { scopesOf, type CallLabels, type KeyPlace, type ScopeRef } from "../domain/scope.ts";
import type { PolicyRef } from "../services.ts";
import { oneAtATime } from "../ledger/one-at-a-time.ts";
import { openEpoch } from "../ledger/open.ts";
import { cachedKeyPolicy, cachedScopePolicy, NO_VERSION, rememberPolicy } from "../store/policies.ts";
import type { IsolateMemory } from "../store/memory.ts";
import type { GateDeps } from "./gate-deps.ts";
import { withKeyTags } from "./labels.ts";
import type { ProvenKey } from "./secret.ts";

// The policies that a call is under, as the isolate has them. They count only once a script confirmed their versions.

export interface CallPolicies {
  key: KeyPolicy | null;
  /** Null: the key's tags and the call's are too many together. */
  labels: CallLabels | null;
  /** A customer whom the operator has blocked is named. */
  customerBlocked: boolean;
  /** The organization's, which a key's own come before. */
  modelAliases: Record<string, string>;
  /** The organization's. */
  priceOverrides: readonly PriceOverride[];
  /** A provider as the key's team calls it, or else its organization; null where both leave it to the deployment. */
  ownProvider(name: string): OwnProvider | null;
  /** Every budget that the key and the labels are under, whatever the model. */
  charged: ChargedBudget[];
  /** Those of them that a call to this target counts in. */
  chargedFor(target: { provider: string; model: string }): ChargedBudget[];
  /** Every document was in memory: what is here was true once. */
  complete: boolean;
  /** What the script compares, in this order. */
  versions: { policy: PolicyRef; version: number }[];
}

/** Rounds in which policies may change under a call before it is told to try again. */
const MAX_ROUNDS = 6;

/** From memory only; what isn't there has a version that no document has. */
export function policiesInMemory(memory: IsolateMemory, proven: ProvenKey, called: CallLabels): CallPolicies {
  const org = proven.organizationId;
  const keyRef: PolicyRef = { kind: "key", id: proven.digest };
  const cached = cachedKeyPolicy(memory, org, keyRef);
  const key = cached?.policy ?? null;
  const labels = withKeyTags(called, key?.tags ?? []);
  const place: KeyPlace = key
    ? { organizationId: org, keyId: key.id, teamId: key.teamId, userId: key.userId }
    : { organizationId: org };
  const organization = cachedScopePolicy(memory, org, scopeRef({ kind: "organization", id: org }))?.policy;

  const scopes = scopesOf(place, labels ?? called);
  // Customers and tags without a word of their own share their organization's: its document says of which kinds some have one.
  const documented = scopes.filter(
    ({ kind }) => !LABEL_KINDS.some((label) => label === kind && !organization?.labelled.includes(label)),
  );
  const documents = new Map<string, ScopePolicy>();
  const versions = [{ policy: keyRef, version: cached?.version ?? NO_VERSION }];
  for (const scope of documented) {
    const policy = scopeRef(scope);
    const held = cachedScopePolicy(memory, org, policy);
    versions.push({ policy, version: held?.version ?? NO_VERSION });
    if (held) documents.set(policy.id, held.policy);
  }
  const team = place.teamId ? documents.get(`team:${place.teamId}`) : undefined;
  const own = (scope: ScopeRef) => documents.get(scopeRef(scope).id)?.budgets ?? [];
  const charged = chargedBudgets(scopes, place, { own, wildcards: organization?.wildcards ?? [] });
  return {
    key,
    labels,
    customerBlocked: scopes.some((scope) => documents.get(scopeRef(scope).id)?.blocked === true),
    modelAliases: organization?.modelAliases ?? {},
    priceOverrides: organization?.priceOverrides ?? [],
    ownProvider: (name) => provided(team, name) ?? provided(organization, name),
    charged,
    chargedFor: (target) => charged.filter(({ budget }) => coversModel(budget, target)),
    complete: versions.every(({ version }) => version !== NO_VERSION),
    versions,
  };
}

function provided(policy: ScopePolicy | undefined, name: string): OwnProvider | null {
  return policy?.providers?.find((own) => own.name === name) ?? null;
}

function scopeRef(scope: ScopeRef): PolicyRef {
  return { kind: "scope", id: `${scope.kind}:${scope.id}` };
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
      if (!policy) return;
      const take = (standing: string) => rememberPolicy(deps.books.memory, org, policy, standing);
      if (document !== "") return take(document);
      const name = `policy ${org} ${policy.kind} ${policy.id}`;
      await oneAtATime(deps.books, name, async () => take(await deps.fetchPolicy(org, policy)));
    }),
  );
}

/**
 * Brings into memory what it lacks of the policies. Calls of one key that come at once to an isolate that doesn't know it
 * would each ask several times over. What one of them brings confirms nothing to the others.
 */
export async function bringPolicies(
  deps: GateDeps,
  proven: ProvenKey,
  called: CallLabels,
  { versions }: CallPolicies,
): Promise<CallPolicies | null> {
  const names = versions.map(({ policy }) => `${policy.kind} ${policy.id}`).join(" ");
  return oneAtATime(deps.books, `policies ${proven.organizationId} ${names}`, () =>
    confirmedPolicies(deps, proven, called),
  );
}

/** The policies, confirmed: for calls that reserve nothing, and for refusals. Throws StoreUnavailable. */
export async function confirmedPolicies(
  deps: GateDeps,
  proven: ProvenKey,
  called: CallLabels,
): Promise<CallPolicies | null> {
  const org = proven.organizationId;
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const policies = policiesInMemory(deps.books.memory, proven, called);
    const reply = await deps.books.store.confirm(org, policies.versions);
    if (reply.kind === "ok") return policies;
    if (reply.kind === "stale") await takeDocuments(deps, org, policies.versions, reply.documents);
    else await openEpoch(deps.books, org);
  }
  return null;
}
