import { book, takeSnapshot, type BookReply } from "./ledger.ts";
import { open, rebuild, trim } from "./scripts-recover.ts";
import type { Head, Meta, State, Worker } from "./state.ts";
import { change, goOn, isCall, isOperator, periodOf, send, type Turn } from "./steps.ts";
import { budgetsOf, resetId, upTo, type World } from "./world.ts";

// src/ledger/drain.ts, rebuild.ts and open.ts: what a Worker does about the outbox and the counters. Who has the drain
// is left out: it can always be taken over, and what two at once may do is more than what one may.

export function takeHead({ scenario }: World, { outbox }: State, meta: Meta): Head {
  const { epoch, tag, out } = meta;
  return { epoch, tag, out, length: outbox.length, entries: outbox.slice(0, scenario.batch) };
}

/** Reads the outbox for the drain that stands at the top of the stack. */
export function read({ world, index, who, worker, emit }: Turn, stack: Worker["stack"] = worker.stack): void {
  emit(`${who} drain: reads the outbox`, false, (state) => {
    if (state.meta)
      change(state, index, { stack: ["book", ...stack], head: takeHead(world, state, state.meta) });
    else {
      const opening = { epoch: 0, condemned: 0, suspicion: null, lost: -1 };
      change(state, index, { stack: ["take epoch", ...stack], opening });
    }
  });
}

export function bookStep(turn: Turn): void {
  const { worker, who } = turn;
  const { head } = worker;
  if (!head) return;
  send(turn, `${who} drain: transaction`, { op: "book", head }, book, (state, reply) =>
    booked(turn, state, head, reply),
  );
}

function booked({ world, index, worker }: Turn, state: State, head: Head, reply: BookReply): void {
  const ok = reply.kind === "ok";
  const isWhole = head.entries.length === head.length;
  const [, parent, ...rest] = worker.stack;
  let stack: Worker["stack"] = worker.stack.slice(1);
  let tries = worker.tries;
  let epoch = worker.epoch;
  if (parent === "await") {
    const kind = worker.mode === "void" ? "v" : "s";
    const own =
      reply.kind !== "fenced" && head.entries.some((entry) => entry.id === worker.id && entry.kind === kind);
    if (own || (isWhole && !world.rules.neither)) stack = ["finish"];
    else if (isWhole) {
      stack = rest; // In neither place: it is settled again.
      tries += 1;
    }
  } else if (parent === "whole" && ok && isWhole) stack = rest;
  const trims: Worker["stack"] = ok && head.entries.length > 0 ? ["trim"] : [];
  if (ok && parent === "catch up") {
    // The rebuild comes before the trim: while it runs, Redis still has what was booked.
    epoch = head.epoch;
    stack = ["snapshot", ...trims, ...stack];
  } else if (ok) stack = [...trims, ...stack];
  else stack = ["take epoch", ...stack];
  const suspicion = reply.kind === "suspect" ? reply.watermark : null;
  change(state, index, {
    stack: ["book", ...stack],
    tries,
    epoch,
    seq: stack.includes("await") ? worker.seq : 0,
    head: trims.length > 0 ? head : null,
    count: trims.length > 0 ? state.postgres.count : 0,
    opening: ok ? null : { epoch: 0, condemned: head.epoch, suspicion, lost: -1 },
  });
  goOn(world, state, index);
}

export function trimStep(turn: Turn): void {
  const { world, worker, who, index } = turn;
  const { head } = worker;
  const last = head?.entries.at(-1);
  if (!head || !last) return;
  const tags = head.entries.map(({ tag }) => tag);
  send(turn, `${who} drain: trim`, { op: "trim", tags, last: last.seq, count: worker.count }, trim, (state) =>
    goOn(world, state, index, { head: null, count: 0 }),
  );
}

export function snapshotStep(turn: Turn, next: "rebuild" | "refresh"): void {
  const { world, worker, index, who, emit } = turn;
  const budgets = isCall(world, index)
    ? budgetsOf(world, worker.id)
    : worker.id === resetId(world)
      ? [0]
      : upTo(world.scenario.budgets);
  emit(`${who} ${next}: snapshot`, false, (state) => {
    const asked = budgets.map((budget) => {
      const stands = next === "refresh" ? state.counters[budget] : null;
      return { budget, period: Math.max(periodOf(turn), stands?.period ?? 0) };
    });
    const epoch = next === "refresh" ? (state.meta?.epoch ?? 0) : worker.epoch;
    goOn(world, state, index, { snapshot: takeSnapshot(world, state, epoch, asked) }, [next]);
  });
}

export function rebuildStep(turn: Turn, op: "rebuild" | "refresh"): void {
  const { world, worker, index, who } = turn;
  const { snapshot } = worker;
  if (!snapshot) return;
  send(turn, `${who} ${op}: script`, { op, snapshot }, rebuild, (state, reply) => {
    const epoch = reply.kind === "cold" ? worker.epoch : reply.epoch;
    if (op === "refresh") {
      const first: Worker["stack"] = reply.kind === "again" ? ["whole", "refresh snapshot"] : [];
      goOn(world, state, index, { snapshot: null }, first);
      return;
    }
    if (reply.kind === "ok") {
      const at = worker.stack.indexOf("catch up");
      change(state, index, { stack: worker.stack.filter((_, i) => i !== at) });
    }
    goOn(world, state, index, { snapshot: null, epoch });
  });
}

export function openStep(turn: Turn): void {
  const { world, worker, index, who } = turn;
  const { opening } = worker;
  if (!opening) return;
  send(turn, `${who} open: script`, { op: "open", opening }, open, (state, epoch) => {
    // The background's Worker knows no epoch: it asks each time.
    const known = isCall(world, index) || isOperator(world, index) ? epoch : 0;
    goOn(world, state, index, { opening: null, epoch: known });
  });
}
