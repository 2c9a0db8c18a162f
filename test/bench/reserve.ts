import { parseArgs } from "node:util";
import { hasRedisServer } from "../../src/local/redis/redis-server.ts";
import type { ReserveInput } from "../../src/store/admission.ts";
import { counterKey, holdsKey } from "../../src/store/keys.ts";
import { parseCounter } from "../../src/store/packed.ts";
import { RESERVE } from "../../src/store/scripts/reserve.ts";
import { createStore } from "../../src/store/store.ts";
import { CLIENTS, drive, PIPELINE, RANDOM, type Load } from "./load.ts";
import { amountOf, BUDGET_COUNTS, prepare, type BudgetCount } from "./organization.ts";
import { startPinnedRedis, type PinnedRedis } from "./pinned-redis.ts";

// npm run bench:reserve

const HELP = `Measures the reserve script on a redis-server of its own, on one core.

  npm run bench:reserve -- [--requests <n>] [--rounds <n>] [--budgets <n>] [--holds <n>] [--json]

  --requests  of one round (default 20000)
  --rounds    of each row; the best one counts (default 3)
  --budgets   only calls under so many budgets: ${BUDGET_COUNTS.join(", ")}
  --holds     only with so many holds open as a round begins: 10, 1000, 100000
  --json      one line of JSON per row

Needs redis-server and redis-benchmark on the PATH; with taskset they get a core each. ${CLIENTS} clients, pipelines of ${PIPELINE}.
A call is what the gate sends for the key of a person (1 budget), of a team (4), of a team for a named customer (12).
Every request has a hold id of its own, drawn at random: two in about two thousand million are the same, and such a
duplicate sets nothing aside. A round counts only if at least 99.9 % of its requests were admitted: as many holds as that
are open afterwards, and each counter holds as much as they asked for. cpu: what the server computes for one call, in
microseconds, which doesn't depend on what else the machine does. billed: commands that Upstash charges for one call.`;

const HOLD_COUNTS = [10, 1_000, 100_000] as const;
const AIMS: Record<BudgetCount, number> = { 1: 45_000, 4: 30_000, 12: 16_000 };
/** Before twelve digits: within some weeks from the call's time on. */
const LEASE_END_HEAD = "2";
const LEAST_ADMITTED = 0.999;

const { values } = parseArgs({
  options: {
    requests: { type: "string", default: "20000" },
    rounds: { type: "string", default: "3" },
    budgets: { type: "string" },
    holds: { type: "string" },
    json: { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  },
});

if (values.help) console.log(HELP);
else if (!hasRedisServer()) throw new Error("redis-server isn't on the PATH");
else await benchmark();

async function benchmark(): Promise<void> {
  const redis = await startPinnedRedis();
  try {
    if (!values.json) {
      console.log(redis.isPinned ? "server and client on a core each" : "not pinned to cores");
      console.log("budgets  open holds  calls/s     aim  cpu us  admitted  billed");
    }
    for (const budgets of only(BUDGET_COUNTS, values.budgets)) {
      for (const holds of only(HOLD_COUNTS, values.holds)) {
        const { load, admitted } = await bestRound(redis, budgets, holds);
        const row = { budgets, holds, aim: AIMS[budgets], admitted, ...load };
        console.log(values.json ? JSON.stringify(row) : shown(row));
      }
    }
  } finally {
    await redis.stop();
  }
}

function only<T extends number>(all: readonly T[], wanted: string | undefined): readonly T[] {
  return wanted === undefined ? all : all.filter((each) => each === Number(wanted));
}

async function bestRound(redis: PinnedRedis, budgets: BudgetCount, holds: number) {
  let best: { load: Load; admitted: number } | undefined;
  for (let i = 0; i < Number(values.rounds); i++) {
    // What a round adds to a row of many holds doesn't matter; of few it would be all.
    if (i === 0 || holds < Number(values.requests)) await redis.run(["FLUSHALL"]);
    const round = await measure(redis, budgets, { holds, name: `round-${i}` });
    if (!best || round.load.perSecond > best.load.perSecond) best = round;
  }
  if (!best) throw new Error("no round was run");
  return best;
}

/** `name`: ids of other rounds begin otherwise, since two that begin in the same second may draw the same numbers. */
async function measure(
  redis: PinnedRedis,
  budgets: BudgetCount,
  { holds, name }: { holds: number; name: string },
) {
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
  const load = await drive(redis, command, Number(values.requests));
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

function shown({ budgets, holds, aim, admitted, perSecond, cpuUs, billedPerCall }: Row): string {
  return [
    String(budgets).padStart(7),
    String(holds).padStart(12),
    perSecond.toFixed(0).padStart(9),
    String(aim).padStart(8),
    cpuUs.toFixed(1).padStart(8),
    `${(admitted * 100).toFixed(2)} %`.padStart(10),
    billedPerCall.toFixed(2).padStart(8),
  ].join("");
}
type Row = Load & { budgets: BudgetCount; holds: number; aim: number; admitted: number };
