import type { AwaitedEntry, DrainReply, OutboxHead, TrimInput } from "../../store/outbox.ts";
import type { Entry } from "../../store/packed.ts";
import { OUTBOX_BATCH } from "../../store/scripts/prelude.ts";
import { DRAIN_LEASE_MS } from "../../store/scripts/head.ts";
import { copyOf, isLater, trimmedOf, unchanged, type Books, type Step } from "./books.ts";

// The outbox: what a drain reads, and what it removes. Pure.

/** The outbox's head as the scripts answer it, its entries read. */
export interface Head extends Omit<OutboxHead, "entries"> {
  entries: Entry[];
}

export type ModelDrainReply = Exclude<DrainReply, { kind: "head" }> | { kind: "head"; head: Head };

interface DrainInput {
  nowMs: number;
  force: boolean;
  awaited?: AwaitedEntry;
}

/** Takes the drain, if it is free, and reads the head. */
export function drain(books: Books, input: DrainInput): Step<ModelDrainReply> {
  const { meta } = books;
  if (!meta) return unchanged(books, { kind: "cold" });
  if (input.awaited && isTrimmed(books, input.awaited)) return unchanged(books, { kind: "done" });
  if (meta.drainUntil > input.nowMs && !input.force) return unchanged(books, { kind: "busy" });
  const next = copyOf(books);
  next.meta = { ...meta, drainUntil: input.nowMs + DRAIN_LEASE_MS };
  return { books: next, reply: { kind: "head", head: headOf(next) } };
}

export function headOf({ meta, outbox }: Books): Head {
  if (!meta) throw new Error("books without a meta value have no head");
  const { epoch, tag, out, drainUntil: drainUntilMs } = meta;
  const entries = outbox.slice(0, OUTBOX_BATCH);
  return { epoch, tag, out, length: outbox.length, entries, drainUntilMs };
}

/**
 * Removes what was booked: exactly those entries, and only from the head on, so that what is trimmed is always all that
 * came before. Frees the drain that ends at `drainUntilMs`, and no other's; without it, whosever it is.
 */
export function trim(
  books: Books,
  { tags, entryCount, drainUntilMs }: TrimInput,
): Step<{ removed: number; left: number }> {
  if (!books.meta) return unchanged(books, { removed: 0, left: 0 });
  const next = copyOf(books);
  const kept = next.outbox.findIndex(({ tag }) => !tags.includes(tag));
  const removed = next.outbox.splice(0, kept === -1 ? next.outbox.length : kept);
  const meta = { ...books.meta, out: Math.max(0, books.meta.out - removed.length) };
  if (drainUntilMs === undefined || drainUntilMs === meta.drainUntil) meta.drainUntil = 0;
  const last = removed.at(-1);
  if (last) meta.trimCount = Math.max(meta.trimCount, entryCount);
  if (last && isLater(last.sequence, trimmedOf(meta))) {
    meta.trimEpoch = last.sequence.epoch;
    meta.trimN = last.sequence.n;
    meta.tag = last.tag;
  }
  next.meta = meta;
  return { books: next, reply: { removed: removed.length, left: meta.out } };
}

/**
 * Whether an entry was drained and trimmed. After a loss of memory the same sequence is given out twice: the hold must
 * bear it too, else another's entry would be taken for it.
 */
function isTrimmed({ meta, holds }: Books, { holdId, sequence, state }: AwaitedEntry): boolean {
  const hold = holds[holdId];
  const own = hold?.sequence;
  if (hold?.state !== state) return false;
  if (!meta || sequence.n === 0 || own?.epoch !== sequence.epoch || own.n !== sequence.n) return false;
  return meta.epoch === sequence.epoch && meta.trimEpoch === sequence.epoch && meta.trimN >= sequence.n;
}
