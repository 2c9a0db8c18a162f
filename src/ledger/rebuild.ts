import { StoreUnavailable } from "../services.ts";
import type { Books } from "./books.ts";
import { drainOutbox } from "./drain.ts";
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
  for (let attempt = 0; attempt < MAX_SNAPSHOTS; attempt++) {
    const { watermark, totals } = await books.ledger.snapshot(org, epoch, counters);
    const outcome = await books.store.rebuild({ organizationId: org, epoch, watermark, counters: totals });
    if (outcome === "ok") return;
    if (outcome === "cold") await openEpoch(books, org);
    else await drainOutbox(books, org, { force: attempt > 1 });
    const { meta } = await books.store.readCounters(org, []);
    if (meta) epoch = meta.epoch;
  }
  throw new StoreUnavailable("redis", new Error("the rebuild was overtaken too often"));
}
