import { counterIn, putCounter, rolled } from "./counters.ts";
import { fail, sequence, type Counter, type HoldLine, type ReserveMessage, type State } from "./state.ts";
import { AMOUNT, amountIn, budgetsOf, isHard, periodAt, upTo, type World } from "./world.ts";

// src/store/scripts/reserve.ts, step by step.

export type ReserveReply =
  | { readonly kind: "cold" | "late" | "refused" }
  | { readonly kind: "stale" | "missing" | "lost"; readonly epoch: number }
  | {
      readonly kind: "again" | "ok";
      readonly holds: boolean;
      readonly granted: number;
      readonly lines: readonly HoldLine[];
    };

export function reserve(world: World, state: State, message: ReserveMessage): ReserveReply {
  const { rules, scenario } = world;
  const { meta } = state;
  const { id, now } = message;
  if (!meta) return { kind: "cold" };
  if (rules.reserveEpoch && message.epoch !== meta.epoch) return { kind: "stale", epoch: meta.epoch };

  const before = state.holds[id];
  if (before && rules.retryReserve && (before.state !== "r" || rules.tombstone)) {
    return { kind: "again", holds: before.state === "h", granted: before.amount, lines: before.lines };
  }
  if (rules.lateReserve && now + world.scenario.lease <= meta.now) return { kind: "late" };

  const budgets = budgetsOf(world, id);
  const counters: [number, Counter][] = [];
  for (const budget of budgets) {
    const counter = counterIn(state, budget);
    if (!counter) return { kind: "missing", epoch: meta.epoch };
    counters.push([budget, rolled(counter, periodAt(world, now))]);
  }

  const granted = grantOf(world, counters);
  for (const [budget, { spent, held }] of counters) {
    if (isHard(world, budget) && spent + held + amountIn(world, budget, granted) > scenario.limit) {
      return { kind: "refused" };
    }
  }
  if (rules.lostHold && !before && state.leases[id] !== null) return { kind: "lost", epoch: meta.epoch };

  const lines: HoldLine[] = [];
  for (const [budget, counter] of counters) {
    const amount = amountIn(world, budget, granted);
    putCounter(state, budget, { ...counter, held: counter.held + amount });
    lines.push({ budget, period: counter.period, amount });
  }
  state.meta = { ...meta, now: Math.max(meta.now, now) };
  const at = sequence(meta.epoch, meta.n);
  const after = rules.bornApart ? meta.births : meta.n;
  state.holds = state.holds.with(id, {
    state: "h",
    at,
    after,
    leaseEnd: now + world.scenario.lease,
    seq: 0,
    amount: granted,
    lines,
  });
  state.leases = state.leases.with(id, now + world.scenario.lease);
  setAside(world, state, id, lines);
  return { kind: "ok", holds: true, granted, lines };
}

/** The whole amount, or all that is left where that is at least the least. */
function grantOf({ scenario }: World, counters: [number, Counter][]): number {
  let room = Number.POSITIVE_INFINITY;
  for (const [budget, { spent, held }] of counters) {
    const isMoney = (scenario.fixed[budget] ?? null) === null;
    if (isMoney && !scenario.soft.includes(budget)) room = Math.min(room, scenario.limit - spent - held);
  }
  return AMOUNT <= room || room < scenario.least ? AMOUNT : room;
}

/** Law 3: what was admitted fits, by what is true and not by what Redis says. */
function setAside(world: World, state: State, id: number, lines: readonly HoldLine[]): void {
  const { scenario } = world;
  const all = upTo(scenario.budgets);
  const amounts = all.map((budget) => lines.find((line) => line.budget === budget)?.amount ?? 0);
  const periods = all.map((budget) => lines.find((line) => line.budget === budget)?.period ?? 0);
  for (const { budget, period, amount } of lines) {
    let load = 0;
    for (const [other, truth] of state.truths.entries()) {
      if (other !== id && !truth.forgotten && truth.periods[budget] === period)
        load += truth.amounts[budget] ?? 0;
    }
    if (isHard(world, budget) && load + amount > scenario.limit) {
      fail(`law 3: admitted call ${id} over ${load} on budget ${budget}, limit ${scenario.limit}`);
    }
  }
  state.truths = state.truths.with(id, { state: "h", amounts, periods, forgotten: false });
}
