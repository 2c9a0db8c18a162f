import { StoreUnavailable } from "../services.ts";
import type { Books } from "./books.ts";
import { bookHead, drainOutbox, isWhole } from "./drain.ts";
import { openEpoch } from "./open.ts";

/** Snapshots that traffic may overtake before the caller is told to try later. */
const MAX_SNAPSHOTS = 10;

/**
 * Makes missing counters from the ledger and the outbox, while traffic goes on (law 9). `epoch`: in which they are
 * missing. Throws StoreUnavailable.
 */
export async function rebuildCounters(
  books: Books,
  org: string,
  epoch: number,
  counters: { counter: string; periodStartMs: number }[],
): Promise<void> {
  const attempt = async () => {
    const { watermark, totals } = await books.ledger.snapshot(org, epoch, counters);
    return books.store.rebuild({ organizationId: org, epoch, watermark, counters: totals });
  };
  let outcome = await attempt();
  for (let overtaken = 1; overtaken < MAX_SNAPSHOTS; overtaken++) {
    if (outcome === "ok") return;
    if (outcome === "cold") await openEpoch(books, org);
    const reply = await books.store.drain(org, { nowMs: books.now(), force: true });
    if (reply.kind === "cold") epoch = await openEpoch(books, org);
    if (reply.kind !== "head") continue;
    epoch = reply.head.epoch;
    // A Worker near the stores trims faster than one far away comes from its snapshot to its script. So the drain is
    // kept meanwhile, with all that any other could be booking already booked.
    await bookHead(books, org, reply.head, async () => {
      outcome = await attempt();
    });
    if (!isWhole(reply.head)) await drainOutbox(books, org, { force: true });
  }
  if (outcome !== "ok") throw new StoreUnavailable("redis", new Error("the rebuild was overtaken too often"));
}
