import type { Sequence } from "../store/packed.ts";
import type { Store } from "../store/store.ts";
import type { Books } from "./books.ts";
import type { Ledger } from "./ledger.ts";

/** Why a new epoch is asked for; with none of them it is begun only where there is no meta value. */
export interface Condemnation {
  /** The epoch whose counters can't be trusted. */
  condemnedEpoch?: number;
  /** The watermark that Redis seemed not to know; checked again in the script, since the read may have been stale. */
  suspicion?: Sequence & { tag: string };
  /** Holds that the sorted set has and Redis otherwise hasn't. */
  lostHolds?: string[];
}

/** The part of the books that it needs. */
export interface Opener {
  store: Pick<Store, "open">;
  ledger: Pick<Ledger, "nextEpoch">;
  report: Books["report"];
}

/** Begins a new epoch of an organization's books where it must, and returns the one in force (law 9). */
export async function openEpoch(opener: Opener, org: string, why: Condemnation = {}): Promise<number> {
  const newEpoch = await opener.ledger.nextEpoch(org);
  const epoch = await opener.store.open({
    organizationId: org,
    newEpoch,
    condemnedEpoch: why.condemnedEpoch ?? 0,
    lostHolds: why.lostHolds ?? [],
    ...(why.suspicion ? { suspicion: why.suspicion } : {}),
  });
  if (epoch === newEpoch) {
    opener.report("epoch_opened", { organization: org, epoch, condemned: why.condemnedEpoch ?? null });
  }
  return epoch;
}
