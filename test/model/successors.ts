import {
  askStep,
  awaitStep,
  closeStep,
  dispatchStep,
  lapseStep,
  reserveStep,
  takeEpochStep,
} from "./calls.ts";
import { bookStep, openStep, read, rebuildStep, snapshotStep, trimStep } from "./drains.ts";
import { hashOf } from "./hash.ts";
import { ENDED, mustDrain } from "./laws.ts";
import { book } from "./ledger.ts";
import { memoryFaults } from "./memory.ts";
import { operatorStep } from "./operator.ts";
import { lapse, renew, settle } from "./scripts-close.ts";
import { open, rebuild, trim } from "./scripts-recover.ts";
import { reserve } from "./scripts-reserve.ts";
import type { Message, Place, State } from "./state.ts";
import { change, isCall, type Emit, type Turn } from "./steps.ts";
import { backgroundOf, rested, type World } from "./world.ts";

/** Every state that may come next. */
export function successors(world: World, state: State, emit: Emit): void {
  const { scenario } = world;
  const dispatching = state.workers.findIndex(({ stack }) => stack[0] === "dispatch");
  if (dispatching >= 0) {
    workerSteps(world, state, dispatching, emit);
    return;
  }
  for (const index of state.workers.keys()) workerSteps(world, state, index, emit);
  lateMessages(world, state, emit);
  if (state.time < scenario.time) emit("time passes", false, (next) => void (next.time += 1));
  memoryFaults(world, state, emit);
}

function workerSteps(world: World, state: State, index: number, emit: Emit): void {
  const worker = state.workers[index];
  const place = worker?.stack[0];
  if (!worker || !place) return;
  const who = isCall(world, index) ? `W${index}` : index === backgroundOf(world) ? "BG" : "OP";
  const turn: Turn = { world, state, index, worker, who, emit };
  placeStep(turn, place);
  if (state.left.deaths > 0 && isCall(world, index) && !ENDED.has(place) && place !== "dispatch") {
    emit(`${who} dies`, true, (next) => {
      next.left = { ...next.left, deaths: next.left.deaths - 1 };
      const { stranded, periods } = worker;
      change(next, index, {
        ...rested(worker, [stranded ? "stranded" : "dead"]),
        stranded,
        periods: stranded ? periods : null,
      });
    });
  }
}

function placeStep(turn: Turn, place: Place): void {
  const { world, index, worker, who, emit } = turn;
  switch (place) {
    case "new":
      if (startsInTurn(turn)) reserveStep(turn);
      return;
    case "reserve":
      reserveStep(turn);
      return;
    case "dispatch":
      dispatchStep(turn);
      return;
    case "close":
      closeStep(turn);
      return;
    case "await":
      awaitStep(turn);
      return;
    case "stranded":
      emit(`${who} replay of the stranded settle begins`, false, (next) =>
        change(next, index, { stack: ["close"] }),
      );
      return;
    case "whole":
    case "catch up":
      read(turn);
      return;
    case "book":
      bookStep(turn);
      return;
    case "trim":
      trimStep(turn);
      return;
    case "ask":
      askStep(turn);
      return;
    case "snapshot":
      snapshotStep(turn, "rebuild");
      return;
    case "refresh snapshot":
      snapshotStep(turn, "refresh");
      return;
    case "rebuild":
      rebuildStep(turn, "rebuild");
      return;
    case "refresh":
      rebuildStep(turn, "refresh");
      return;
    case "take epoch":
      takeEpochStep(turn);
      return;
    case "open":
      openStep(turn);
      return;
    case "lapse":
      lapseStep(turn, worker.id);
      return;
    case "idle":
      if (index === backgroundOf(world)) backgroundSteps(turn);
      else operatorStep(turn);
      return;
    case "finish":
    case "done":
    case "refused":
    case "dead":
      return;
  }
}

/** Calls that are alike start in their order: another order is the same with other names. */
function startsInTurn({ world, state, index }: Turn): boolean {
  const alike = world.scenario.uses === null && world.scenario.behind.length === 0;
  return !alike || index === 0 || state.workers[index - 1]?.stack[0] !== "new";
}

function backgroundSteps(turn: Turn): void {
  const { world, state } = turn;
  const { scenario } = world;
  for (const [id, hold] of state.holds.entries()) {
    const leaseEnd = hold?.leaseEnd ?? state.leases[id] ?? null;
    if (leaseEnd === null) continue;
    const lapses = !hold || hold.state === "h";
    const sweeps = scenario.sweep && Math.max(state.time, leaseEnd) <= scenario.time;
    if (lapses || sweeps) lapseStep(turn, id);
  }
  const alone = state.workers.every(({ stack }) => stack[0] !== undefined && ENDED.has(stack[0]));
  if ((scenario.background || alone) && mustDrain(world, state)) read(turn, ["whole", "idle"]);
}

function lateMessages(world: World, state: State, emit: Emit): void {
  for (const [at, message] of state.messages.entries()) {
    if (state.messages.findIndex((other) => hashOf(other) === hashOf(message)) !== at) continue;
    const about = "id" in message ? ` of ${message.id}` : "";
    emit(`late message arrives: ${message.op}${about}`, false, (next) => {
      next.messages = next.messages.filter((_, i) => i !== at);
      deliver(world, next, message);
    });
  }
}

function deliver(world: World, state: State, message: Message): void {
  switch (message.op) {
    case "reserve":
      reserve(world, state, message);
      return;
    case "settle":
      settle(world, state, message);
      return;
    case "lapse":
      lapse(world, state, message);
      return;
    case "renew":
      renew(world, state, message);
      return;
    case "trim":
      trim(world, state, message);
      return;
    case "open":
      open(world, state, message);
      return;
    case "rebuild":
    case "refresh":
      rebuild(world, state, message);
      return;
    case "book":
      book(world, state, message);
      return;
  }
}
