import { counterIn, includesHold, putCounter, rolled } from "./counters.ts";
import {
  epochOf,
  fail,
  sequence,
  type Entry,
  type EntryLine,
  type Hold,
  type HoldState,
  type LapseMessage,
  type RenewMessage,
  type Sequence,
  type SettleLine,
  type SettleMessage,
  type State,
} from "./state.ts";
import { lapseCharges, upTo, type World } from "./world.ts";

// src/store/scripts/settle.ts and lapse.ts, step by step: what ends a hold.

export type SettleReply =
  | { readonly kind: "cold" | "not lapsed" }
  | { readonly kind: "lost" | "missing"; readonly epoch: number }
  | { readonly kind: "unknown"; readonly epoch: number; readonly now: number }
  | { readonly kind: "ok"; readonly seq: Sequence };

export function settle(world: World, state: State, message: SettleMessage): SettleReply {
  const { rules } = world;
  const { meta } = state;
  const { id, mode } = message;
  if (!meta) return { kind: "cold" };
  const stored = state.holds[id] ?? null;
  const hold = stored && rules.holdEpoch && epochOf(stored.at) !== meta.epoch ? null : stored;
  if (hold?.state === "s" || hold?.state === "r") {
    return mode === "void" ? { kind: "not lapsed" } : { kind: "ok", seq: hold.seq };
  }
  if (mode === "void" && hold?.state === "v") return { kind: "ok", seq: hold.seq };
  if (rules.lostHold && !stored && state.leases[id] !== null) return { kind: "lost", epoch: meta.epoch };
  const booked = isFresh(world, state, message) ? message.booked : null;
  const asks = mode === "release" ? rules.releaseUnknown : rules.unknown;
  if (!hold && !booked && asks) return { kind: "unknown", epoch: meta.epoch, now: meta.now };
  if (mode === "void" && hold && hold.state !== "l") return { kind: "not lapsed" };
  if (mode === "reset" && message.lines.some(({ budget }) => !counterIn(state, budget))) {
    return { kind: "missing", epoch: meta.epoch };
  }
  return close(world, state, message, hold, booked?.amount ?? 0);
}

function isFresh(world: World, { meta }: State, { booked }: SettleMessage): boolean {
  if (!booked || !meta) return false;
  const { rules } = world;
  if (rules.bookedEpoch && booked.epoch !== meta.epoch) return false;
  return !rules.bookedFresh || meta.now < booked.now + world.scenario.lease;
}

function close(
  world: World,
  state: State,
  message: SettleMessage,
  hold: Hold | null,
  booked: number,
): SettleReply {
  const { mode, id } = message;
  const missed = hold?.lines.find(({ budget }) => !message.lines.some((line) => line.budget === budget));
  if (missed) fail(`the settle of ${id} lacks a line of its hold`);
  const charged = hold
    ? hold.state === "l" && world.rules.correctLapse
      ? chargeOf(world, hold)
      : 0
    : booked;
  const to = mode === "settle" ? message.amount : 0;
  const lines = message.lines.map((line) => closeLine(world, state, mode, line, hold));
  const silent =
    mode === "release" &&
    (hold ? hold.state === "h" : charged === 0 && message.lines.every((l) => l.booked === 0));
  const seq = silent
    ? 0
    : append(
        world,
        state,
        { kind: mode === "void" ? "v" : "s", id, to, delta: to - charged, lines },
        message.nonce,
      );
  const { meta } = state;
  if (!meta) fail("a script lost the meta value");
  const leaseEnd =
    hold?.leaseEnd ??
    (world.rules.bookedFresh ? Math.max(message.now, meta.now) : message.now) + world.scenario.lease;
  const next: HoldState = silent ? "r" : mode === "void" ? "v" : "s";
  state.holds = state.holds.with(id, {
    state: next,
    at: sequence(meta.epoch, meta.n),
    after: 0,
    leaseEnd,
    seq,
    amount: hold?.amount ?? 0,
    lines: mode === "void" && hold ? hold.lines : [],
  });
  state.leases = state.leases.with(id, leaseEnd);
  const before = state.truths[id];
  // A call that was dispatched costs what it costs, whoever voids what.
  state.truths = state.truths.with(id, {
    state: next,
    amounts: upTo(world.scenario.budgets).map((budget) => lines.find((l) => l.budget === budget)?.to ?? 0),
    periods: upTo(world.scenario.budgets).map(
      (budget) => lines.find((l) => l.budget === budget)?.period ?? before?.periods[budget] ?? 0,
    ),
    forgotten: false,
  });
  return { kind: "ok", seq };
}

