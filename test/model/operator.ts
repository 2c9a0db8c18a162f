import type { State, Worker } from "./state.ts";
import { change, type Turn } from "./steps.ts";
import { counterIn } from "./counters.ts";
import { bookedLines, resetId, upTo, type World } from "./world.ts";

// What an operator asks for while calls go on: a void, a reset, a look at the budgets, a repair, another replay.

export function operatorStep(turn: Turn): void {
  const { world, state, worker } = turn;
  if (worker.left === 0) return;
  switch (world.scenario.operator) {
    case "void":
      for (const id of upTo(world.scenario.calls)) voidStep(turn, id);
      return;
    case "reset":
      begin(turn, "begins a reset", { stack: ["close", "idle"], mode: "reset", id: resetId(world) });
      return;
    case "read":
      if (!state.meta) {
        const opening = { epoch: 0, condemned: 0, suspicion: null, lost: -1 };
        begin(turn, "reads budgets", { stack: ["take epoch", "idle"], opening });
      } else if (upTo(world.scenario.budgets).some((budget) => !counterIn(state, budget))) {
        begin(turn, "reads budgets", { stack: ["snapshot", "catch up", "idle"], epoch: state.meta.epoch });
      }
      return;
    case "refresh":
      begin(turn, "begins a repair", { stack: ["whole", "refresh snapshot", "idle"] });
      return;
    case "replay":
      replayStep(turn);
      return;
    case null:
      return;
  }
}

function begin({ worker, who, index, emit }: Turn, what: string, changes: Partial<Worker>): void {
  emit(`${who} ${what}`, false, (next) => change(next, index, { ...changes, left: worker.left - 1 }));
}

/** Of what Redis shows lapsed, or the ledger shows where Redis has it no more. */
function voidStep(turn: Turn, id: number): void {
  const periods = lapsedPeriods(turn.world, turn.state, id);
  if (periods) begin(turn, `begins to void ${id}`, { stack: ["close", "idle"], mode: "void", id, periods });
}

function lapsedPeriods({ scenario }: World, state: State, id: number): number[] | null {
  const hold = state.holds[id];
  const books = state.postgres.ledger[id];
  if (hold ? hold.state !== "l" : !books?.l) return null;
  const lines = hold ? hold.lines : books ? bookedLines(books) : [];
  return upTo(scenario.budgets).map((budget) => lines.find((line) => line.budget === budget)?.period ?? 0);
}

function replayStep(turn: Turn): void {
  for (const [id, owner] of turn.state.workers.entries()) {
    if (!owner.stranded || id >= turn.world.scenario.calls) continue;
    const { cost, periods } = owner;
    begin(turn, `replays the stranded settle of ${id}`, {
      stack: ["close", "idle"],
      mode: "settle",
      id,
      cost,
      periods,
      stranded: true,
    });
  }
}
