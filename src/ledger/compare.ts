import { StoreUnavailable, type Drift } from "../services.ts";
import type { Books } from "./books.ts";
import { drainOutbox } from "./drain.ts";
import { lapseEnded } from "./lapse.ts";
import { openEpoch } from "./open.ts";

/** Snapshots that traffic may overtake. */
const MAX_SNAPSHOTS = 10;

/**
 * Compares counters, each in the later of this period and the one that it counts now, with the ledger and the outbox.
 * `repair`: one that differs takes the ledger's number. Throws StoreUnavailable.
 */
export async function compareCounters(
  books: Books,
  org: string,
  counters: { counter: string; periodStartMs: number }[],
  { repair }: { repair: boolean },
): Promise<Drift[]> {
  for (let attempt = 0; attempt < MAX_SNAPSHOTS; attempt++) {
    const names = counters.map(({ counter }) => counter);
    const { meta, counters: stored } = await books.store.readCounters(org, names);
    if (!meta) {
      await openEpoch(books, org);
      continue;
    }
    // A counter is compared in the period that it counts now, which may be later than the latest one booked.
    const asked = counters.map(({ counter, periodStartMs }, i) => ({
      counter,
      periodStartMs: Math.max(periodStartMs, stored[i]?.periodStartMs ?? periodStartMs),
    }));
    const { watermark, totals } = await books.ledger.snapshot(org, meta.epoch, asked);
    const reply = await books.store.refresh({
      organizationId: org,
      epoch: meta.epoch,
      watermark,
      counters: totals,
      repair,
    });
    if (reply.kind === "ok") {
      return reply.drift.map(({ counter, periodStartMs, spent, due }) => ({
        counter,
        periodStartMs,
        redis: spent,
        ledger: due,
      }));
    }
    await lapseEnded(books, org);
    await drainOutbox(books, org, { force: attempt > 1 });
  }
  throw new StoreUnavailable("redis", new Error("the comparison was overtaken too often"));
}
