import type { Sequence } from "../store/packed.ts";
import type { Books } from "./books.ts";

/** Why a new epoch is asked for; with none of them it is begun only where there is no meta value. */
export interface Condemnation {
  /** The epoch whose counters can't be trusted. */
  condemnedEpoch?: number;
  /** The watermark that Redis seemed not to know; checked again in the script, since the read may have been stale. */
  suspicion?: Sequence & { tag: string };
  /** Holds that the sorted set has and Redis otherwise hasn't. */
  lostHolds?: string[];
}

/** Begins a new epoch of an organization's books where it must, and returns the one in force (law 9). */
export async function openEpoch(
  books: Pick<Books, "store" | "ledger" | "report">,
  org: string,
  why: Condemnation = {},
): Promise<number> {
  const newEpoch = await books.ledger.nextEpoch(org);
  const epoch = await books.store.open({
    organizationId: org,
    newEpoch,
    condemnedEpoch: why.condemnedEpoch ?? 0,
    lostHolds: why.lostHolds ?? [],
    ...(why.suspicion ? { suspicion: why.suspicion } : {}),
  });
  if (epoch === newEpoch) {
    books.report("epoch_opened", { organization: org, epoch, condemned: why.condemnedEpoch ?? null });
  }
  return epoch;
}
