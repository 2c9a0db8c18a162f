import type { CounterState, ReserveInput, ReserveLine, ReserveReply } from "../../store/admission.ts";
import type { Counter } from "../../store/packed.ts";
import { ENDED_BATCH, SWEEP_AGAIN_MS, SWEEP_INTERVAL_MS } from "../../store/scripts/reserve.ts";
import { advance, copyOf, counterIn, endedLeases, unchanged, type Books, type Step } from "./books.ts";
import { staleDocuments, type StaleDocument } from "./policies.ts";

// Reserve: an amount in every budget of a call, or in none (laws 2, 3, 5, 7, 9, 10). Pure.

type ConfirmReply = { kind: "cold" | "ok" } | { kind: "stale"; epoch: number; documents: StaleDocument[] };

export function reserve(books: Books, input: ReserveInput): Step<ReserveReply> {
  const { meta } = books;
  if (!meta) return unchanged(books, { kind: "cold" });
  const documents = staleDocuments(books, input.policies);
  if (documents.length > 0 || input.epoch !== meta.epoch) {
    return unchanged(books, { kind: "stale", epoch: meta.epoch, documents });
  }

  // Law 5: whatever the first attempt came to is the outcome of every later one.
  const before = books.holds[input.holdId];
  if (before) {
    const { state, amountNanoUsd, lines } = before;
    return unchanged(books, { kind: "again", state, amountNanoUsd, lines });
  }
  // So old that its hold may have been swept: taken again it would be set aside twice.
  const leaseEndMs = input.nowMs + input.leaseMs;
  if (leaseEndMs <= meta.now) return unchanged(books, { kind: "late" });

  const next = copyOf(books);
  const found = input.lines.map((line) => counterIn(next, line.counter));
  const indexes = found.flatMap((counter, index) => (counter ? [] : [index]));
  if (indexes.length > 0) return unchanged(books, { kind: "missing", epoch: meta.epoch, indexes });
  const counters = found.filter((counter) => counter !== null);
  input.lines.forEach((line, index) => advanceIn(counters, index, line.periodStartMs));

  const grant = grantOf(input, counters);
  const refused = refusals(input, counters, grant ?? input.least);
  if (grant === null || refused.length > 0) {
    const ended = endedBatch(books, input.nowMs);
    return unchanged(books, { kind: "refused", refused, counters: counters.map(stateOf), ended });
  }
  // The set knows the id and nobody knows its hold: what it set aside can't be given back by rule.
  if (input.holdId in books.leases) return unchanged(books, { kind: "lost", epoch: meta.epoch });

  const lines = input.lines.map((line, index) => {
    const counter = counters[index];
    const amount = amountOf(line, grant);
    if (counter) counter.held += amount;
    return {
      counter: line.counter,
      periodStartMs: counter?.periodStartMs ?? line.periodStartMs,
      amount,
      onLapse: line.onLapse === "charge" ? ("c" as const) : ("r" as const),
    };
  });
  next.holds[input.holdId] = {
    state: "h",
    epoch: meta.epoch,
    births: meta.births,
    leaseEndMs,
    sequence: { epoch: 0, n: 0 },
    amountNanoUsd: grant,
    lines,
    facts: input.facts,
  };
  next.leases[input.holdId] = leaseEndMs;
  const looks = input.nowMs >= meta.sweepAt;
  const ended = looks ? endedBatch(next, input.nowMs) : [];
  const untilNextLookMs = ended.length < ENDED_BATCH ? SWEEP_INTERVAL_MS : SWEEP_AGAIN_MS;
  next.meta = {
    ...meta,
    now: Math.max(meta.now, input.nowMs),
    sweepAt: looks ? input.nowMs + untilNextLookMs : meta.sweepAt,
  };
  return {
    books: next,
    reply: {
      kind: "ok",
      amountNanoUsd: grant,
      counters: counters.map(stateOf),
      ended,
    },
  };
}

/** For calls that reserve nothing: only whether their policies are the ones in force. */
export function confirm(books: Books, policies: ReserveInput["policies"]): Step<ConfirmReply> {
  if (!books.meta) return unchanged(books, { kind: "cold" });
  const documents = staleDocuments(books, policies);
  if (documents.length > 0) return unchanged(books, { kind: "stale", epoch: books.meta.epoch, documents });
  return unchanged(books, { kind: "ok" });
}

/** The first of want, tight, and all that is left if that is at least `least`, that every hard usd budget admits. */
function grantOf(input: ReserveInput, counters: Counter[]): number | null {
  const left = input.lines.flatMap((line, index) => {
    const counter = counters[index];
    return line.hard && line.amount === "usd" && counter ? [line.limit - counter.spent - counter.held] : [];
  });
  const room = Math.min(Number.POSITIVE_INFINITY, ...left);
  return [input.want, input.tight].find((amount) => amount <= room) ?? (input.least <= room ? room : null);
}

/** Law 2, budget by budget. A limit of 0 admits nothing, not even an amount of 0. */
function refusals(input: ReserveInput, counters: Counter[], granted: number) {
  return input.lines.flatMap((line, index) => {
    const counter = counters[index];
    if (!line.hard || !counter) return [];
    const fits = counter.spent + counter.held + amountOf(line, granted) <= line.limit;
    return fits && line.limit > 0 ? [] : [index];
  });
}

const amountOf = (line: ReserveLine, granted: number) => (line.amount === "usd" ? granted : line.amount);

const endedBatch = (books: Books, nowMs: number) => endedLeases(books, nowMs).slice(0, ENDED_BATCH);

function stateOf({ periodStartMs, spent, held }: Counter): CounterState {
  return { periodStartMs, spent, held };
}

function advanceIn(counters: Counter[], index: number, periodStartMs: number): void {
  const counter = counters[index];
  if (counter) advance(counter, periodStartMs);
}
