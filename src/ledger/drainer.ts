import { StoreUnavailable } from "../services.ts";
import { drainerOf, type Drainer, type LeftEntry } from "../store/drainers.ts";
import type { Closing } from "../store/settlement.ts";
import type { Books } from "./books.ts";
import { awaitBooked, type Awaiting, type Closed } from "./close.ts";
import { bookHead, isWhole } from "./drain.ts";

// Under load one call of an isolate drains for the others: they leave their entries to it, and are over. If each of them
// waited until its own is booked, the looks would cost the isolate more than the drains. What a call leaves is in the
// outbox, so that later drains book it if the drainer dies; and in memory, so that the drainer settles it again if Redis
// loses it: only both together lose an entry, as they do where a call that waits dies.

/**
 * So long after it began a drainer takes what is left to it. What a Worker does after its answer may last 30 s, and on the free plan
 * it may send 50 requests: a drain is three. https://developers.cloudflare.com/workers/platform/limits/
 */
const TAKES_MS = 2_500;
/** Between two of its drains, so that each books what many calls left: a busy isolate makes some three transactions a second. */
const CYCLE_MS = 250;
/** More than it needs for what is left to it. */
const MAX_CYCLES = 60;
/** Cycles in which a store may fail before the entries are left to later drains. */
const MAX_FAILED = 1;
/** Where other Workers have the drain again and again, Postgres is asked this seldom whether they booked what is left. */
const BUSY_CYCLES = 3;

/**
 * Leaves an entry to the call that drains; where none does, it is this one, which returns once all that was left to it is
 * booked too. `closeAgain`: for entries that Redis lost.
 */
export function leaveOrDrain(
  closeAgain: (books: Books, org: string, closing: Closing) => Promise<void>,
): Awaiting {
  return async (books, org, awaited, head, closing) => {
    const other = drainerOf(books.memory, org, books.now());
    if (other && head === null) {
      other.left.push({ entryId: awaited.entryId, closing });
      return { outcome: "pending", sawStranded: false };
    }
    if (other || books.flushMs > 0) return awaitBooked(books, org, awaited, head);
    const drainer: Drainer = { takesUntilMs: books.now() + TAKES_MS, left: [] };
    books.memory.drainers.set(org, drainer);
    try {
      const seen = await awaitBooked(books, org, awaited, head);
      // What it lost itself it settles again as it does for the others.
      if (seen === "gone") drainer.left.push({ entryId: awaited.entryId, closing });
      const own: Closed = seen === "gone" ? { outcome: "pending", sawStranded: false } : seen;
      const sawStranded = await drainLeft(books, org, drainer, closeAgain);
      return { ...own, sawStranded: own.sawStranded || sawStranded };
    } finally {
      drainer.takesUntilMs = 0;
      if (books.memory.drainers.get(org) === drainer) books.memory.drainers.delete(org);
    }
  };
}

/** Drains until nothing is left. Whether stranded settles wait to be replayed. */
async function drainLeft(
  books: Books,
  org: string,
  drainer: Drainer,
  closeAgain: (books: Books, org: string, closing: Closing) => Promise<void>,
): Promise<boolean> {
  let sawStranded = false;
  let failure: StoreUnavailable | undefined;
  let failed = 0;
  for (let cycle = 1; drainer.left.length > 0 && cycle <= MAX_CYCLES && failed <= MAX_FAILED; cycle++) {
    await books.sleep(CYCLE_MS);
    const waiting = drainer.left.splice(0);
    try {
      const { still, gone, stranded } = await drainOnce(books, org, waiting, cycle);
      sawStranded ||= stranded;
      drainer.left.push(...still);
      await Promise.all(gone.map(({ closing }) => closeAgain(books, org, closing)));
    } catch (error) {
      // Postgres or Redis is away: the entries stand in the outbox, and a later drain takes them.
      if (!(error instanceof StoreUnavailable)) throw error;
      failure = error;
      failed += 1;
      drainer.left.push(...waiting);
    }
  }
  // In the same step as the last look at what is left: nothing more comes to where nobody looks.
  drainer.takesUntilMs = 0;
  const count = drainer.left.length;
  if (count > 0) {
    const { store, cause } = failure ?? {};
    books.report("settles_pending", { organization: org, count, store, cause: String(cause) });
  }
  return sawStranded;
}

interface Drained {
  /** They are in the outbox yet. */
  still: LeftEntry[];
  /** They are neither there nor in Postgres. */
  gone: LeftEntry[];
  stranded: boolean;
}

async function drainOnce(books: Books, org: string, waiting: LeftEntry[], cycle: number): Promise<Drained> {
  const reply = await books.store.drain(org, { nowMs: books.now(), force: false });
  if (reply.kind === "cold") return { still: [], gone: waiting, stranded: false };
  let isRead = false;
  let stranded = false;
  if (reply.kind === "head") {
    const booked = await bookHead(books, org, reply.head);
    ({ stranded } = booked);
    isRead = booked.result === "ok" && isWhole(reply.head);
  }
  const unseen = waiting.filter(({ entryId }) => !books.memory.bookedEntries.has(entryId));
  if (unseen.length === 0 || (!isRead && cycle % BUSY_CYCLES !== 0))
    return { still: unseen, gone: [], stranded };
  // Another Worker booked them, or the outbox that was read whole had lost them.
  const booked = await books.ledger.bookedAmong(
    org,
    unseen.map(({ entryId }) => entryId),
  );
  const missing = unseen.filter(({ entryId }) => !booked.has(entryId));
  return isRead ? { still: [], gone: missing, stranded } : { still: missing, gone: [], stranded };
}
