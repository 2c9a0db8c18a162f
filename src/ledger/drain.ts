import { counterParts } from "../domain/charged-budgets.ts";
import { noteDue } from "../store/due-alerts.ts";
import type { OutboxHead } from "../store/outbox.ts";
import { parseEntry, type Entry } from "../store/packed.ts";
import type { Books } from "./books.ts";
import type { BookRow } from "./ledger.ts";
import { openEpoch } from "./open.ts";

// Moves the outbox into the ledger. Only this writes ledger entries.

/** Batches that one drain moves at most; what is left is for later ones. */
const MAX_BATCHES = 20;

/**
 * Drains what stands in the outbox, unless another Worker drains and `force` isn't set. Returns whether stranded settles
 * wait to be replayed. Throws StoreUnavailable.
 */
export async function drainOutbox(books: Books, org: string, options: { force: boolean }): Promise<boolean> {
  return (await drain(books, org, options)).stranded;
}

/**
 * Drains even if another Worker does. False: the outbox is longer than what one call moves, so what the ledger says of a
 * hold isn't all that is to be said. Throws StoreUnavailable.
 */
export async function drainWhole(books: Books, org: string): Promise<boolean> {
  return (await drain(books, org, { force: true })).whole;
}

async function drain(
  books: Books,
  org: string,
  options: { force: boolean },
): Promise<{ whole: boolean; stranded: boolean }> {
  for (let batch = 0; batch < MAX_BATCHES; batch++) {
    const reply = await books.store.drain(org, { nowMs: books.now(), force: options.force });
    if (reply.kind === "cold") await openEpoch(books, org);
    else if (reply.kind !== "head") break;
    else {
      const { result, stranded } = await bookHead(books, org, reply.head);
      // What came after the read is drained by those who settled it.
      if (result === "ok" && isWhole(reply.head)) return { whole: true, stranded };
    }
  }
  return { whole: false, stranded: false };
}

export interface Drained {
  /** `fenced`: nothing was booked. Of the others all was; where it isn't `ok`, all is in the outbox still. */
  result: "ok" | "fenced" | "suspect" | "broken";
  /** Ids of the entries that are in Postgres now. */
  entryIds: Set<string>;
  /** Stranded settles wait to be replayed. */
  stranded: boolean;
}

/** Whether the head is all that the outbox had. */
export const isWhole = (head: OutboxHead): boolean => head.entries.length === head.length;

/**
 * Books what was read of the outbox, and trims exactly that. `beforeTrim`: while it runs, Redis still has what was booked,
 * and no other Worker begins a drain.
 */
export async function bookHead(
  books: Books,
  org: string,
  head: OutboxHead,
  beforeTrim?: () => Promise<void>,
): Promise<Drained> {
  const entries = head.entries.map(parseEntry);
  const booked = await books.ledger.book(org, head, entries.map(bookRow), books.now());
  if (booked.result === "fenced") {
    await openEpoch(books, org, { condemnedEpoch: head.epoch });
    return { result: "fenced", entryIds: new Set(), stranded: false };
  }
  const entryIds = new Set(entries.map(({ id }) => id));
  rememberBooked(books.memory, entryIds);
  noteDue(books.memory, org, booked.alerts_due_at);
  if (booked.alerts_fault !== null) {
    books.report("alerts_undetected", { organization: org, cause: booked.alerts_fault });
  }
  if (booked.result === "ok") {
    await beforeTrim?.();
    // With nothing to trim this frees the drain all the same.
    const tags = entries.map(({ tag }) => tag);
    await books.store.trim(org, {
      tags,
      entryCount: booked.entry_count,
      drainUntilMs: head.drainUntilMs,
    });
  } else {
    const { e, n, tag } = booked.watermark;
    const epoch = await openEpoch(books, org, {
      condemnedEpoch: head.epoch,
      ...(booked.result === "suspect" ? { suspicion: { epoch: e, n, tag } } : {}),
    });
    // The same epoch still: what looked like a fall-back was a read that others overtook.
    if (epoch !== head.epoch) {
      books.report("books_inconsistent", { organization: org, result: booked.result, epoch: head.epoch });
    }
  }
  return { result: booked.result, entryIds, stranded: booked.stranded };
}

/** Of a settle: long ago it has been seen by whoever waited for it. */
const MAX_REMEMBERED = 5_000;

function rememberBooked({ bookedEntries }: Books["memory"], entryIds: Iterable<string>): void {
  for (const id of entryIds) bookedEntries.add(id);
  for (const id of bookedEntries) {
    if (bookedEntries.size <= MAX_REMEMBERED) break;
    bookedEntries.delete(id);
  }
}

function bookRow(entry: Entry): BookRow {
  return {
    id: entry.id,
    tag: entry.tag,
    e: entry.sequence.epoch,
    n: entry.sequence.n,
    hold: entry.holdId,
    kind: entry.kind,
    to: entry.to,
    delta: entry.delta,
    at: entry.atMs,
    lines: entry.lines.map((line) => ({
      counter: line.counter,
      ...counterParts(line.counter),
      period_start: line.periodStartMs,
      to: line.to,
      delta: line.delta,
    })),
    facts: entryFacts(entry),
  };
}

/** A hold's own facts say how the call began; a lapse adds that nobody knows how it ended. */
function entryFacts(entry: Entry): Record<string, unknown> {
  const facts = JSON.parse(entry.facts) as Record<string, unknown>; // Written by the gate, as an object.
  if (entry.kind === "s" || entry.kind === "z") return facts;
  // A clamp may have granted less than the facts ask for; what was charged is what was held.
  const hold = entry.to > 0 ? entry.to : facts["hold"];
  return { ...facts, hold, outcome: "lapsed", estimated: true, overrun: 0 };
}
