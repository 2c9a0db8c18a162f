import type { Unit } from "../../domain/charged-budgets.ts";
import { formatUsd } from "../../domain/money.ts";
import type { ledgerEntries } from "../../ledger/books-schema.ts";
import type { HoldView } from "../../services.ts";
import { formatAmount } from "../budgets/amounts.ts";
import type { UnitOf } from "../budgets/units.ts";
import { timeOf, withoutNulls } from "../frame/views.ts";

// Ledger entries, and the holds and requests that they tell of, as the API shows them. Pure.

export type EntryRow = typeof ledgerEntries.$inferSelect;

/** What the latest entry of a hold says has become of it. */
const STATE_AFTER: Record<EntryRow["kind"], HoldView["state"]> = {
  lapsed: "lapsed",
  void: "released",
  settled: "settled",
  correction: "settled",
  reset: "settled",
};

export function entryView(row: EntryRow, unitOf: UnitOf) {
  return {
    id: row.id,
    hold_id: row.holdId,
    request_id: row.requestId,
    kind: row.kind,
    amount: formatUsd(row.amount),
    budgets: row.budgets.map(({ id, instance, period_start, amount }) => ({
      id,
      ...(instance === undefined ? {} : { instance }),
      period_start: timeOf(period_start),
      amount: formatAmount(unitOf(id), amount),
    })),
    ...placeView(row),
    tags: row.tags,
    provider: row.provider,
    model: row.model,
    at: row.at.toISOString(),
    created_at: row.bookedAt.toISOString(),
  };
}

/** A hold as Redis has it. */
export function holdView(hold: HoldView, unitOf: UnitOf) {
  return {
    id: hold.id,
    ...whoseView(hold),
    state: hold.state,
    amount: formatUsd(hold.amountNanoUsd),
    lease_ends_at: timeOf(hold.leaseEndsAtMs),
    budgets: hold.budgets.map(({ id, amount, periodStartMs }) => ({
      id,
      amount: formatAmount(unitOf(id), amount),
      period_start: timeOf(periodStartMs),
    })),
  };
}

/** A hold that Redis has swept away, from its entries, the latest last. Its lease is forgotten: it ended before the first. */
export function bookedHoldView(entries: readonly [EntryRow, ...EntryRow[]], unitOf: UnitOf) {
  const [first] = entries;
  const last = entries.at(-1) ?? first;
  return {
    id: first.holdId,
    request_id: first.requestId,
    key_id: first.keyId,
    state: STATE_AFTER[last.kind],
    amount: formatUsd(first.hold),
    ...(first.kind === "lapsed" ? { lease_ends_at: first.at.toISOString() } : {}),
    budgets: first.budgets.map(({ id, period_start }) => ({
      id,
      ...withoutNulls({ amount: heldIn(unitOf(id), first) }),
      period_start: timeOf(period_start),
    })),
    created_at: first.startedAt.toISOString(),
  };
}

/** What a hold set aside in a budget: the same in all of one unit. How many tokens, the ledger doesn't say. */
function heldIn(unit: Unit, { hold }: EntryRow): string | number | null {
  const amounts = { usd: formatUsd(hold), requests: 1, tokens: null, concurrent: 1 };
  return amounts[unit];
}

/** A request from its entries, the latest last: that one knows best how the call went, their sum is what it cost (law 5). */
export function requestView(entries: readonly [EntryRow, ...EntryRow[]], unitOf: UnitOf) {
  const [first] = entries;
  const last = entries.at(-1) ?? first;
  return {
    request_id: last.requestId,
    hold_id: last.holdId,
    ...placeView(last),
    tags: last.tags,
    provider: last.provider,
    model_requested: last.modelRequested,
    model: last.model,
    endpoint: last.endpoint,
    stream: last.stream,
    status: last.status,
    outcome: last.outcome,
    hold: formatUsd(last.hold),
    cost: formatUsd(entries.reduce((sum, { amount }) => sum + amount, 0)),
    overrun: formatUsd(last.overrun),
    estimated: last.estimated,
    usage: last.usage ?? {},
    ...withoutNulls({
      provider_cost: last.providerCost === null ? null : formatUsd(last.providerCost),
      service_tier: last.serviceTier,
      price_version: last.priceVersion,
    }),
    started_at: last.startedAt.toISOString(),
    first_byte_ms: last.firstByteMs,
    duration_ms: last.durationMs,
    entries: entries.map((entry) => entryView(entry, unitOf)),
    shadow_refusals: [...new Set(entries.flatMap(({ shadowRefusals }) => shadowRefusals))],
    created_at: last.startedAt.toISOString(),
  };
}

/** A request with nothing in the ledger (yet): its outcome is null until it has one. */
export function unbookedRequestView(hold: HoldView) {
  return {
    hold_id: hold.id,
    ...whoseView(hold),
    outcome: hold.state === "released" ? "released" : null,
    hold: formatUsd(hold.amountNanoUsd),
    cost: formatUsd(0),
    overrun: formatUsd(0),
    entries: [],
    shadow_refusals: [],
  };
}

/** Redis forgets the facts of a hold that has its outcome. The request's id is the hold's own, under another prefix. */
function whoseView({ id, requestId, keyId }: HoldView) {
  return {
    request_id: requestId || id.replace(/^hold_/, "req_"),
    ...(keyId === "" ? {} : { key_id: keyId }),
  };
}

/** A reset belongs to no call, so to no key. */
function placeView({ keyId, teamId, userId, customer }: EntryRow) {
  return withoutNulls({ key_id: keyId || null, team_id: teamId, user_id: userId, customer });
}
