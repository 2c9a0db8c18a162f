import { ask, nextEpoch } from "./ledger.ts";
import { lapse, renew, settle, type LapseReply, type SettleReply } from "./scripts-close.ts";
import { reserve, type ReserveReply } from "./scripts-reserve.ts";
import { takeHead } from "./drains.ts";
import type { HoldLine, LapseMessage, SettleLine, SettleMessage, State, Worker } from "./state.ts";
import { change, clockOf, finish, goOn, nonceOf, periodOf, send, startOf, type Turn } from "./steps.ts";
import { budgetsOf, upTo, type World } from "./world.ts";

// src/gate/admit.ts, src/ledger/close.ts, lapse.ts and open.ts: what a Worker does about one hold.

export function reserveStep(turn: Turn): void {
  const { id, epoch } = turn.worker;
  send(
    turn,
    `${turn.who} reserve`,
    { op: "reserve", id, now: startOf(turn), epoch },
    reserve,
    (state, reply) => reserved(turn, state, reply),
    { label: "gives up", changes: { stack: ["close"], mode: "release", unanswered: false } },
  );
}

function reserved({ world, index, worker }: Turn, state: State, reply: ReserveReply): void {
  const again = (changes: Partial<Worker>, ...stack: Worker["stack"]) =>
    change(state, index, { ...changes, stack: [...stack, "reserve"] });
  switch (reply.kind) {
    case "cold":
      again({ opening: condemnation() }, "take epoch");
      return;
    case "stale":
      again({ epoch: reply.epoch });
      return;
    case "missing":
      again({ epoch: reply.epoch }, "snapshot", "catch up");
      return;
    case "lost":
      again({ opening: condemnation(reply.epoch, worker.id) }, "take epoch");
      return;
    case "ok":
    case "again":
      if (reply.holds) {
        const { granted } = reply;
        change(state, index, {
          stack: ["dispatch"],
          periods: periodsOf(world, reply.lines),
          granted,
          unanswered: false,
        });
        return;
      }
      break;
    case "late":
    case "refused":
      break;
  }
  // Not admitted, and a copy may be on its way: without a release it would hold money for nobody.
  if (worker.unanswered && world.rules.releaseRefused) {
    change(state, index, { stack: ["close"], mode: "release", unanswered: false });
  } else finish(world, state, index);
}

function periodsOf({ scenario }: World, lines: readonly HoldLine[]): number[] {
  return upTo(scenario.budgets).map((budget) => lines.find((line) => line.budget === budget)?.period ?? 0);
}

export const condemnation = (condemned = 0, lost = -1): NonNullable<Worker["opening"]> => ({
  epoch: 0,
  condemned,
  suspicion: null,
  lost,
});

/** What a call costs is known at once: nothing else can tell when. */
export function dispatchStep({ world, index, who, emit }: Turn): void {
  for (const cost of world.scenario.costs) {
    if (cost === "r") {
      emit(`${who} provider refuses`, false, (state) =>
        change(state, index, { stack: ["close"], mode: "release" }),
      );
    } else {
      emit(`${who} call costs ${cost}`, false, (state) =>
        change(state, index, { stack: ["close"], mode: "settle", cost }),
      );
    }
  }
}

export function closeStep(turn: Turn): void {
  const { world, worker, who, index } = turn;
  const { mode, asked, id } = worker;
  const told = asked ? ` (booked ${asked.amount})` : "";
  const strands = world.scenario.strands && mode === "settle" && !worker.stranded;
  send(
    turn,
    `${who} ${mode}${told}`,
    closeMessage(turn),
    settle,
    (state, reply) => closed(turn, state, reply),
    strands
      ? { label: "strands", changes: { stack: ["stranded"], stranded: true, asked: null, seq: 0, tries: 0 } }
      : null,
  );
  if (worker.left > 0 && mode === "settle" && worker.stack.length === 1 && world.scenario.renewals > 0) {
    send(turn, `${who} renews its lease`, { op: "renew", id, now: clockOf(turn) }, renew, (state) =>
      change(state, index, { left: worker.left - 1 }),
    );
  }
}

function closeMessage(turn: Turn): SettleMessage {
  const { world, worker } = turn;
  const { id, mode, asked } = worker;
  const lines: SettleLine[] = budgetsOf(world, id).map((budget) => ({
    budget,
    // A correction counts where what it corrects was counted.
    period:
      asked?.lines.findLast((line) => line.budget === budget)?.period ??
      worker.periods?.[budget] ??
      periodOf(turn),
    actual: mode === "settle" ? (world.scenario.fixed[budget] ?? worker.cost ?? 0) : 0,
    booked: (asked?.lines ?? []).reduce((sum, line) => sum + (line.budget === budget ? line.amount : 0), 0),
  }));
  return {
    op: "settle",
    mode,
    id,
    now: clockOf(turn),
    amount: mode === "settle" ? (worker.cost ?? 0) : 0,
    lines,
    booked: asked && { amount: asked.amount, epoch: asked.epoch, now: asked.now },
    nonce: nonceOf(turn),
  };
}

