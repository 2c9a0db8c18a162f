import type { Books } from "./books.ts";
import { INSTANCE_BATCH } from "../store/scripts/forget.ts";

/** Batches that one sweep looks at. */
const MAX_BATCHES = 16;

/** Forgets the counters of instances that nobody uses any more, as far as one sweep should. Throws StoreUnavailable. */
export async function forgetUnused({ store, now }: Pick<Books, "store" | "now">, org: string): Promise<void> {
  for (let batch = 0; batch < MAX_BATCHES; batch++) {
    const due = await store.dueInstances(org, now());
    if (due.length === 0) return;
    await store.forgetInstances(org, due, now());
    if (due.length < INSTANCE_BATCH) return;
  }
}
