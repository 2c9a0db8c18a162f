import { HashSet, hashOf } from "./hash.ts";
import { checkRest, checkState, isAtRest } from "./laws.ts";
import { successors } from "./successors.ts";
import { Violation, type State } from "./state.ts";
import { initialState, type World } from "./world.ts";

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
  const first = initialState(world);
  seen.add(hashOfState(first));
  graph.begin(first, isAtRest(world, first));
  let layer: [number, State][] = [[0, first]];
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
    const nextLayer: [number, State][] = [];
    for (const [from, state] of layer) {
      let violation: Found["violation"] = null;
      successors(world, state, (label, fault, apply) => {
        if (violation) return;
        const next = { ...state };
        const rests = attempt(world, next, apply);
        if (rests instanceof Violation) {
          violation = { law: rests.message, trace: [...graph.trace(from), label], state: next };
          return;
        }
        const hash = hashOfState(next);
        const isNew = seen.add(hash);
        const to = graph.add({ from, label, fault, hash, isNew, rests });
        if (!isNew) return;
        if (rests) atRest += 1;
        nextLayer.push([to, next]);
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

function hashOfState(state: State): number {
  const messages = state.messages.map((message) => hashOf(message)).sort((a, b) => a - b);
  return hashOf([
    state.time,
    state.unhealed ? 1 : 0,
    hashOf(state.left),
    state.meta ? hashOf(state.meta) : 0,
    hashOf(state.counters),
    hashOf(state.holds),
    hashOf(state.leases),
    hashOf(state.outbox),
    hashOf(state.postgres),
    hashOf(state.workers),
    state.older === null ? 0 : state.older === "used" ? 1 : hashOf(state.older),
    hashOf(state.truths),
    ...messages,
  ]);
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

  begin(state: State, rests: boolean): void {
    this.#push(-1, "");
    if (!this.#all) return;
    this.#ids.set(hashOfState(state), 0);
    this.#rests.push(rests);
  }

  add(step: { from: number; label: string; fault: boolean; hash: number; isNew: boolean; rests: boolean }): number {
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