function closed({ world, index, worker }: Turn, state: State, reply: SettleReply): void {
  switch (reply.kind) {
    case "cold":
      change(state, index, { stack: ["take epoch", ...worker.stack], opening: condemnation() });
      return;
    case "lost":
      change(state, index, {
        stack: ["take epoch", ...worker.stack],
        opening: condemnation(reply.epoch, worker.id),
      });
      return;
    case "missing":
      change(state, index, { stack: ["snapshot", "catch up", ...worker.stack], epoch: reply.epoch });
      return;
    case "unknown":
      change(state, index, {
        stack: ["whole", "ask", ...worker.stack],
        asking: { epoch: reply.epoch, now: reply.now },
      });
      return;
    case "not lapsed":
      finish(world, state, index);
      return;
    case "ok":
      if (reply.seq === 0 || (worker.stranded && !world.rules.strandDone)) finish(world, state, index);
      else change(state, index, { stack: ["await", ...worker.stack], seq: reply.seq, asked: null });
      return;
  }
}

/** Waits until its entry is in Postgres: it was trimmed, or this Worker drains. */
export function awaitStep({ world, state, worker, index, who, emit }: Turn): void {
  const { meta } = state;
  const { seq, id } = worker;
  const hold = state.holds[id];
  const outcome = worker.mode === "void" ? "v" : "s";
  const isOurs =
    Math.floor(seq / 100) === meta?.epoch &&
    hold?.seq === seq &&
    (hold.state === outcome || !world.rules.doneByState);
  if (meta && seq <= meta.trimmed && (isOurs || !world.rules.doneById)) {
    emit(`${who} sees its entry trimmed`, false, (next) => finish(world, next, index));
    return;
  }
  emit(`${who} drain: reads the outbox`, false, (next) => {
    if (next.meta)
      change(next, index, { stack: ["book", ...worker.stack], head: takeHead(world, next, next.meta) });
    // Cold: its entry is gone with the rest.
    else if (world.rules.neither) goOn(world, next, index, { seq: 0, tries: worker.tries + 1 });
    else finish(world, next, index);
  });
}

export function askStep({ world, worker, index, who, emit }: Turn): void {
  emit(`${who} asks Postgres what is booked`, false, (state) => {
    if (!worker.asking) return;
    const asked = ask(world, state, worker.id, worker.asking);
    const isVoid = worker.mode === "void" && worker.stack.includes("close");
    const nothing = asked.amount === 0 && asked.lines.every(({ amount }) => amount === 0);
    // A reset that is booked is done, also where there was nothing to take back.
    const isDone = worker.mode === "reset" && worker.stack.includes("close") && asked.any;
    if (isDone) finish(world, state, index);
    else if (isVoid && ((asked.settled && world.rules.voidSettled) || !asked.any || nothing))
      finish(world, state, index);
    else goOn(world, state, index, { asked, asking: null });
  });
}

export function takeEpochStep({ world, worker, index, who, emit }: Turn): void {
  emit(`${who} open: takes an epoch`, false, (state) => {
    const opening = worker.opening ?? condemnation();
    goOn(world, state, index, { opening: { ...opening, epoch: nextEpoch(state) } }, ["open"]);
  });
}

/** A hold whose lease has ended, or ends now: time moves on to it. */
export function lapseStep(turn: Turn, id: number): void {
  const { state, worker, who } = turn;
  const leaseEnd = state.holds[id]?.leaseEnd ?? state.leases[id] ?? 0;
  const now = Math.max(clockOf(turn), leaseEnd);
  const asked = worker.asked && { epoch: worker.asked.epoch, any: worker.asked.any };
  const message: LapseMessage = { op: "lapse", id, now, asked, nonce: nonceOf(turn) };
  const told = asked ? ` (${asked.any ? "booked" : "not booked"})` : "";
  send(
    turn,
    `${who} lapse or sweep of ${id}${told}`,
    message,
    (world, next, sent) => {
      next.time = Math.max(next.time, now);
      return lapse(world, next, sent);
    },
    (next, reply) => lapsed(turn, next, id, reply),
  );
}

function lapsed({ world, index }: Turn, state: State, id: number, reply: LapseReply): void {
  switch (reply.kind) {
    case "cold":
      change(state, index, { id, stack: ["take epoch", "lapse", "idle"], opening: condemnation() });
      return;
    case "lost":
      change(state, index, {
        id,
        asked: null,
        stack: ["take epoch", "idle"],
        opening: condemnation(reply.epoch, id),
      });
      return;
    case "unknown":
      change(state, index, {
        id,
        stack: ["whole", "ask", "lapse", "idle"],
        asking: { epoch: reply.epoch, now: reply.now },
        asked: null,
      });
      return;
    case "ok":
      finish(world, state, index);
      return;
  }
}
