import * as z from "zod";
import type { Books } from "./books.ts";
import type { Closing } from "../store/settlement.ts";
import { awaitBooked, closeHold, type Awaiting } from "./close.ts";
import { leaveOrDrain } from "./drainer.ts";

// Settles that couldn't reach Redis within their retries wait in Postgres; later drains replay them.

const stored = z.object({
  mode: z.enum(["settle", "release", "void"]),
  holdId: z.string(),
  amountNanoUsd: z.number().int(),
  lines: z.array(
    z.object({ counter: z.string(), periodStartMs: z.number().int(), actual: z.number().int() }),
  ),
  facts: z.string(),
});

/** Ends a hold, or leaves word in Postgres to end it later. Throws StoreUnavailable where that fails too: the lease's end then charges the hold. */
export async function closeOrStrand(
  books: Books,
  org: string,
  closing: Closing,
  awaiting: Awaiting = OR_LEAVE,
): Promise<void> {
  const { outcome, sawStranded } = await closeHold(books, org, closing, awaiting);
  if (outcome === "stranded") await books.ledger.strand(org, closing.holdId, closing);
  else if (sawStranded) {
    await replayStranded(books, org).catch((error: unknown) => {
      // This hold has ended all the same, and they are tried again on the way of later settles.
      books.report("replay_failed", { organization: org, cause: String(error) });
    });
  }
}

const OR_LEAVE = leaveOrDrain((books, org, closing) => closeOrStrand(books, org, closing, awaitBooked));

/** Between two looks of one isolate for stranded settles where no drain told of them, in milliseconds. */
const LOOK_INTERVAL_MS = 2_000;

/**
 * Replays what may be stranded where a hold refuses a call: what stranded is still held, and where it refuses every
 * call there is no settle, hence no drain, that would replay it before the lease's end (R3). Throws StoreUnavailable.
 */
export async function replayBehindRefusal(books: Books, org: string): Promise<void> {
  const nowMs = books.now();
  const { replayedAtMs } = books.memory;
  if (nowMs - (replayedAtMs.get(org) ?? 0) < LOOK_INTERVAL_MS) return;
  replayedAtMs.set(org, nowMs);
  await replayStranded(books, org);
}

/**
 * Replays what is stranded. A row is done only once its entry is in Postgres, so a replay waits for that, whatever the
 * flush time: one that left its entry in the outbox would be replayed again and again.
 */
export async function replayStranded(books: Books, org: string): Promise<void> {
  const waiting = { ...books, flushMs: 0 };
  for (const { holdId, settle } of await books.ledger.stranded(org)) {
    const { outcome } = await closeHold(waiting, org, stored.parse(settle));
    if (outcome === "booked" || outcome === "refused") {
      await books.ledger.strandedDone(org, holdId, settle);
    }
    if (outcome === "stranded") return;
  }
}
