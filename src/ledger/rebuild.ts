import { windowOf, type ChargedBudget } from "../domain/charged-budgets.ts";
import { instanceLife, type InstanceLife } from "../domain/instance-life.ts";
import { StoreUnavailable } from "../services.ts";
import type { Books } from "./books.ts";
import { bookHead, drainOutbox, isWhole } from "./drain.ts";
import { oneAtATime } from "./one-at-a-time.ts";
import { openEpoch } from "./open.ts";

export interface MissingCounter {
  counter: string;
  periodStartMs: number;
  /** Of a wildcard's instance. */
  life?: InstanceLife | undefined;
}

/** The counter of a budget in its current period. */
export function missingCounter(
  { budget, counter }: Pick<ChargedBudget, "budget" | "counter">,
  nowMs: number,
): MissingCounter {
  const window = windowOf(budget, nowMs);
  return { counter, periodStartMs: window.startMs, life: instanceLife(budget, window) };
}

/** Snapshots that traffic may overtake before the caller is told to try later. */
const MAX_SNAPSHOTS = 10;

/**
 * Makes missing counters from the ledger and the outbox, while traffic goes on (law 9). `epoch`: in which they are
 * missing. Who calls it asks Redis again for what it wanted of them. Throws StoreUnavailable.
 */
export async function rebuildCounters(
  books: Books,
  org: string,
  epoch: number,
  counters: MissingCounter[],
): Promise<void> {
  const names = counters.map(({ counter }) => counter).join(" ");
  await oneAtATime(books, `rebuild ${org} ${epoch} ${names}`, () => rebuild(books, org, epoch, counters));
}

async function rebuild(books: Books, org: string, epoch: number, counters: MissingCounter[]): Promise<void> {
  const listed = listInstances(books, org, counters);
  const attempt = async () => {
    const [{ watermark, totals }] = await Promise.all([books.ledger.snapshot(org, epoch, counters), listed]);
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

async function listInstances(books: Books, org: string, counters: MissingCounter[]): Promise<void> {
  const made = counters.flatMap(({ life, ...rest }) => (life === undefined ? [] : [{ ...rest, life }]));
  if (made.length > 0) await books.store.listInstances(org, made, books.now());
}
