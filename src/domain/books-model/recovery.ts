import type { Meta, Sequence } from "../../store/packed.ts";
import type { OpenInput, RebuildInput } from "../../store/recovery.ts";
import { OUTBOX_BATCH } from "../../store/scripts/prelude.ts";
import { copyOf, counterIn, isLater, trimmedOf, unchanged, type Books, type Step } from "./books.ts";

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
  const stands = meta && (meta.epoch !== input.condemnedEpoch || !isProven(next, meta, input.suspicion));
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
    tag: "-",
  };
  return { books: next, reply: input.newEpoch };
}

/** A suspicion comes from a read that may have been stale: it counts if Redis still doesn't know the watermark. */
function isProven({ outbox }: Books, meta: Meta, suspicion: OpenInput["suspicion"]): boolean {
  if (!suspicion) return true;
  if (meta.epoch !== suspicion.epoch) return meta.epoch < suspicion.epoch;
  const isKnown = meta.tag === suspicion.tag || outbox.some(({ tag }) => tag === suspicion.tag);
  return !isKnown && !isLater(trimmedOf(meta), suspicion);
}

/** Makes the counters that are missing from Postgres's totals and what the outbox has beyond them. */
export function rebuild(books: Books, input: RebuildInput): Step<"cold" | "again" | "ok"> {
  if (!books.meta) return unchanged(books, "cold");
  if (isOvertaken(books, books.meta, input)) return unchanged(books, "again");
  const next = copyOf(books);
  const { meta } = next;
  if (!meta) throw new Error("a copy of books has what they have");
  for (const { counter, periodStartMs, spent } of input.counters) {
    if (counterIn(next, counter)) continue;
    meta.births += 1;
    const beyond = spentBeyond(books, { counter, periodStartMs, watermark: input.watermark });
    const counted = { epoch: meta.epoch, born: meta.births, periodStartMs, spent: spent + beyond, held: 0 };
    next.counters[counter] = counted;
  }
  return { books: next, reply: "ok" };
}

/** Whether the snapshot misses something that the outbox no longer has, or has in another epoch or period. */
function isOvertaken(books: Books, meta: Meta, { epoch, watermark, counters }: RebuildInput): boolean {
  if (epoch !== meta.epoch || isLater(trimmedOf(meta), watermark)) return true;
  if (books.outbox.length > OUTBOX_BATCH) return true;
  const missing = new Map(
    counters.flatMap(({ counter, periodStartMs }) =>
      counterIn(books, counter) ? [] : [[counter, periodStartMs] as const],
    ),
  );
  return books.outbox.some(
    ({ sequence, lines }) =>
      sequence.epoch < meta.epoch ||
      lines.some((line) => line.periodStartMs > (missing.get(line.counter) ?? Number.POSITIVE_INFINITY)),
  );
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
