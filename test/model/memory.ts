import { hashOf } from "./hash.ts";
import type { Redis, State } from "./state.ts";
import type { Emit } from "./steps.ts";
import type { World } from "./world.ts";

// Redis loses memory: all of it, single keys, or what came after an older state.

export function memoryFaults({ scenario }: World, state: State, emit: Emit): void {
  if (state.left.memory === 0) return;
  const loses = (label: string, apply: (next: State) => void) =>
    emit(label, true, (next) => {
      next.left = { ...next.left, memory: next.left.memory - 1 };
      apply(next);
    });
  const { memory } = scenario;
  if (memory.includes("everything") && state.meta) {
    loses("REDIS IS EMPTIED", (next) => {
      forgetUnbooked(next);
      const none = {
        meta: null,
        begun: 0,
        counters: nulls(next.counters),
        holds: nulls(next.holds),
        leases: nulls(next.leases),
      };
      Object.assign(next, none, { outbox: [] });
    });
  }
  if (memory.includes("meta") && state.meta) {
    loses("META IS EVICTED", (next) => {
      forgetUnbooked(next);
      next.meta = null;
    });
  }
  if (memory.includes("outbox") && state.outbox.length > 0) {
    loses("OUTBOX IS EVICTED", (next) => {
      forgetUnbooked(next);
      next.outbox = [];
    });
  }
  if (memory.includes("counter")) {
    for (const [budget, counter] of state.counters.entries()) {
      if (!counter) continue;
      loses(`COUNTER ${budget} IS EVICTED`, (next) => {
        forget(next, (id) => next.truths[id]?.state === "h");
        next.counters = next.counters.with(budget, null);
      });
    }
  }
  if (memory.includes("hold")) {
    for (const [id, hold] of state.holds.entries()) {
      if (!hold) continue;
      loses(`HOLD ${id} IS EVICTED`, (next) => {
        next.unhealed = true;
        forget(next, (other) => other === id);
        next.holds = next.holds.with(id, null);
      });
    }
  }
  if (memory.includes("fall back")) fallBack(state, emit, loses);
}

function fallBack(
  state: State,
  emit: Emit,
  loses: (label: string, apply: (next: State) => void) => void,
): void {
  const { older } = state;
  if (older === null) {
    emit("(a snapshot is taken)", true, (next) => {
      next.older = redisOf(next);
    });
  } else if (older !== "used" && hashOf(older) !== hashOf(redisOf(state))) {
    loses("REDIS FALLS BACK", (next) => {
      next.unhealed = true;
      forget(next, () => true);
      Object.assign(next, older, { older: "used" });
    });
  }
}

export function redisOf({ meta, begun, counters, holds, leases, outbox }: State): Redis {
  return { meta, begun, counters, holds, leases, outbox };
}

const nulls = (values: readonly unknown[]): null[] => values.map(() => null);

function forget(state: State, isForgotten: (id: number) => boolean): void {
  state.truths = state.truths.map((truth, id) => (isForgotten(id) ? { ...truth, forgotten: true } : truth));
}

/** What was in flight, and what was settled and isn't in the ledger, no longer counts until it is booked. */
function forgetUnbooked(state: State): void {
  state.unhealed = true;
  forget(state, (id) => {
    const truth = state.truths[id];
    return (
      truth?.state === "h" || (truth !== undefined && truth.state !== "-" && !state.postgres.ledger[id]?.s)
    );
  });
}
