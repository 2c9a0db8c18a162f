import { StoreUnavailable } from "../services.ts";
import type { BalanceInput } from "../store/balance.ts";
import type { Books } from "./books.ts";
import { awaitBooked } from "./close.ts";
import { drainWhole } from "./drain.ts";
import { openEpoch } from "./open.ts";
import { rebuildCounters, type MissingCounter } from "./rebuild.ts";

/** Answers of Redis that ask for another send: lost memory, a missing counter, what Postgres has. */
const MAX_ROUNDS = 10;

export interface BalanceChange extends MissingCounter {
  /** Made for this change; sent again with the same id it changes nothing more. */
  id: string;
  amount: number | "reset";
}

/**
 * Changes what a budget's current period counts as spent, by an entry of kind `reset` (law 1): its own amount is 0,
 * what it changed stands in the entry's budgets. Throws StoreUnavailable where it isn't sure to be booked.
 */
export async function changeBalance(books: Books, org: string, change: BalanceChange): Promise<void> {
  let asked: BalanceInput["asked"];
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const reply = await books.store.balance({
      ...change,
      organizationId: org,
      nowMs: books.now(),
      leaseMs: books.leaseMs,
      nonce: books.nonce(),
      facts: JSON.stringify(factsOf(change, books.now())),
      drain: true,
      ...(asked ? { asked } : {}),
    });
    switch (reply.kind) {
      case "cold":
        await openEpoch(books, org);
        break;
      case "lost":
        await openEpoch(books, org, { condemnedEpoch: reply.epoch, lostHolds: [change.id] });
        break;
      case "missing":
        await rebuildCounters(books, org, reply.epoch, [change]);
        break;
      case "unknown": {
        if (!(await drainWhole(books, org))) break;
        const { any } = await books.ledger.booked(org, reply.epoch, change.id);
        asked = { hasEntry: any, epoch: reply.epoch, metaNowMs: reply.metaNowMs };
        break;
      }
      case "ok": {
        if (reply.sequence.n === 0) return;
        const awaited = {
          holdId: change.id,
          entryId: `${change.id}.z`,
          sequence: reply.sequence,
          state: reply.state,
        };
        const seen = await awaitBooked(books, org, awaited, reply.head);
        if (seen !== "gone") return;
        asked = undefined;
        break;
      }
    }
  }
  throw new StoreUnavailable("redis", new Error("the change of a balance didn't come to an end"));
}

/** A change of a balance belongs to no call; the ledger's columns of a call are empty. */
function factsOf({ id }: BalanceChange, nowMs: number): Record<string, unknown> {
  return {
    request_id: id,
    key_id: "",
    provider: "",
    model_requested: "",
    model: "",
    endpoint: "",
    stream: false,
    outcome: "reset",
    hold: 0,
    started_at: new Date(nowMs).toISOString(),
  };
}
