import { epochOf, type Counter, type Hold, type State } from "./state.ts";

/** A counter of this epoch. One that isn't there, or is of another, is missing, and never zero (law 9). */
export function counterIn(state: State, budget: number): Counter | null {
  const counter = state.counters[budget];
  return counter && counter.epoch === state.meta?.epoch ? counter : null;
}

export function putCounter(state: State, budget: number, counter: Counter): void {
  state.counters = state.counters.with(budget, counter);
}

/** A period begins when the first to see it comes by (law 7). */
export function rolled(counter: Counter, period: number): Counter {
  return period > counter.period ? { ...counter, period, spent: 0, held: 0 } : counter;
}

/** Whether a counter's held includes what this hold set aside. */
export function includesHold(counter: Counter, hold: Hold): boolean {
  return counter.epoch === epochOf(hold.at) && counter.born <= hold.after;
}
