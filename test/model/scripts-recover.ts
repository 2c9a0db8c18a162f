import { counterIn, putCounter, rolled } from "./counters.ts";
import {
  epochOf,
  fail,
  type Counter,
  type OpenMessage,
  type RebuildMessage,
  type Sequence,
  type State,
  type TrimMessage,
} from "./state.ts";
import type { World } from "./world.ts";

// src/store/scripts/drain.ts and recover.ts, step by step: the outbox, epochs, counters made anew.

export function trim({ rules }: World, state: State, { tags, last, count }: TrimMessage): void {
  const { meta, outbox } = state;
  if (!meta) return;
  const goes = outbox.map((entry) => (rules.trimById ? tags.includes(entry.tag) : entry.seq <= last));
  const firstKept = goes.indexOf(false);
  const removed = outbox.filter((_, i) => (rules.trimPrefix ? firstKept === -1 || i < firstKept : goes[i]));
  const newest = removed.at(-1);
  state.outbox = outbox.filter((entry) => !removed.includes(entry));
  const moves = newest && newest.seq > meta.trimmed;
  state.meta = {
    ...meta,
    out: Math.max(0, meta.out - removed.length),
    trimCount: removed.length > 0 ? Math.max(meta.trimCount, count) : meta.trimCount,
    ...(moves ? { trimmed: newest.seq, tag: newest.tag } : {}),
  };
}

/** Returns the epoch in force; 0 where there is none and this one had its time. */
export function open(world: World, state: State, { opening }: OpenMessage): number {
  const { rules, scenario } = world;
  const { meta } = state;
  const { lost, suspicion, condemned } = opening;
  if (lost >= 0 && !state.holds[lost]) state.leases = state.leases.with(lost, null);
  if (rules.openOnce && opening.epoch <= state.begun) return meta?.epoch ?? 0;
  if (meta && suspicion && rules.confirm && !isBehind(world, state, suspicion)) return meta.epoch;
  if (meta && (rules.condemn ? meta.epoch !== condemned : meta.epoch >= opening.epoch)) return meta.epoch;
  if (meta && state.left.memory === scenario.losses)
    fail("false alarm: a new epoch though Redis lost nothing");
  const epoch = rules.newEpoch ? opening.epoch : 1;
  state.begun = epoch;
  state.meta = {
    epoch,
    n: 0,
    now: 0,
    out: state.outbox.length,
    trimmed: 0,
    tag: "-",
    births: 0,
    trimCount: 0,
  };
  state.truths = state.truths.map((truth, id) => {
    if (truth.state === "h" && state.unhealed) return { ...truth, forgotten: true };
    const books = state.postgres.ledger[id];
    return books?.s || books?.l ? { ...truth, forgotten: false } : truth;
  });
  state.unhealed = false;
  return epoch;
}

/** Whether Redis, as it is now, doesn't know the watermark's entry. Looks through the first batch only. */
function isBehind({ scenario }: World, state: State, { seq, tag }: { seq: Sequence; tag: string }): boolean {
  const { meta, outbox } = state;
  if (!meta || meta.epoch < epochOf(seq)) return true;
  if (meta.epoch !== epochOf(seq) || meta.trimmed > seq || meta.tag === tag) return false;
  return !outbox.slice(0, scenario.batch).some((entry) => entry.tag === tag);
}

export type RebuildReply =
  | { readonly kind: "cold" }
  | { readonly kind: "again" | "ok"; readonly epoch: number };

export function rebuild(world: World, state: State, { op, snapshot }: RebuildMessage): RebuildReply {
  const { rules, scenario } = world;
  const { meta, outbox } = state;
  if (!meta) return { kind: "cold" };
  const again: RebuildReply = { kind: "again", epoch: meta.epoch };
  if (rules.rebuildEpoch && snapshot.epoch !== meta.epoch) return again;
  const isOld = meta.trimmed > snapshot.watermark || (rules.rebuildCount && meta.trimCount > snapshot.count);
  if (rules.rebuildTrimmed && isOld) return again;
  if (rules.rebuildKnows && isBehind(world, state, { seq: snapshot.watermark, tag: snapshot.tag }))
    return again;
  if (outbox.length > scenario.batch) return again;
  if (rules.rebuildOld && outbox.some((entry) => epochOf(entry.seq) < meta.epoch)) return again;

  const made = snapshot.totals.filter(
    ({ budget }) => op === "refresh" || !rules.rebuildPresent || !counterIn(state, budget),
  );
  const isLater = (budget: number, period: number) =>
    outbox.some(({ lines }) => lines.some((line) => line.budget === budget && line.period > period));
  if (rules.latestPeriod && made.some(({ budget, period }) => isLater(budget, period))) return again;

  if (op === "refresh" && made.some(({ budget, period }) => (counterIn(state, budget)?.period ?? 0) > period))
    return again;

  let { n, births } = meta;
  for (const { budget, period, spent } of made) {
    let beyond = 0;
    for (const entry of outbox) {
      if (!rules.outboxInRebuild || entry.seq <= snapshot.watermark) continue;
      for (const line of entry.lines)
        if (line.budget === budget && line.period === period) beyond += line.delta;
    }
    const stands = counterIn(state, budget);
    if (op === "refresh" && stands) {
      refreshCounter(world, state, { budget, stands: rolled(stands, period), spent: spent + beyond });
      continue;
    }
    if (rules.bornApart) births += 1;
    else n += 1;
    putCounter(state, budget, {
      epoch: meta.epoch,
      born: rules.bornApart ? births : n,
      period,
      spent: spent + beyond,
      held: 0,
    });
  }
  state.meta = { ...meta, n, births };
  return { kind: "ok", epoch: meta.epoch };
}

/** Sets a standing counter's spent to what the ledger and the outbox say, and keeps what is held. */
function refreshCounter(
  { scenario }: World,
  state: State,
  { budget, stands, spent }: { budget: number; stands: Counter; spent: number },
): void {
  if (stands.spent !== spent && state.left.memory === scenario.losses) {
    fail(`law 1: a refresh finds ${stands.spent} in place of ${spent} though Redis lost nothing`);
  }
  putCounter(state, budget, { ...stands, spent });
}
