import { counterName, WILDCARD, type Budget } from "../../src/domain/charged-budgets.ts";
import { bringLedgerUpToDate, liveBudgets } from "../../src/ledger/live.ts";
import { openEpoch } from "../../src/ledger/open.ts";
import type { Isolate } from "./isolate.ts";
import { checkCalls } from "./rest-calls.ts";
import { LEASE_SECONDS, ORGANIZATION } from "./scenario.ts";
import { trueSpent, type View } from "./view.ts";
import type { World } from "./world.ts";

// Once nothing is in flight and leases have ended: the books come to rest, and are exact.

/** Rounds of lapsing, draining and replaying after which the books must be quiet. */
const MAX_ROUNDS = 10;

export async function comeToRest(world: World, operator: Isolate): Promise<void> {
  const { books } = operator.deps;
  for (let round = 0; round < MAX_ROUNDS; round++) {
    // A lapsed hold stays a lease longer, and then goes.
    world.scheduler.advance(LEASE_SECONDS * 1_000 + 1);
    const { meta } = await look(world);
    if (!meta) await openEpoch(books, ORGANIZATION);
    await bringLedgerUpToDate(books, ORGANIZATION);
    const view = await look(world);
    if (view.outbox.length === 0 && view.leases.length === 0 && world.ledger.strandedCount() === 0) return;
  }
  world.violated("4", "the books don't come to rest");
}

/** As a step of its own: on a real Redis a look takes time. */
function look(world: World): Promise<View> {
  return new Promise((resolve, reject) => {
    const run = () => world.watch.look().then(resolve, reject);
    world.scheduler.soon({ owner: "rest", run });
  });
}

export async function checkRest(world: World, operator: Isolate): Promise<void> {
  world.memory.old = false;
  const view = await look(world);
  for (const [name, counter] of view.counters) {
    if (counter.epoch !== view.meta?.epoch) continue;
    const spent = trueSpent(view, world.ledger, { counter: name, periodStartMs: counter.periodStartMs });
    if (counter.held !== 0) world.violated("4", `at rest ${name} holds ${counter.held}`);
    if (counter.spent !== spent)
      world.violated("4", `at rest ${name} has spent ${counter.spent}, the ledger ${spent}`);
  }
  checkOverspend(world);
  checkCalls(world);
  checkAlarms(world);
  await checkLive(world, operator, view);
}

/** Law 3: what a period spent beyond its limit is no more than overruns, and what a loss of memory may have let through. */
function checkOverspend(world: World): void {
  for (const [place, limit] of world.watch.limits) {
    const space = place.lastIndexOf(" ");
    const [counter, periodStartMs] = [place.slice(0, space), Number(place.slice(space + 1))];
    const budget = world.documents.state.budgets.find(({ id }) => id === /^[^~:]*/.exec(counter)?.[0]);
    if (budget?.enforcement !== "hard" || budget.onStoreOutage === "open") continue;
    let spent = 0;
    let overruns = 0;
    for (const row of world.ledger.rows()) {
      const lines = row.lines.filter(
        (line) => line.counter === counter && line.periodStartMs === periodStartMs,
      );
      const amount = lines.reduce((sum, line) => sum + line.amount, 0);
      spent += amount;
      // What a lapse gave back may have been taken by others before its settle came.
      const lapse = world.ledger.rows().find(({ id }) => id === `${row.holdId}.l`);
      const charged = lapse?.lines.find((line) => line.counter === counter)?.amount;
      const held = charged === undefined ? heldOf(world, row.holdId, counter) : 0;
      if (row.kind === "s") overruns += Math.max(0, amount - held);
    }
    const allowed = limit + overruns + (world.watch.forgotten.get(counter) ?? 0);
    if (spent > allowed) world.violated("3", `${counter} spent ${spent} of ${limit}, ${allowed} allowed`);
  }
}

function heldOf(world: World, holdId: string, counter: string): number {
  for (const { holds } of world.records.values()) {
    const line = holds.get(holdId)?.lines.find((one) => one.counter === counter);
    if (line) return line.amount;
  }
  return 0;
}

/** An alarm must mean something: with no memory lost no epoch is condemned. */
function checkAlarms(world: World): void {
  if (world.memory.faulted) return;
  for (const { event, details } of world.reports) {
    if (event === "books_inconsistent") world.violated("9", "books_inconsistent, though Redis lost nothing");
    if (event === "epoch_opened" && details["condemned"] !== null) {
      world.violated(
        "9",
        `epoch ${JSON.stringify(details["condemned"])} was condemned, though Redis lost nothing`,
      );
    }
  }
}

/** Laws 1 and 7: what REST shows is what the ledger sums to, in the period that it is now. */
async function checkLive(world: World, operator: Isolate, view: View): Promise<void> {
  const { budgets } = world.documents.state;
  const charged = budgets.flatMap((budget) =>
    countersOf(world, budget).map((counter) => ({ budget, counter })),
  );
  // A period may end while the answer is on its way.
  const askedAtMs = world.scheduler.now();
  const live = await liveBudgets(operator.deps.books, ORGANIZATION, charged);
  for (const { counter } of charged) {
    const shown = live.get(counter);
    if (!shown) {
      world.violated("1", `${counter} isn't shown`);
      continue;
    }
    const spent = trueSpent(view, world.ledger, { counter, periodStartMs: shown.periodStartMs });
    if (shown.spent !== spent || shown.held !== 0) {
      world.violated("1", `${counter} is shown with ${shown.spent} + ${shown.held}, the ledger has ${spent}`);
    }
    const end = shown.resetsAtMs;
    if (end !== null && end <= askedAtMs) world.violated("7", `${counter} is shown in a period that is over`);
  }
}

function countersOf(world: World, budget: Budget): string[] {
  if (budget.scope.id !== WILDCARD) return [counterName(budget)];
  const base = counterName(budget);
  return [...world.watch.known.counters].filter((counter) => counter.startsWith(`${base}:`));
}
