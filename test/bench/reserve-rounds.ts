import type { ReserveInput } from "../../src/store/admission.ts";
import { counterKey, holdsKey } from "../../src/store/keys.ts";
import { parseCounter } from "../../src/store/packed.ts";
import { RESERVE } from "../../src/store/scripts/reserve.ts";
import { createStore } from "../../src/store/store.ts";
import { drive, RANDOM, type Load } from "./load.ts";
import { amountOf, prepare, type BudgetCount } from "./organization.ts";
import type { PinnedRedis } from "./pinned-redis.ts";

// Rounds of the reserve script alone, each checked: what was admitted is what is held.

export const HOLD_COUNTS = [10, 1_000, 100_000] as const;
export const RESERVE_AIMS: Record<BudgetCount, number> = { 1: 45_000, 4: 30_000, 12: 16_000 };
/** Before twelve digits: within some weeks from the call's time on. */
const LEASE_END_HEAD = "2";
const LEAST_ADMITTED = 0.999;

export interface ReserveRound {
  load: Load;
  /** Of the requests, the share that was admitted. */
  admitted: number;
}

/** The best of some rounds: what else the machine does can only slow one down. */
export async function bestRound(
  redis: PinnedRedis,
  budgets: BudgetCount,
  { holds, requests, rounds }: { holds: number; requests: number; rounds: number },
): Promise<ReserveRound> {
  let best: ReserveRound | undefined;
  for (let i = 0; i < rounds; i++) {
    // What a round adds to a row of many holds doesn't matter; of few it would be all.
    if (i === 0 || holds < requests) await redis.run(["FLUSHALL"]);
    const round = await measure(redis, budgets, { holds, requests, name: `round-${i}` });
    if (!best || round.load.perSecond > best.load.perSecond) best = round;
  }
  if (!best) throw new Error("no round was run");
  return best;
}

/** `name`: ids of other rounds begin otherwise, since two that begin in the same second may draw the same numbers. */
async function measure(
  redis: PinnedRedis,
  budgets: BudgetCount,
  { holds, requests, name }: { holds: number; requests: number; name: string },
): Promise<ReserveRound> {
  const input = await prepare(createStore(redis.run, noSleep), budgets);
  for (let i = 0; (await open(redis, input)) < holds; i++) {
    await drive(
      redis,
      await commandOf(redis, { ...input, holdId: `${name}-early-${i}_${RANDOM}` }),
      Math.min(holds, 20_000),
    );
  }
  const before = await stateOf(redis, input);
  const command = await commandOf(redis, { ...input, holdId: `${name}_${RANDOM}` });
  const load = await drive(redis, command, requests);
  const after = await stateOf(redis, input);

  const admitted = after.open - before.open;
  input.lines.forEach((line, i) => {
    const held = (after.held[i] ?? 0) - (before.held[i] ?? 0);
    if (held !== admitted * amountOf(line))
      throw new Error(`${line.counter} holds ${held} for ${admitted} calls`);
  });
  if (admitted < LEAST_ADMITTED * load.requests) {
    throw new Error(`only ${admitted} of ${load.requests} were admitted`);
  }
  return { load, admitted: admitted / load.requests };
}

/**
 * The command that the store sends, with the script's digest as this Redis knows it, and another lease end in each request:
 * holds of different moments have different ones, and Redis sorts them by name where they are the same.
 */
async function commandOf(redis: PinnedRedis, input: ReserveInput): Promise<string[]> {
  let sent: string[] = [];
  const store = createStore((command) => {
    sent = command.map(String);
    return Promise.resolve(["cold"]);
  }, noSleep);
  await store.reserve(input);
  const digest = String(await redis.run(["SCRIPT", "LOAD", RESERVE]));
  const rest = sent.slice(2);
  const at = rest.indexOf(String(input.nowMs + input.leaseMs));
  if (at === -1) throw new Error("the reserve has no lease end where one can be drawn");
  return ["EVALSHA", digest, ...rest.with(at, `${LEASE_END_HEAD}${RANDOM}`)];
}

async function open(redis: PinnedRedis, { organizationId }: ReserveInput): Promise<number> {
  return Number(await redis.run(["ZCARD", holdsKey(organizationId)]));
}

async function stateOf(redis: PinnedRedis, input: ReserveInput): Promise<{ open: number; held: number[] }> {
  const keys = input.lines.map(({ counter }) => counterKey(input.organizationId, counter));
  const counters = (await redis.run(["MGET", ...keys])) as string[];
  return { open: await open(redis, input), held: counters.map((value) => parseCounter(value).held) };
}

function noSleep(): Promise<void> {
  return Promise.resolve();
}
