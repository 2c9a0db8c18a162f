import type { Meta, Sequence, Watermark } from "../../store/packed.ts";
import type { OpenInput, RebuildInput, RefreshReply } from "../../store/recovery.ts";
import { OUTBOX_BATCH } from "../../store/scripts/prelude.ts";
import { advance, copyOf, counterIn, isLater, trimmedOf, unchanged, type Books, type Step } from "./books.ts";

// What brings back what Redis lost: epochs and counters (law 9). Pure.

/**
 * Begins an epoch where there is none, or the one that stands is condemned: never because it is merely older. Each
 * begins once: a late copy would revive counters beside sequences that start anew. Answers the epoch in force, 0 for none.
 */
export function open(books: Books, input: OpenInput): Step<number> {
  const next = copyOf(books);
  // A lost hold has done its work once its epoch is condemned.
  for (const id of input.lostHolds) if (!next.holds[id]) delete next.leases[id];
  const { meta } = next;
  if (input.newEpoch <= next.begunEpoch) return { books: next, reply: meta?.epoch ?? 0 };
  const stands = meta && (meta.epoch !== input.condemnedEpoch || isRefuted(next, meta, input));
  if (stands) return { books: next, reply: meta.epoch };
  next.begunEpoch = input.newEpoch;
  next.meta = {
    epoch: input.newEpoch,
    n: 0,
    now: 0,
    out: next.outbox.length,
    trimEpoch: 0,
    trimN: 0,
    drainUntil: 0,
    sweepAt: 0,
    births: 0,
    trimCount: 0,
    tag: "-",
  };
  return { books: next, reply: input.newEpoch };
}

/** A suspicion comes from a read that may have been stale: it doesn't count if Redis knows the watermark by now. */
function isRefuted(books: Books, meta: Meta, { suspicion }: OpenInput): boolean {
  return suspicion !== undefined && knows(books, meta, suspicion);
}

/** Whether Redis knows the entry that was booked last. If not, it fell back. */
function knows({ outbox }: Books, meta: Meta, booked: Sequence & { tag: string }): boolean {
  if (meta.epoch !== booked.epoch) return meta.epoch > booked.epoch;
  const isHere = meta.tag === booked.tag || outbox.some(({ tag }) => tag === booked.tag);
  return isHere || isLater(trimmedOf(meta), booked);
}

/** Makes the counters that are missing from Postgres's totals and what the outbox has beyond them. */
export function rebuild(books: Books, input: RebuildInput): Step<"cold" | "again" | "ok"> {
  if (!books.meta) return unchanged(books, "cold");
  const missing = input.counters.filter(({ counter }) => !counterIn(books, counter));
  if (isOvertaken(books, books.meta, { ...input, counters: missing })) return unchanged(books, "again");
  const next = copyOf(books);
  const { meta } = next;
  if (!meta) throw new Error("a copy of books has what they have");
  for (const { counter, periodStartMs, spent } of missing) {
    if (counterIn(next, counter)) continue;
    meta.births += 1;
    const beyond = spentBeyond(books, { counter, periodStartMs, watermark: input.watermark });
    const counted = { epoch: meta.epoch, born: meta.births, periodStartMs, spent: spent + beyond, held: 0 };
    next.counters[counter] = counted;
  }
  return { books: next, reply: "ok" };
}

/** Compares counters with what Postgres and the outbox say they are; with `repair` they take that spend, and keep what they hold. */
export function refresh(books: Books, input: RebuildInput & { repair: boolean }): Step<RefreshReply> {
  if (!books.meta) return unchanged(books, { kind: "cold" });
  if (isOvertaken(books, books.meta, input)) return unchanged(books, { kind: "again" });
  const next = copyOf(books);
  const drift: Extract<RefreshReply, { kind: "ok" }>["drift"] = [];
  for (const { counter, periodStartMs, spent } of input.counters) {
    const stands = counterIn(next, counter);
    if (!stands) continue;
    // It began a period since the snapshot was taken.
    if (stands.periodStartMs > periodStartMs) return unchanged(books, { kind: "again" });
    const due = spent + spentBeyond(books, { counter, periodStartMs, watermark: input.watermark });
    advance(stands, periodStartMs);
    if (stands.spent !== due) drift.push({ counter, periodStartMs, spent: stands.spent, due });
    stands.spent = due;
  }
  const reply = { kind: "ok" as const, drift };
  return input.repair ? { books: next, reply } : unchanged(books, reply);
}

/** Whether the snapshot misses something that the outbox no longer has, or has in another epoch or period. */
function isOvertaken(books: Books, meta: Meta, { epoch, watermark, counters }: RebuildInput): boolean {
  if (epoch !== meta.epoch || !knows(books, meta, watermark) || isTrimmedSince(meta, watermark)) return true;
  if (books.outbox.length > OUTBOX_BATCH) return true;
  const periods = new Map(counters.map(({ counter, periodStartMs }) => [counter, periodStartMs]));
  return books.outbox.some(
    ({ sequence, lines }) =>
      sequence.epoch < meta.epoch ||
      lines.some((line) => line.periodStartMs > (periods.get(line.counter) ?? Number.POSITIVE_INFINITY)),
  );
}

/** By the ledger's count, since two histories of one epoch give out one sequence; by that too, where none was counted. */
function isTrimmedSince(meta: Meta, watermark: Watermark): boolean {
  return meta.trimCount > watermark.entryCount || isLater(trimmedOf(meta), watermark);
}

function spentBeyond(
  { outbox }: Books,
  { counter, periodStartMs, watermark }: { counter: string; periodStartMs: number; watermark: Sequence },
): number {
  return outbox
    .filter(({ sequence }) => isLater(sequence, watermark))
    .flatMap(({ lines }) => lines)
    .filter((line) => line.counter === counter && line.periodStartMs === periodStartMs)
    .reduce((sum, { delta }) => sum + delta, 0);
}
