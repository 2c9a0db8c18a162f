import { StoreUnavailable } from "../services.ts";
import { drainerOf, forgetDrainer, leftOf, noteDrainer, type Drainer } from "../store/drainers.ts";
import type { Closing } from "../store/settlement.ts";
import type { Books } from "./books.ts";
import { awaitBooked, closeHold, type Awaiting, type Closed } from "./close.ts";
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
/**
 * Between two of its drains, so that each books what many calls left: a little first, for calls that hardly overlap, then doubled each
 * time, up to the longest.
 */
const FIRST_WAIT_MS = 50;
const LONGEST_WAIT_MS = 250;
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
      other.left.set(awaited.entryId, closing);
      return { outcome: "pending", sawStranded: false };
    }
    if (other || books.flushMs > 0) return awaitBooked(books, org, awaited, head);
    const nowMs = books.now();
    const drainer: Drainer = { takesUntilMs: nowMs + TAKES_MS, left: new Map() };
    noteDrainer(books.memory, org, { drainer, nowMs });
    try {
      const seen = await awaitBooked(books, org, awaited, head);
      // What it lost itself it settles again as it does for the others.
      if (seen === "gone") drainer.left.set(awaited.entryId, closing);
      const own: Closed = seen === "gone" ? { outcome: "pending", sawStranded: false } : seen;
      const sawStranded = await drainLeft(books, org, drainer, closeAgain);
      return { ...own, sawStranded: own.sawStranded || sawStranded };
    } finally {
      forgetDrainer(books.memory, org, drainer);
    }
  };
}

/**
 * Settles again what this isolate's calls left, where Redis began a new epoch: what is in the outbox counts in a counter that is
 * rebuilt, and no call is admitted as if it weren't spent (law 3). It goes on waiting for its drainer.
 */
export async function settleLeftAgain(books: Books, org: string): Promise<void> {
  await Promise.all(
    leftOf(books.memory, org).map((closing) => closeHold(books, org, closing, leaveInOutbox)),
  );
}

const leaveInOutbox: Awaiting = () => Promise.resolve({ outcome: "pending", sawStranded: false });

/** Drains until nothing is left. Whether stranded settles wait to be replayed. */
async function drainLeft(
  books: Books,
  org: string,
  drainer: Drainer,
  closeAgain: (books: Books, org: string, closing: Closing) => Promise<void>,
): Promise<boolean> {
  const { left } = drainer;
  let sawStranded = false;
  let failure: StoreUnavailable | undefined;
  let failed = 0;
  for (let cycle = 1; left.size > 0 && cycle <= MAX_CYCLES && failed <= MAX_FAILED; cycle++) {
    await books.sleep(Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** (cycle - 1)));
    try {
      const { done, gone, stranded } = await drainOnce(books, org, [...left.keys()], cycle);
      sawStranded ||= stranded;
      for (const entryId of done) left.delete(entryId);
      await Promise.all(
        gone.map(async (entryId) => {
          const closing = left.get(entryId);
          if (closing) await closeAgain(books, org, closing);
          left.delete(entryId);
        }),
      );
    } catch (error) {
      // Postgres or Redis is away: the entries stand in the outbox, and a later drain takes them.
      if (!(error instanceof StoreUnavailable)) throw error;
      failure = error;
      failed += 1;
    }
  }
  // In the same step as the last look at what is left: nothing more comes to where nobody looks.
  drainer.takesUntilMs = 0;
  if (left.size > 0) {
    const { store, cause } = failure ?? {};
    books.report("settles_pending", { organization: org, count: left.size, store, cause: String(cause) });
  }
  return sawStranded;
}

interface Drained {
  /** Ids of entries that are in Postgres. */
  done: string[];
  /** Of entries that are neither there nor in the outbox. */
  gone: string[];
  stranded: boolean;
}

async function drainOnce(books: Books, org: string, waiting: string[], cycle: number): Promise<Drained> {
  const reply = await books.store.drain(org, { nowMs: books.now(), force: false });
  if (reply.kind === "cold") return { done: [], gone: waiting, stranded: false };
  let isRead = false;
  let stranded = false;
  if (reply.kind === "head") {
    const booked = await bookHead(books, org, reply.head);
    ({ stranded } = booked);
    isRead = booked.result === "ok" && isWhole(reply.head);
  }
  const { bookedEntries } = books.memory;
  const done = waiting.filter((entryId) => bookedEntries.has(entryId));
  const unseen = waiting.filter((entryId) => !bookedEntries.has(entryId));
  if (unseen.length === 0 || (!isRead && cycle % BUSY_CYCLES !== 0)) return { done, gone: [], stranded };
  // Another Worker booked them, or the outbox that was read whole had lost them.
  const booked = await books.ledger.bookedAmong(org, unseen);
  done.push(...booked);
  return { done, gone: isRead ? unseen.filter((entryId) => !booked.has(entryId)) : [], stranded };
}
