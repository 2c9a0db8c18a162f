import { counterName, WILDCARD, windowOf } from "../../src/domain/charged-budgets.ts";
import { compareCounters } from "../../src/ledger/compare.ts";
import { bringLedgerUpToDate, liveBudgets } from "../../src/ledger/live.ts";
import type { Isolate } from "./isolate.ts";
import type { Look } from "./scenario-changes.ts";
import { CUSTOMERS } from "./scenario-keys.ts";
import { ORGANIZATION } from "./scenario.ts";
import type { World } from "./world.ts";

// Operators who look at budgets while calls go on. With no memory lost a repair finds nothing to repair (law 1).

export async function look(world: World, { deps: { books } }: Isolate, { kind }: Look): Promise<void> {
  const charged = world.documents.state.budgets.map((budget) => ({
    budget,
    counter: budget.scope.id === WILDCARD ? counterName(budget, CUSTOMERS[0]) : counterName(budget),
  }));
  for (const { counter } of charged) world.watch.known.counters.add(counter);
  if (kind === "read") {
    await liveBudgets(books, ORGANIZATION, charged);
    return;
  }
  await bringLedgerUpToDate(books, ORGANIZATION);
  const counters = charged.map(({ budget, counter }) => ({
    counter,
    periodStartMs: windowOf(budget, books.now()).startMs,
  }));
  const drift = await compareCounters(books, ORGANIZATION, counters, { repair: true });
  if (drift.length > 0 && !world.memoryFaulted()) {
    world.violated("1", `a repair found ${JSON.stringify(drift)}, though Redis lost nothing`);
  }
}
