import { windowOf, type ChargedBudget } from "../domain/charged-budgets.ts";
import type { KeyPolicy } from "../domain/policy.ts";
import type { Refusal } from "../errors.ts";
import { EXPIRING_WITHIN_MS, type Alert } from "../ledger/alerts.ts";
import { causeOf } from "../services.ts";
import { noteDue } from "../store/due-alerts.ts";
import type { IsolateMemory } from "../store/memory.ts";
import { deliverDue, type Delivering } from "./deliver.ts";

// What the gate sees and a booking doesn't: refusals, and keys that will expire. Behind the answer, and once by an isolate: a
// thousand refusals cost one statement.

/** Occasions that an isolate remembers; beyond them it asks Postgres again, which raises none twice. */
const MAX_REMEMBERED = 10_000;
/**
 * Of one budget or key in so long a time: a client may name customers without end to a budget for each, and a refusal costs
 * it nothing. After one that failed, none.
 */
export const MAX_RAISES = 60;
export const RAISES_MS = 60_000;

interface Raising extends Delivering {
  waitUntil: (promise: Promise<unknown>) => void;
}

interface RefusingLine {
  charged: ChargedBudget;
  line: { counter: string; periodStartMs: number };
}

/**
 * Raises the first refusal of a hard budget in a period, under one limit. Not one by calls in flight, which ends with
 * them, nor by slots, which have no period. A budget that refuses every call has no settle that would go on with what is
 * to be delivered, so this does.
 */
export function raiseRefusal(deps: Raising, org: string, refusal: Refusal, lines: RefusingLine[]): void {
  const alert = alertOf(org, refusal, lines);
  const about = refusal.budget?.id ?? "";
  const raised = alert
    ? raiseOnce(deps, { org, about, ...alert }, (nowMs) => deps.books.ledger.raiseAlert(org, alert, nowMs))
    : Promise.resolve();
  deps.waitUntil(raised.then(() => deliverDue(deps, org)));
}

function alertOf(org: string, { code, budget }: Refusal, lines: RefusingLine[]): Alert | null {
  const refusing = lines.find(
    ({ charged }) => charged.budget.id === budget?.id && charged.scope.id === budget.scope.id,
  );
  if (!budget || !refusing || code === "budget_held" || budget.unit === "concurrent") return null;
  const { counter, periodStartMs } = refusing.line;
  const occasion = `refused:${counter}:${periodStartMs}:${budget.limit}`;
  const { id, scope, unit, limit, spent, held } = budget;
  const data = {
    budget: id,
    organization_id: org,
    scope,
    unit,
    enforcement: refusing.charged.budget.enforcement,
    code,
    spent,
    held,
    limit,
    period_start: new Date(periodStartMs).toISOString(),
  };
  const endsAtMs = windowOf(refusing.charged.budget, periodStartMs).endMs;
  return { occasion, type: "budget.refused", data, endsAtMs };
}

/** Raises that a key expires within days, once for each end that it is given. */
export function raiseExpiry(deps: Raising, org: string, key: KeyPolicy | null): void {
  // Of a secret that was rotated away this is its own end: whether the key's is near, its row says.
  const endMs = key?.expiresAtMs ?? null;
  if (!key || endMs === null || endMs - deps.books.now() > EXPIRING_WITHIN_MS) return;
  const occasion = `expiring:${key.id}:${endMs}`;
  const { ledger } = deps.books;
  const named = { org, about: key.id, occasion };
  deps.waitUntil(raiseOnce(deps, named, (nowMs) => ledger.raiseExpiry(org, key.id, nowMs)));
}

/** `about`: the id of the budget or key. Never throws. */
async function raiseOnce(
  { books }: Delivering,
  { org, about, occasion }: { org: string; about: string; occasion: string },
  raise: (nowMs: number) => Promise<boolean>,
): Promise<void> {
  const { raised } = books.memory;
  const name = `${org} ${occasion}`;
  if (raised.has(name)) return;
  const nowMs = books.now();
  const turns = turnsOf(books.memory, about, nowMs);
  if (turns.left === 0) return; // A later call that sees it does.
  turns.left -= 1;
  if (raised.size >= MAX_REMEMBERED) raised.clear();
  raised.add(name);
  try {
    if (await raise(nowMs)) noteDue(books.memory, org, nowMs);
  } catch (error) {
    raised.delete(name);
    turns.left = 0;
    books.report("alert_failed", { organization: org, cause: causeOf(error) });
  }
}

function turnsOf({ raises }: IsolateMemory, about: string, nowMs: number): { left: number } {
  const turns = raises.get(about);
  if (turns && nowMs < turns.endsAtMs) return turns;
  if (raises.size >= MAX_REMEMBERED) raises.clear();
  const fresh = { endsAtMs: nowMs + RAISES_MS, left: MAX_RAISES };
  raises.set(about, fresh);
  return fresh;
}
