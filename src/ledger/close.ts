import type { Closing, SettleInput } from "../store/settlement.ts";
import type { AwaitedEntry, OutboxHead } from "../store/outbox.ts";
import { drainerOf } from "../store/drainers.ts";
import { StoreUnavailable } from "../services.ts";
import type { Books } from "./books.ts";
import { bookHead, drainWhole, isWhole } from "./drain.ts";
import { openEpoch } from "./open.ts";

// Ends a hold: settle, release or void, until the outcome is where it can't be lost (laws 4, 5, 12).

/** `booked`: its entry is in Postgres, or needs none. `pending`: it is in the outbox. `refused`: nothing to void. `stranded`: Redis can't be reached. */
export type Outcome = "booked" | "pending" | "refused" | "stranded";

export interface Closed {
  outcome: Outcome;
  /** The drain on the way saw other stranded settles. */
  sawStranded: boolean;
}

/** Answers of Redis that ask for another settle: lost memory, each once or twice at most. */
const MAX_ROUNDS = 8;
/** Looks at whether the entry is booked. */
const MAX_LOOKS = 30;
/** Between two looks, in milliseconds: doubled each time, up to the longest. The drain under way and the one after it take less than the first, mostly: each look costs a turn of the isolate. */
const FIRST_WAIT_MS = 100;
const MAX_WAIT_MS = 500;
/** Looks that Postgres may fail before the entry is left to later drains: with one lost message alone it isn't left to a loss of memory. */
const MAX_FAILED_LOOKS = 1;
/** From this look on the drain is taken over from a Worker that holds it for long. */
const FORCE_FROM_LOOK = 20;

/** What a close does once its entry is in the outbox. `gone`: the entry is neither there nor in Postgres; Redis lost it. */
export type Awaiting = (
  books: Books,
  org: string,
  awaited: Awaited,
  head: OutboxHead | null,
  closing: Closing,
) => Promise<Closed | "gone">;

export async function closeHold(
  books: Books,
  org: string,
  closing: Closing,
  awaiting: Awaiting = awaitBooked,
): Promise<Closed> {
  try {
    return await close(books, org, closing, awaiting);
  } catch (error) {
    if (!(error instanceof StoreUnavailable)) throw error;
    books.report("settle_stranded", {
      organization: org,
      hold: closing.holdId,
      store: error.store,
      cause: String(error.cause),
    });
    return without("stranded");
  }
}

async function close(books: Books, org: string, closing: Closing, awaiting: Awaiting): Promise<Closed> {
  let booked: SettleInput["booked"];
  let known = new Map<string, { periodStartMs: number; booked: number }>();
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const reply = await books.store.settle({
      ...closing,
      organizationId: org,
      nowMs: books.now(),
      leaseMs: books.leaseMs,
      nonce: books.nonce(),
      drain: shouldDrain(books, org),
      lines: closing.lines.map((line) => ({ ...line, booked: 0, ...known.get(line.counter) })),
      ...(booked ? { booked } : {}),
    });
    switch (reply.kind) {
      case "cold":
        await openEpoch(books, org);
        break;
      case "lost":
        await openEpoch(books, org, { condemnedEpoch: reply.epoch, lostHolds: [closing.holdId] });
        break;
      case "unknown": {
        // Without all of the outbox the ledger can't say what is booked: asked again, and drained on.
        if (!(await drainWhole(books, org))) break;
        const ledger = await books.ledger.booked(org, reply.epoch, closing.holdId);
        if (closing.mode === "void") {
          if (!ledger.any || ledger.settled) return without("refused");
          if (ledger.lines.every(({ amount }) => amount === 0) && ledger.amount === 0)
            return without("booked");
        }
        booked = { amountNanoUsd: ledger.amount, epoch: reply.epoch, metaNowMs: reply.metaNowMs };
        // A correction counts where what it corrects was counted.
        known = new Map(
          ledger.lines.map((line) => [
            line.counter,
            { periodStartMs: line.period_start, booked: line.amount },
          ]),
        );
        break;
      }
      case "not_lapsed":
        return without("refused");
      case "ok": {
        if (reply.sequence.n === 0) return without("booked");
        const entryId = `${closing.holdId}.${closing.mode === "void" ? "v" : "s"}`;
        const awaited = { holdId: closing.holdId, entryId, sequence: reply.sequence, state: reply.state };
        const seen = await awaiting(books, org, awaited, reply.head, closing);
        if (seen !== "gone") return seen;
        booked = undefined;
        break;
      }
    }
  }
  books.report("settle_unfinished", { organization: org, hold: closing.holdId });
  return without("stranded");
}

export interface Awaited extends AwaitedEntry {
  entryId: string;
}

/** Drains, or looks until who drains has booked the entry. */
export async function awaitBooked(
  books: Books,
  org: string,
  awaited: Awaited,
  first: OutboxHead | null,
): Promise<Closed | "gone"> {
  if (books.flushMs > 0 && first === null) return without("pending");
  let head = first;
  let sawStranded = false;
  let failed = 0;
  for (let look = 0; look < MAX_LOOKS; look++) {
    try {
      if (head) {
        const { entryIds, stranded } = await bookHead(books, org, head);
        sawStranded ||= stranded;
        if (entryIds.has(awaited.entryId)) return { outcome: "booked", sawStranded };
        // The outbox was read whole, and the entry wasn't there.
        if (isWhole(head)) return "gone";
      }
      head = null;
      if (books.memory.bookedEntries.has(awaited.entryId)) return { outcome: "booked", sawStranded };
      // A settle that got no head was told just now that somebody drains.
      const asks = look > 0 || first !== null;
      const reply = asks
        ? await books.store.drain(org, { nowMs: books.now(), force: look >= FORCE_FROM_LOOK, awaited })
        : BUSY;
      if (reply.kind === "done") return { outcome: "booked", sawStranded };
      if (reply.kind === "cold") return "gone";
      if (reply.kind === "head") head = reply.head;
      else await books.sleep(Math.min(MAX_WAIT_MS, FIRST_WAIT_MS * 2 ** look));
    } catch (error) {
      // Postgres or Redis is away: the entry stands in the outbox, and a later drain takes it.
      if (!(error instanceof StoreUnavailable)) throw error;
      failed += 1;
      if (error.store === "postgres" && failed <= MAX_FAILED_LOOKS) {
        head = null;
        await books.sleep(MAX_WAIT_MS);
        continue;
      }
      books.report("settle_pending", {
        organization: org,
        hold: awaited.holdId,
        store: error.store,
        cause: String(error.cause),
      });
      return { outcome: "pending", sawStranded };
    }
  }
  return { outcome: "pending", sawStranded };
}

const BUSY = { kind: "busy" } as const;

const without = (outcome: Outcome): Closed => ({ outcome, sawStranded: false });

/** Whether this settle shall drain too: unless another call of the isolate does, or once in the flush time for each isolate. */
function shouldDrain(books: Books, org: string): boolean {
  if (books.flushMs === 0) return drainerOf(books.memory, org, books.now()) === undefined;
  const now = books.now();
  if (now - (books.memory.drainedAtMs.get(org) ?? 0) < books.flushMs) return false;
  books.memory.drainedAtMs.set(org, now);
  return true;
}
