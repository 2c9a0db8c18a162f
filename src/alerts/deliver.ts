import type { ClaimedDelivery } from "../ledger/alerts.ts";
import { causeOf } from "../services.ts";
import { noteDue, takeDue } from "../store/due-alerts.ts";
import type { Books } from "../ledger/books.ts";
import { send, type Sender } from "./send.ts";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
/**
 * From each attempt to the next; after the last, two days from the first, a delivery is given up. The first is longer
 * than an attempt can take.
 */
export const RETRY_DELAYS_MS: readonly number[] = [
  MINUTE_MS,
  5 * MINUTE_MS,
  30 * MINUTE_MS,
  2 * HOUR_MS,
  12 * HOUR_MS,
  24 * HOUR_MS,
];

/** Sent at once: a Worker may have six connections that wait for an answer, and the stores need some. */
const BATCH = 4;
/** Batches that one call takes on: what a Worker does after its answer may last 30 s. */
const MAX_BATCHES = 2;

export interface Delivering extends Sender {
  books: Books;
}

/**
 * Sends what is due of the organization's deliveries, as far as one call should; later calls go on. Nothing due: no I/O.
 * For `waitUntil`, behind an answer: a receiver delays nobody. Never throws.
 */
export async function deliverDue(delivering: Delivering, org: string): Promise<void> {
  const { books } = delivering;
  if (!takeDue(books.memory, org, books.now())) return;
  try {
    for (let batch = 0; batch < MAX_BATCHES; batch++) {
      const asked = { nowMs: books.now(), limit: BATCH, delaysMs: RETRY_DELAYS_MS };
      const claimed = await books.ledger.claimDeliveries(org, asked);
      if (claimed.length === 0) return;
      const attempts = await Promise.all(claimed.map((delivery) => attempt(delivering, delivery)));
      const nextAtMs = await books.ledger.recordDeliveries(org, attempts, books.now());
      noteDue(books.memory, org, nextAtMs);
      if (nextAtMs === null || nextAtMs > books.now()) return;
    }
  } catch (error) {
    // They are due again, and the next drain says so.
    books.report("delivery_failed", { organization: org, cause: causeOf(error) });
  }
}

async function attempt(
  { config, books, fetch: fetcher }: Delivering,
  { id, attempts, payload, endpoint_id, url, sealed }: ClaimedDelivery,
) {
  const delivery = { id, payload, endpoint: { id: endpoint_id, url, sealed } };
  return { id, attempts, ...(await send({ config, fetch: fetcher }, delivery, books.now())) };
}
