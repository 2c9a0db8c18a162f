import { counterName, WILDCARD, type Budget } from "../../src/domain/charged-budgets.ts";
import { changeBalance } from "../../src/ledger/balance.ts";
import { missingCounter } from "../../src/ledger/rebuild.ts";
import { publishPolicy } from "../../src/ledger/publish.ts";
import { StoreUnavailable, type PolicyRef } from "../../src/services.ts";
import { refName, type PolicyState } from "./documents.ts";
import { postgres, type Isolate } from "./isolate.ts";
import { look } from "./look.ts";
import type { Change, Look } from "./scenario-changes.ts";
import { ORGANIZATION } from "./scenario.ts";
import type { World } from "./world.ts";

// Operators: each change as REST makes it. It is committed, then published, then answered; from the answer on it holds.

type PolicyChange = Exclude<Change, { kind: "reset" } | Look>;

const MAX_TRIES = 4;
const RETRY_MS = 700;

const ORGANIZATION_DOCUMENT: PolicyRef = { kind: "scope", id: `organization:${ORGANIZATION}` };

export async function makeChange(world: World, isolate: Isolate, change: Change): Promise<void> {
  const { scheduler, documents } = world;
  const send = world.network.linkOf(isolate.name);
  scheduler.trace.push(`operator: ${change.kind}`);
  try {
    if (change.kind === "reset") {
      await reset(world, isolate, change.budgetId);
      return;
    }
    if (change.kind === "read" || change.kind === "repair") {
      await look(world, isolate, change);
      return;
    }
    const refs = documentsOf(documents.state, change);
    const apply = (state: PolicyState) => applyChange(state, change, scheduler.now());
    const raised = await postgres(send, `commit ${change.kind}`, async () => documents.commit(refs, apply));
    const answer = () => {
      scheduler.trace.push(`operator: ${change.kind} is answered`);
      for (const { ref, version } of raised) {
        world.answered.set(refName(ref), Math.max(world.answered.get(refName(ref)) ?? 0, version));
      }
    };
    if (world.breaks.answersEarly) answer();
    await Promise.all(refs.map((ref) => publish(isolate, ref)));
    answer();
  } catch (error) {
    // Answered with 503: it may hold or not.
    if (!(error instanceof StoreUnavailable)) throw error;
  }
}

async function publish(isolate: Isolate, ref: PolicyRef): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      await publishPolicy(isolate.publisher, ORGANIZATION, ref);
      return;
    } catch (error) {
      if (!(error instanceof StoreUnavailable) || attempt === MAX_TRIES) throw error;
      await isolate.deps.books.sleep(RETRY_MS);
    }
  }
}

async function reset(world: World, isolate: Isolate, budgetId: string): Promise<void> {
  const budget = world.documents.state.budgets.find(({ id }) => id === budgetId);
  if (!budget) return;
  const { books } = isolate.deps;
  const counter = budget.scope.id === WILDCARD ? counterName(budget, "ada") : counterName(budget);
  world.watch.known.counters.add(counter);
  await changeBalance(books, ORGANIZATION, {
    ...missingCounter({ budget, counter }, books.now()),
    id: `reset_${(world.made.nonces += 1)}`,
    amount: "reset",
  });
}

function documentsOf(state: PolicyState, change: PolicyChange): PolicyRef[] {
  switch (change.kind) {
    case "revoke": {
      const row = state.keys.find(({ id }) => id === change.keyId);
      return row ? [{ kind: "key", id: row.digest }] : [];
    }
    case "block":
      return [{ kind: "scope", id: `customer:${change.customer}` }, ORGANIZATION_DOCUMENT];
    case "new budget":
      return documentsOfBudget(change.budget);
    case "limit":
    case "adjustment":
    case "period": {
      const budget = state.budgets.find(({ id }) => id === change.budgetId);
      return budget ? documentsOfBudget(budget) : [];
    }
    default:
      throw new Error("no such change");
  }
}

/** A wildcard stands in its organization's document, which also says of which labels some have their own. */
function documentsOfBudget({ scope }: Budget): PolicyRef[] {
  if (scope.id === WILDCARD || scope.kind === "organization") return [ORGANIZATION_DOCUMENT];
  const own: PolicyRef = { kind: "scope", id: `${scope.kind}:${scope.id}` };
  return scope.kind === "customer" || scope.kind === "tag" ? [own, ORGANIZATION_DOCUMENT] : [own];
}

function applyChange(state: PolicyState, change: PolicyChange, nowMs: number): void {
  const budget = "budgetId" in change ? state.budgets.find(({ id }) => id === change.budgetId) : undefined;
  switch (change.kind) {
    case "revoke":
      for (const key of state.keys) if (key.id === change.keyId) key.revoked = true;
      return;
    case "block":
      state.blockedCustomers.push(change.customer);
      return;
    case "new budget":
      // A commit that the network doubled changes nothing more.
      if (state.budgets.some(({ id }) => id === change.budget.id)) return;
      state.budgets.push(structuredClone(change.budget));
      return;
    case "limit":
      if (budget) budget.limit = change.limit;
      return;
    case "adjustment":
      budget?.adjustments.push({
        amount: change.amount,
        untilMs: change.forMs === null ? null : nowMs + change.forMs,
      });
      return;
    case "period":
      if (!budget) return;
      budget.period = budget.period.kind === "total" ? { kind: "day" } : { kind: "total" };
      budget.generation += 1;
  }
}
