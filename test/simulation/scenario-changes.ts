import type { Budget } from "../../src/domain/charged-budgets.ts";
import { pick, type Random } from "../support/schedule.ts";
import type { KeyRow } from "./documents.ts";
import { limitsOf, makeBudget } from "./scenario-budgets.ts";

// What operators change while calls are in flight.

export type Change =
  | { kind: "limit"; budgetId: string; limit: number }
  | { kind: "adjustment"; budgetId: string; amount: number; forMs: number | null }
  | { kind: "period"; budgetId: string }
  | { kind: "reset"; budgetId: string }
  | { kind: "new budget"; budget: Budget }
  | { kind: "revoke"; keyId: string }
  | { kind: "block"; customer: string }
  | Look;

/** Budgets are read, or compared with the ledger and repaired: counters that no call has used are made anew. */
export type Look = { kind: "read" } | { kind: "repair" };

export interface PlannedChange {
  atMs: number;
  change: Change;
}

const MAX_LOOKS = 4;
const AT_MS = [0, 5, 30, 200, 2_000, 26_000] as const;
const FOR_MS = [null, 20_000, 80_000] as const;

export function makeChanges(random: Random, world: { budgets: Budget[]; keys: KeyRow[] }): PlannedChange[] {
  const count = Math.floor(random() * 4);
  return Array.from({ length: count }, (_, i) => ({
    atMs: pick(random, AT_MS) ?? 0,
    change: makeChange(random, world, i),
  }));
}

export function makeLooks(random: Random): PlannedChange[] {
  const count = Math.floor(random() * (MAX_LOOKS + 1));
  return Array.from({ length: count }, () => ({
    atMs: pick(random, AT_MS) ?? 0,
    change: random() < 0.5 ? { kind: "read" } : { kind: "repair" },
  }));
}

function makeChange(
  random: Random,
  { budgets, keys }: { budgets: Budget[]; keys: KeyRow[] },
  i: number,
): Change {
  const budget = pick(random, budgets);
  const kind = random();
  if (!budget || kind < 0.15)
    return { kind: "new budget", budget: makeBudget(random, keys, `bud_new${i + 1}`) };
  const budgetId = budget.id;
  const limit = pick(random, limitsOf(budget.unit)) ?? 1;
  if (kind < 0.5) return { kind: "limit", budgetId, limit };
  if (kind < 0.65) {
    const amount = random() < 0.5 ? limit : -Math.ceil(limit / 2);
    return { kind: "adjustment", budgetId, amount, forMs: pick(random, FOR_MS) ?? null };
  }
  if (kind < 0.75) return { kind: "period", budgetId };
  if (kind < 0.85) return { kind: "reset", budgetId };
  if (kind < 0.95) return { kind: "revoke", keyId: pick(random, keys)?.id ?? "key_1" };
  return { kind: "block", customer: "ada" };
}
