import type { Period } from "./period.ts";

// What a call charges: the scopes of its key, and the budgets that stand on them. Pure.

export type ScopeKind = "organization" | "team" | "member" | "user" | "key" | "customer" | "tag";

export interface ScopeRef {
  kind: ScopeKind;
  id: string;
}

export type Unit = "usd" | "requests" | "tokens" | "concurrent";

/** A budget as the gate uses it. `limit`: nano-USD for `usd`, else a count. */
export interface Budget {
  id: string;
  scope: ScopeRef;
  unit: Unit;
  limit: number;
  period: Period;
  enforcement: "hard" | "soft" | "shadow";
  onLapse: "charge" | "release";
  /** Raised by a change of period, which starts a new count. */
  generation: number;
}

/** What the scopes are derived from: the key's own place in the organization. */
export interface KeyPlace {
  organizationId: string;
  /** Absent while only the key's text is known. */
  keyId?: string;
}

/** The scopes that a call of this key charges, exactly (law 8). Broadest first. */
export function scopesOf(place: KeyPlace): ScopeRef[] {
  const scopes: ScopeRef[] = [{ kind: "organization", id: place.organizationId }];
  if (place.keyId !== undefined) scopes.push({ kind: "key", id: place.keyId });
  return scopes;
}

/** The name of a budget's counter: the same for as long as its count goes on. */
export function counterName(budget: Pick<Budget, "id" | "generation">): string {
  return budget.generation === 1 ? budget.id : `${budget.id}~${budget.generation}`;
}

/** The budget that a counter belongs to. */
export function budgetIdOf(counter: string): string {
  return /^[^~:]*/.exec(counter)?.[0] ?? counter;
}
