import { begunState } from "./begun.ts";
import { checkRest, checkState, isAtRest } from "./laws.ts";
import { successors } from "./successors.ts";
import { Violation, type State } from "./state.ts";
import type { World } from "./world.ts";

/** Takes the steps of a trace that a search has printed, and returns the law that breaks on the way; null: none does. */
export function follow(world: World, trace: readonly string[]): string | null {
  let state = begunState(world);
  for (const label of trace) {
    let next: State | null = null;
    let apply: ((state: State) => void) | null = null;
    successors(world, state, (candidate, _fault, step) => {
      if (candidate === label) apply ??= step;
    });
    next = { ...state };
    const law = broken(world, next, apply ?? noStep(label));
    if (law !== null) return law;
    state = next;
  }
  return null;
}

const noStep = (label: string) => (): void => {
  throw new Error(`no such step: ${label}`);
};

function broken(world: World, next: State, apply: (state: State) => void): string | null {
  try {
    apply(next);
    checkState(world, next);
    if (isAtRest(world, next)) checkRest(world, next);
    return null;
  } catch (error) {
    if (error instanceof Violation) return error.message;
    throw error;
  }
}
