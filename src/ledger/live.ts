import * as z from "zod";
import { counterParts, effectiveLimit, windowOf, type ChargedBudget } from "../domain/charged-budgets.ts";
import { StoreUnavailable, type HoldView, type LiveBudget } from "../services.ts";
import type { Hold } from "../store/packed.ts";
import type { HoldPlace } from "../store/reads.ts";
import type { Books } from "./books.ts";
import { drainOutbox } from "./drain.ts";
import { lapseEnded } from "./lapse.ts";
import { openEpoch } from "./open.ts";
import { missingCounter, rebuildCounters } from "./rebuild.ts";
import { replayStranded } from "./strand.ts";

// What the stores show of budgets and holds, by the same numbers that the gate enforces (law 1).

/** Reads that memory losses on the way may ask for again. */
const MAX_ROUNDS = 6;

/** The live state of budgets, by counter. Ended leases lapse first; a period that began since is shown begun (law 7). */
export async function liveBudgets(
  books: Books,
  org: string,
  charged: Pick<ChargedBudget, "budget" | "counter">[],
): Promise<Map<string, LiveBudget>> {
  await lapseEnded(books, org);
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const nowMs = books.now();
    const asked = charged.map(({ budget, counter }) => ({
      budget,
      counter,
      window: windowOf(budget, nowMs),
    }));
    const { meta, counters } = await books.store.readCounters(
      org,
      asked.map(({ counter }) => counter),
    );
    if (!meta) {
      await openEpoch(books, org);
      continue;
    }
    const live = new Map<string, LiveBudget>();
    const missing = [];
    for (const [i, { budget, counter, window }] of asked.entries()) {
      const stored = counters[i];
      if (!stored || stored.epoch !== meta.epoch) {
        missing.push(missingCounter({ budget, counter }, nowMs));
        continue;
      }
      const begun = window.startMs > stored.periodStartMs;
      live.set(counter, {
        effectiveLimit: effectiveLimit(budget, nowMs),
        spent: begun ? 0 : stored.spent,
        held: begun ? 0 : stored.held,
        periodStartMs: begun ? window.startMs : stored.periodStartMs,
        resetsAtMs: window.endMs,
      });
    }
    if (missing.length === 0) return live;
    await rebuildCounters(books, org, meta.epoch, missing);
  }
  throw new StoreUnavailable("redis", new Error("the counters were lost again and again"));
}

/** Lapses ended leases, drains the outbox and replays stranded settles, so that the ledger says what the counters say. */
export async function bringLedgerUpToDate(books: Books, org: string): Promise<void> {
  await lapseEnded(books, org);
  if (await drainOutbox(books, org, { force: true })) {
    await replayStranded(books, org);
    await drainOutbox(books, org, { force: true });
  }
}

/** `after`: where the page before ended, as it said itself. */
export async function listHolds(
  books: Books,
  org: string,
  page: { limit: number; after?: string },
): Promise<{ holds: HoldView[]; next: string | null }> {
  const places = await books.store.holdsAfter(org, placeOf(page.after), page.limit + 1);
  const shown = places.slice(0, page.limit);
  const holds = await books.store.readHolds(
    org,
    shown.map(({ id }) => id),
  );
  const last = shown.at(-1);
  return {
    holds: holds.flatMap((hold, i) => (hold ? [holdView(shown[i]?.id ?? "", hold)] : [])),
    next: places.length > page.limit && last ? `${last.leaseEndMs}.${last.id}` : null,
  };
}

function placeOf(after: string | undefined): HoldPlace | null {
  const [, leaseEndMs, id] = /^(\d+)\.(.+)$/.exec(after ?? "") ?? [];
  return id === undefined ? null : { id, leaseEndMs: Number(leaseEndMs) };
}

export async function findHold(books: Books, org: string, id: string): Promise<HoldView | null> {
  const [hold] = await books.store.readHolds(org, [id]);
  return hold ? holdView(id, hold) : null;
}

const STATES: Record<Hold["state"], HoldView["state"]> = {
  h: "held",
  l: "lapsed",
  v: "lapsed",
  s: "settled",
  r: "released",
};

/** A hold that has its outcome keeps no facts: the ledger has them. */
const holdFacts = z.object({ request_id: z.string().optional(), key_id: z.string().optional() });

function holdView(id: string, hold: Hold): HoldView {
  const facts = hold.facts === "-" ? {} : holdFacts.parse(JSON.parse(hold.facts));
  return {
    id,
    requestId: facts.request_id ?? "",
    keyId: facts.key_id ?? "",
    state: STATES[hold.state],
    amountNanoUsd: hold.amountNanoUsd,
    leaseEndsAtMs: hold.leaseEndMs,
    budgets: hold.lines.map(({ counter, amount, periodStartMs }) => ({
      id: counterParts(counter).id,
      amount,
      periodStartMs,
    })),
  };
}
