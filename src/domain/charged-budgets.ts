import { matchesGlob } from "./glob.ts";
import { MAX_NANO_USD } from "./money.ts";
import { periodAt, type Period } from "./period.ts";
import type { KeyPlace, ScopeRef } from "./scope.ts";

// Which budgets a call counts in, and what each of them allows. Pure.

export const UNITS = ["usd", "requests", "tokens", "concurrent"] as const;
export type Unit = (typeof UNITS)[number];
export const ENFORCEMENTS = ["hard", "soft", "shadow"] as const;

/** Raises (or lowers) one budget's limit for a while. `untilMs` null: for good. */
export interface Adjustment {
  amount: number;
  untilMs: number | null;
}

/** A budget as the gate uses it. `limit`: nano-USD for `usd`, else a count. */
export interface Budget {
  id: string;
  /** The id "*" is one budget for each: every instance has its own counter. `teamId` narrows it to that team. */
  scope: ScopeRef & { teamId?: string | null };
  unit: Unit;
  limit: number;
  period: Period;
  /** Globs on `provider/model`, or on the model alone; null: all. */
  models: string[] | null;
  enforcement: (typeof ENFORCEMENTS)[number];
  onLapse: "charge" | "release";
  onStoreOutage: "closed" | "open";
  /** Of a user's budget: whether the user's team keys count too. */
  includeTeamSpend: boolean;
  adjustments: Adjustment[];
  /** Raised by a change of period, which starts a new count. */
  generation: number;
}

/** A budget that a call counts in. `scope`: the instance's, where the budget is a wildcard. */
export interface ChargedBudget {
  budget: Budget;
  scope: ScopeRef;
  counter: string;
}

export const WILDCARD = "*";

/**
 * The budgets that a call counts in: those on its scopes, and the wildcards for its scopes that have no own budget of
 * the same unit and kind of period. Of all models: see coversModel.
 */
export function chargedBudgets(
  scopes: ScopeRef[],
  place: KeyPlace,
  policies: { own: (scope: ScopeRef) => readonly Budget[]; wildcards: readonly Budget[] },
): ChargedBudget[] {
  return scopes.flatMap((scope) => {
    // A team key's spend never reaches its user's personal budgets (law 8, R2).
    const counts = (budget: Budget) => scope.kind !== "user" || !place.teamId || budget.includeTeamSpend;
    const own = policies.own(scope);
    const each = policies.wildcards.filter(
      (budget) =>
        budget.scope.kind === scope.kind &&
        (!budget.scope.teamId || budget.scope.teamId === place.teamId) &&
        !own.some((other) => takesPlaceOf(other, budget)),
    );
    return [
      ...own.map((budget) => ({ budget, scope, counter: counterName(budget) })),
      ...each.map((budget) => ({ budget, scope, counter: counterName(budget, scope.id) })),
    ].filter(({ budget }) => counts(budget));
  });
}

/** Whether an own budget on a scope counts there in place of this one for each. */
export function takesPlaceOf(
  own: Pick<Budget, "unit" | "period">,
  each: Pick<Budget, "unit" | "period">,
): boolean {
  return own.unit === each.unit && own.period.kind === each.period.kind;
}

/** Whether a call to this target counts in the budget. */
export function coversModel(
  { models }: Pick<Budget, "models">,
  target: { provider: string; model: string },
): boolean {
  const names = [`${target.provider}/${target.model}`, target.model];
  return models === null || models.some((pattern) => names.some((name) => matchesGlob(pattern, name)));
}

/** The limit with the adjustments that are in force. Never below 0, which admits nothing, nor above what a counter may take. */
export function effectiveLimit(budget: Pick<Budget, "limit" | "adjustments">, nowMs: number): number {
  const inForce = budget.adjustments.filter(({ untilMs }) => untilMs === null || nowMs < untilMs);
  // Many large ones go beyond 2^53 on the way, and back.
  const adjusted = inForce.reduce((limit, { amount }) => limit + BigInt(amount), BigInt(budget.limit));
  return Number(adjusted < 0n ? 0n : adjusted > MAX_NANO_USD ? MAX_NANO_USD : adjusted);
}

/** The name of a counter: the same for as long as its count goes on. Has no space, comma or semicolon. */
export function counterName(budget: Pick<Budget, "id" | "generation">, instance?: string): string {
  const name = budget.generation === 1 ? budget.id : `${budget.id}~${budget.generation}`;
  return instance === undefined ? name : `${name}:${encodeURIComponent(instance.toWellFormed())}`;
}

/** The budget, and the instance of it, that a counter belongs to. */
export function counterParts(counter: string): { id: string; instance?: string } {
  const id = /^[^~:]*/.exec(counter)?.[0] ?? counter;
  const colon = counter.indexOf(":");
  return colon === -1 ? { id } : { id, instance: decodeURIComponent(counter.slice(colon + 1)) };
}

/** The current period of a charged budget. A slot of `concurrent` has no period: it is free or it isn't. */
export function windowOf(budget: Pick<Budget, "unit" | "period">, nowMs: number) {
  return budget.unit === "concurrent" ? { startMs: 0, endMs: null } : periodAt(budget.period, nowMs);
}
