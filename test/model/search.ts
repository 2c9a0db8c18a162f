import { HashSet, hashOf, partOf } from "./hash.ts";
import { checkRest, checkState, isAtRest } from "./laws.ts";
import { successors } from "./successors.ts";
import { Violation, type State } from "./state.ts";
import { begunState } from "./begun.ts";
import type { World } from "./world.ts";

// Breadth first through all that may happen, so the first violation that is found has a shortest trace.

export interface Limits {
  states: number;
  seconds: number;
}

export interface Found {
  states: number;
  atRest: number;
  depth: number;
  seconds: number;
  /** The limits ended the search: clean up to about this depth, and not known beyond. */
  cut: boolean;
  violation: { law: string; trace: string[]; state: State } | null;
}

export interface Options {
  /** Also: from every state the books come to rest with no further fault. Remembers every step. */
  liveness?: boolean;
}

export function search(world: World, limits: Limits, options: Options = {}): Found {
  const start = performance.now();
  const seen = new HashSet();
  const graph = new Graph(options.liveness ?? false);
  const first = begunState(world);
  const firstHashed = hashed(first, null);
  seen.add(firstHashed.hash);
  graph.begin(firstHashed.hash, isAtRest(world, first));
  let layer: Frontier[] = [{ id: 0, state: first, hashed: firstHashed }];
  let atRest = 0;
  let depth = 0;
  const found = (more: Pick<Found, "cut" | "violation">): Found => ({
    states: graph.size,
    atRest,
    depth,
    seconds: (performance.now() - start) / 1000,
    ...more,
  });

  while (layer.length > 0) {
    const nextLayer: Frontier[] = [];
    for (const { id: from, state, hashed: before } of layer) {
      let violation: Found["violation"] = null;
      successors(world, state, (label, fault, apply) => {
        if (violation) return;
        const next = { ...state };
        const rests = attempt(world, next, apply);
        if (rests instanceof Violation) {
          violation = { law: rests.message, trace: [...graph.trace(from), label], state: next };
          return;
        }
        const after = hashed(next, before);
        const isNew = seen.add(after.hash);
        const id = graph.add({ from, label, fault, hash: after.hash, isNew, rests });
        if (!isNew) return;
        if (rests) atRest += 1;
        nextLayer.push({ id, state: next, hashed: after });
      });
      if (violation) return found({ cut: false, violation });
      const late = (graph.size & 1023) < 8 && performance.now() - start > limits.seconds * 1000;
      if (late || graph.size > limits.states) return found({ cut: true, violation: null });
    }
    layer = nextLayer;
    depth += 1;
  }
  const stuck = graph.stuck();
  const violation =
    stuck === null
      ? null
      : { law: "liveness: from here the books never come to rest", trace: graph.trace(stuck), state: first };
  return found({ cut: false, violation });
}

interface Frontier {
  id: number;
  state: State;
  hashed: Hashed;
}

/** Whether the state after the step is at rest, or what it breaks. */
function attempt(world: World, next: State, apply: (state: State) => void): boolean | Violation {
  try {
    apply(next);
    checkState(world, next);
    const rests = isAtRest(world, next);
    if (rests) checkRest(world, next);
    return rests;
  } catch (error) {
    if (error instanceof Violation) return error;
    throw error;
  }
}

/** A state's parts: what a step doesn't touch is the same object before and after it. */
function partsOf(state: State): unknown[] {
  const { left, meta, counters, holds, leases, outbox, postgres, older, truths, messages, workers } = state;
  return [left, meta, counters, holds, leases, outbox, postgres, older, truths, messages, ...workers];
}
const MESSAGES = 9;

interface Hashed {
  hash: number;
  parts: unknown[];
  hashes: number[];
}

/** Only the parts that changed are hashed again. */
function hashed(state: State, before: Hashed | null): Hashed {
  const parts = partsOf(state);
  const hashes = parts.map((part, i) => {
    if (before && before.parts[i] === part) return before.hashes[i] ?? 0;
    return i === MESSAGES ? hashOfBag(state.messages) : partOf(part);
  });
  return { hash: hashOf([state.time, state.begun, state.unhealed, ...hashes]), parts, hashes };
}

/** In any order: messages overtake each other. */
function hashOfBag(values: readonly object[]): number {
  return values.length === 0 ? 0 : hashOf(values.map((value) => hashOf(value)).sort((a, b) => a - b));
}

/** Which state came from which, by which step; with `all`, every step between them. */
class Graph {
  #parents: number[] = [];
  #labels: string[] = [];
  readonly #all: boolean;
  readonly #ids = new Map<number, number>();
  readonly #rests: boolean[] = [];
  /** Steps that need no fault, as pairs: from, to. */
  readonly #steps: number[] = [];

  constructor(all: boolean) {
    this.#all = all;
  }

  get size(): number {
    return this.#parents.length;
  }

  begin(hash: number, rests: boolean): void {
    this.#push(-1, "");
    if (!this.#all) return;
    this.#ids.set(hash, 0);
    this.#rests.push(rests);
  }

  add(step: {
    from: number;
    label: string;
    fault: boolean;
    hash: number;
    isNew: boolean;
    rests: boolean;
  }): number {
    let to = this.size;
    if (step.isNew) this.#push(step.from, step.label);
    if (!this.#all) return to;
    if (step.isNew) {
      this.#ids.set(step.hash, to);
      this.#rests.push(step.rests);
    } else to = this.#ids.get(step.hash) ?? -1;
    if (!step.fault) this.#steps.push(step.from, to);
    return to;
  }

  trace(at: number): string[] {
    const labels: string[] = [];
    for (let i = at; i > 0; i = this.#parents[i] ?? 0) labels.push(this.#labels[i] ?? "");
    return labels.reverse();
  }

  /** The first state that no way without faults leads from to rest; null where there is none. */
  stuck(): number | null {
    if (!this.#all) return null;
    const into = new Map<number, number[]>();
    for (let i = 0; i < this.#steps.length; i += 2) {
      const [from = 0, to = 0] = [this.#steps[i], this.#steps[i + 1]];
      const known = into.get(to);
      if (known) known.push(from);
      else into.set(to, [from]);
    }
    const reaches = this.#rests.map((rests) => rests);
    const queue = [...reaches.keys()].filter((id) => reaches[id]);
    for (let id = queue.pop(); id !== undefined; id = queue.pop()) {
      for (const from of into.get(id) ?? []) {
        if (reaches[from]) continue;
        reaches[from] = true;
        queue.push(from);
      }
    }
    const at = reaches.indexOf(false);
    return at === -1 ? null : at;
  }

  #push(parent: number, label: string): void {
    this.#parents.push(parent);
    this.#labels.push(label);
  }
}
