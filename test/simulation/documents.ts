import { WILDCARD, type Budget } from "../../src/domain/charged-budgets.ts";
import { LABEL_KINDS, type KeyPolicy, type OwnProvider, type ScopePolicy } from "../../src/domain/policy.ts";
import type { PolicyRef } from "../../src/services.ts";

// What Postgres says of keys and budgets, as documents with versions; and all that they ever said.

export type KeyRow = KeyPolicy & { digest: string };

export interface PolicyState {
  organizationId: string;
  keys: KeyRow[];
  budgets: Budget[];
  blockedCustomers: string[];
  /** The organization's own; absent where it has none. */
  providers?: OwnProvider[];
}

export type Documents = ReturnType<typeof createDocuments>;

export const refName = ({ kind, id }: PolicyRef): string => `${kind}:${id}`;

export function createDocuments(state: PolicyState) {
  const versions = new Map<string, number>();
  /** By document, then by version. */
  const history = new Map<string, Map<number, string>>();

  function keep(ref: PolicyRef, version: number): string {
    const name = refName(ref);
    const json = JSON.stringify(contentOf(state, ref));
    const past = history.get(name) ?? new Map<number, string>();
    history.set(name, past.set(version, past.get(version) ?? json));
    return past.get(version) ?? json;
  }

  return {
    state,
    /** As it is now. One that was never changed has version 0. */
    read(ref: PolicyRef): { version: number; json: string } {
      const version = versions.get(refName(ref)) ?? 0;
      return { version, json: keep(ref, version) };
    },
    /** One transaction: the change, and a new version of each document that it touches. Returns the versions. */
    commit(refs: PolicyRef[], change: (state: PolicyState) => void): { ref: PolicyRef; version: number }[] {
      for (const ref of refs) keep(ref, versions.get(refName(ref)) ?? 0);
      change(state);
      return refs.map((ref) => {
        const version = (versions.get(refName(ref)) ?? 0) + 1;
        versions.set(refName(ref), version);
        keep(ref, version);
        return { ref, version };
      });
    },
    /** What a document said in a version; null where it never had it. */
    said: (name: string, version: number): string | null => history.get(name)?.get(version) ?? null,
  };
}

function contentOf(state: PolicyState, { kind, id }: PolicyRef): Omit<KeyRow, "digest"> | null | ScopePolicy {
  if (kind === "key") {
    const row = state.keys.find(({ digest }) => digest === id);
    if (!row) return null;
    const { digest: _, ...policy } = row;
    return policy;
  }
  const colon = id.indexOf(":");
  const scope = { kind: id.slice(0, colon), id: id.slice(colon + 1) };
  const organization = scope.kind === "organization";
  const labelled = LABEL_KINDS.filter(
    (label) =>
      state.budgets.some(({ scope: on }) => on.kind === label && on.id !== WILDCARD) ||
      (label === "customer" && state.blockedCustomers.length > 0),
  );
  return {
    budgets: state.budgets.filter(({ scope: on }) => on.kind === scope.kind && on.id === scope.id),
    blocked: scope.kind === "customer" && state.blockedCustomers.includes(scope.id),
    wildcards: organization ? state.budgets.filter(({ scope: on }) => on.id === WILDCARD) : [],
    labelled: organization ? labelled : [],
    modelAliases: null,
    ...(organization && state.providers && { providers: state.providers }),
  };
}
