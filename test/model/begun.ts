import { redisOf } from "./memory.ts";
import { reserve } from "./scripts-reserve.ts";
import type { State } from "./state.ts";
import { change } from "./steps.ts";
import { initialState, upTo, type World } from "./world.ts";

/** The first state: nothing happened, but that some calls may be admitted already. */
export function begunState(world: World): State {
  const state = initialState(world);
  const { begun } = world.scenario;
  for (let id = 0; id < begun; id++) {
    reserve(world, state, { op: "reserve", id, now: 0, epoch: 1 });
    const lines = state.holds[id]?.lines ?? [];
    const periods = upTo(world.scenario.budgets).map(
      (budget) => lines.find((l) => l.budget === budget)?.period ?? 0,
    );
    change(state, id, { stack: ["dispatch"], granted: state.holds[id]?.amount ?? 0, periods });
  }
  if (begun > 0) state.older = redisOf(state);
  return state;
}
