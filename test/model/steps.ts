import type { Message, State, Worker } from "./state.ts";
import type { World } from "./world.ts";
import { rested, backgroundOf, periodAt } from "./world.ts";

// How a Worker's steps are written down: each is one atomic change of a state.

/** `fault`: a step that needn't happen. */
export type Emit = (label: string, fault: boolean, apply: (state: State) => void) => void;

/** One Worker in one state. */
export interface Turn {
  readonly world: World;
  readonly state: State;
  readonly index: number;
  readonly worker: Worker;
  readonly who: string;
  readonly emit: Emit;
}

export function change(state: State, index: number, changes: Partial<Worker>): void {
  const worker = state.workers[index];
  if (worker) state.workers = state.workers.with(index, { ...worker, ...changes });
}

export const isOperator = (world: World, index: number): boolean => index > backgroundOf(world);
export const isCall = (world: World, index: number): boolean => index < world.scenario.calls;

/** Ends what the Worker is about. */
export function finish(world: World, state: State, index: number): void {
  const worker = state.workers[index];
  if (!worker) return;
  if (!isCall(world, index)) {
    if (worker.stranded) rowDone(state, worker.id);
    state.workers = state.workers.with(index, { ...rested(worker, ["idle"]), id: -1, cost: null });
    return;
  }
  state.workers = state.workers.with(index, rested(worker, [worker.cost === null ? "refused" : "done"]));
}

/** A stranded row that another replayed: its own Worker has nothing left to do, unless it is at it. */
function rowDone(state: State, id: number): void {
  const owner = state.workers[id];
  if (owner?.stack[0] === "stranded") state.workers = state.workers.with(id, rested(owner, ["done"]));
}

/** On to what stands beneath, with some places first. */
export function goOn(
  world: World,
  state: State,
  index: number,
  changes: Partial<Omit<Worker, "stack">> = {},
  first: Worker["stack"] = [],
): void {
  const worker = state.workers[index];
  if (!worker) return;
  const stack = [...first, ...worker.stack.slice(1)];
  state.workers = state.workers.with(index, { ...worker, ...changes, stack });
  if (stack[0] === "finish") finish(world, state, index);
}

export function clockOf({ world, state, index }: Pick<Turn, "world" | "state" | "index">): number {
  return world.scenario.behind.includes(index) ? Math.max(0, state.time - 1) : state.time;
}

/** The time that the call's request came, where its Worker goes by that. */
export function startOf(turn: Turn): number {
  const { worker, world } = turn;
  return world.rules.fixedNow && worker.startedAt >= 0 ? worker.startedAt : clockOf(turn);
}

export const periodOf = (turn: Turn): number => periodAt(turn.world, startOf(turn));

/** Made anew for each send: what is sent after a fall-back differs from what was sent before. */
export const nonceOf = ({ state, worker }: Turn): number => worker.tries + (state.older === "used" ? 10 : 0);

/**
 * One message: answered; answered and doubled; or lost or late, when the Worker sends it again or does `otherwise`.
 */
export function send<M extends Message, R>(
  { world, state, index, emit }: Turn,
  label: string,
  message: M,
  run: (world: World, state: State, message: M) => R,
  answer: (state: State, reply: R) => void,
  otherwise: { label: string; changes: Partial<Worker> } | null = null,
): void {
  emit(label, false, (next) => answer(next, run(world, next, message)));
  if (state.left.late === 0) return;
  const strays = (next: State) => {
    next.left = { ...next.left, late: next.left.late - 1 };
    next.messages = [...next.messages, message];
  };
  // A network that doubles a reserve whose first copy was refused is excluded by assumption.
  if (message.op !== "reserve") {
    emit(`${label}; a copy is late`, true, (next) => {
      const reply = run(world, next, message);
      strays(next);
      answer(next, reply);
    });
  }
  emit(`${label}: no answer, late or lost`, true, (next) => {
    strays(next);
    if (message.op === "reserve") {
      change(next, index, { stack: ["reserve"], unanswered: true, startedAt: message.now });
    }
  });
  if (otherwise) {
    emit(`${label}: no answer, late or lost; ${otherwise.label}`, true, (next) => {
      strays(next);
      change(next, index, otherwise.changes);
    });
  }
}