/** One budget's part: its counter moved, and what the entry says of it. */
function closeLine(
  { rules, scenario }: World,
  state: State,
  mode: SettleMessage["mode"],
  line: SettleLine,
  hold: Hold | null,
): EntryLine {
  const { budget } = line;
  const known = hold?.lines.find((own) => own.budget === budget);
  const period =
    mode === "reset" ? (counterIn(state, budget)?.period ?? line.period) : (known?.period ?? line.period);
  const lapsed = known && hold?.state === "l" && (scenario.charges[budget] ?? true) && rules.correctLapse;
  const prior = hold ? (lapsed ? known.amount : 0) : line.booked;
  const stands = counterIn(state, budget);
  // A reset takes back what was spent, whatever that is when it comes.
  const to = mode === "settle" ? line.actual : mode === "reset" ? prior - (stands?.spent ?? 0) : 0;
  const delta = to - prior;
  if (!stands) {
    if (!rules.skipMissing && state.meta) {
      const { epoch, n } = state.meta;
      putCounter(state, budget, { epoch, born: n + 1, period, spent: delta, held: 0 });
    }
    return { budget, period, to, delta };
  }
  const counter = rules.settleRolls ? rolled(stands, period) : stands;
  if (counter.period === period || !rules.ownPeriod) {
    const gives = known && hold?.state === "h" && (!rules.bornCheck || includesHold(counter, hold));
    const held = counter.held - (gives ? known.amount : 0);
    putCounter(state, budget, { ...counter, spent: counter.spent + delta, held });
  }
  return { budget, period, to, delta };
}

/** In money: one budget that charges is enough. */
function chargeOf(world: World, hold: Hold): number {
  return hold.lines.some(({ budget }) => lapseCharges(world, budget)) ? hold.amount : 0;
}

function append({ rules }: World, state: State, draft: Omit<Entry, "seq" | "tag">, nonce: number): Sequence {
  const { meta } = state;
  if (!meta) fail("a script appended without a meta value");
  const n = meta.n + 1;
  const seq = sequence(meta.epoch, n);
  state.meta = { ...meta, n, out: meta.out + 1 };
  const tag = `${seq}/${draft.id}${draft.kind}/${draft.delta}${rules.nonce ? `/${nonce}` : ""}`;
  state.outbox = [...state.outbox, { ...draft, seq, tag }];
  return seq;
}

export type LapseReply =
  | { readonly kind: "cold" | "ok" }
  | { readonly kind: "lost"; readonly epoch: number }
  | { readonly kind: "unknown"; readonly epoch: number; readonly now: number };

export function lapse(world: World, state: State, message: LapseMessage): LapseReply {
  const { rules } = world;
  const { meta } = state;
  const { id, now, asked } = message;
  if (!meta) return { kind: "cold" };
  const hold = state.holds[id];
  if (!hold) {
    const leaseEnd = state.leases[id] ?? null;
    if (leaseEnd === null || leaseEnd > now) return { kind: "ok" };
    if (rules.lostHold) return { kind: "lost", epoch: meta.epoch };
    state.leases = state.leases.with(id, null);
    return { kind: "ok" };
  }
  if (hold.leaseEnd > now) return { kind: "ok" };
  const isOurs = !rules.holdEpoch || epochOf(hold.at) === meta.epoch;
  const answer = asked?.epoch === meta.epoch ? asked.any : null;
  if (hold.state !== "h" || (!isOurs && answer === true)) {
    if (rules.sweepNow) state.meta = { ...meta, now: Math.max(meta.now, hold.leaseEnd) };
    state.holds = state.holds.with(id, null);
    state.leases = state.leases.with(id, null);
    return { kind: "ok" };
  }
  if (!isOurs && answer === null) return { kind: "unknown", epoch: meta.epoch, now: meta.now };
  charge(world, state, hold, message);
  return { kind: "ok" };
}

function charge(world: World, state: State, hold: Hold, { id, now, nonce }: LapseMessage): void {
  const { rules, scenario } = world;
  const lines = hold.lines.map(({ budget, period, amount }) => {
    const to = lapseCharges(world, budget) ? amount : 0;
    const stands = counterIn(state, budget);
    if (stands) {
      const counter = rules.lapseRolls ? rolled(stands, period) : stands;
      if (counter.period === period || !rules.ownPeriod) {
        const gives = !rules.bornCheck || includesHold(counter, hold);
        const held = counter.held - (gives ? amount : 0);
        putCounter(state, budget, { ...counter, spent: counter.spent + to, held });
      }
    }
    return { budget, period, to, delta: to };
  });
  const to = chargeOf(world, hold);
  const seq = append(world, state, { kind: "l", id, to, delta: to, lines }, nonce);
  const { meta } = state;
  if (!meta) fail("a script lost the meta value");
  state.meta = { ...meta, now: Math.max(meta.now, now) };
  const leaseEnd = rules.lapseStays ? now + world.scenario.lease : hold.leaseEnd;
  state.holds = state.holds.with(id, { ...hold, state: "l", at: seq, seq, leaseEnd });
  state.leases = state.leases.with(id, leaseEnd);
  const truth = state.truths[id];
  if (truth?.state === "h") {
    const amounts = upTo(scenario.budgets).map((budget) => lines.find((l) => l.budget === budget)?.to ?? 0);
    state.truths = state.truths.with(id, { ...truth, state: "l", amounts, forgotten: false });
  }
}

/** A held hold of this epoch whose call still runs gets a later lease end. Nothing else changes. */
export function renew(world: World, state: State, { id, now }: RenewMessage): void {
  const hold = state.holds[id];
  if (!state.meta || hold?.state !== "h" || epochOf(hold.at) !== state.meta.epoch) return;
  const leaseEnd = now + world.scenario.lease;
  if (leaseEnd <= hold.leaseEnd) return;
  state.holds = state.holds.with(id, { ...hold, leaseEnd });
  state.leases = state.leases.with(id, leaseEnd);
}
