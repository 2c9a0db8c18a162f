import type { Books } from "./books.ts";
import { drainWhole } from "./drain.ts";
import { openEpoch } from "./open.ts";

/** Batches of ended leases that one call or read ends at most. */
const MAX_BATCHES = 16;
/** Answers that ask for the same batch again: lost memory, or holds whose outcome only Postgres knows. */
const MAX_ROUNDS = 4;

/** Ends the leases of all holds whose time is over, as far as one call should. Returns how many lapsed. */
export async function lapseEnded(books: Books, org: string): Promise<number> {
  let total = 0;
  for (let batch = 0; batch < MAX_BATCHES; batch++) {
    const ids = await books.store.endedHolds(org, books.now());
    if (ids.length === 0) break;
    const { lapsed, progressed } = await lapseHolds(books, org, ids);
    total += lapsed;
    if (!progressed) break;
  }
  return total;
}

/**
 * Lapses or sweeps these holds, if their leases have ended. `progressed`: none of them is in the way any more, though it
 * may be another call that ended them first: whoever was refused because of them asks again.
 */
export async function lapseHolds(
  books: Books,
  org: string,
  ids: string[],
): Promise<{ lapsed: number; progressed: boolean }> {
  const holds = await books.store.readHolds(org, ids);
  const counters = new Set(holds.flatMap((hold) => hold?.lines.map(({ counter }) => counter) ?? []));
  let asked: { epoch: number; hasEntries: Map<string, boolean> } = { epoch: 0, hasEntries: new Map() };
  let lapsed = 0;
  let swept = 0;
  let overtaken = false;
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const reply = await books.store.lapse({
      organizationId: org,
      nowMs: books.now(),
      leaseMs: books.leaseMs,
      nonce: books.nonce(),
      askedEpoch: asked.epoch,
      holds: ids.map((id) => {
        const hasEntries = asked.hasEntries.get(id);
        return hasEntries === undefined ? { id } : { id, hasEntries };
      }),
      counters: [...counters],
    });
    if (reply.kind === "cold") {
      await openEpoch(books, org);
      continue;
    }
    lapsed += reply.lapsed;
    swept += reply.swept;
    if (reply.lost.length > 0) {
      await openEpoch(books, org, { condemnedEpoch: reply.epoch, lostHolds: reply.lost });
    }
    if (reply.unknown.length === 0) {
      overtaken = lapsed + swept === 0;
      break;
    }
    if (!(await drainWhole(books, org))) break; // Later calls drain on, and ask.
    asked = { epoch: reply.epoch, hasEntries: new Map() };
    for (const id of reply.unknown) {
      asked.hasEntries.set(id, (await books.ledger.booked(org, reply.epoch, id)).any);
    }
  }
  if (lapsed > 0) books.report("holds_lapsed", { organization: org, count: lapsed });
  return { lapsed, progressed: overtaken || lapsed + swept > 0 };
}
