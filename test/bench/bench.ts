import { parseArgs } from "node:util";
import { hasRedisServer } from "../../src/local/redis/redis-server.ts";
import { KINDS } from "./calls.ts";
import { asJson, table, type Figure } from "./figures.ts";
import { growthTable, measureGrowth } from "./growth.ts";
import { measureOpenStreams } from "./open-streams.ts";
import { BUDGET_COUNTS } from "./organization.ts";
import { startPinnedRedis } from "./pinned-redis.ts";
import { profileCalls, selfTimes } from "./profile.ts";
import { bestRound, RESERVE_AIMS } from "./reserve-rounds.ts";
import { startBenchRig, type BenchRig } from "./rig.ts";
import { measureAlone, measureRounds } from "./rounds.ts";
import { measureStartUp } from "./start-up.ts";
import { warmUp } from "./warm-up.ts";

// npm run bench

const HELP = `Measures the Worker as deployed, on workerd alone, beside a bare Worker that only passes calls on.

  npm run bench -- [--quick] [--json]
  npm run bench -- --growth [--quick] [--json]
  npm run bench -- --profile

  --quick    fewer rounds, fewer streams
  --json     one line of JSON per figure
  --growth   in place of the table: what a call costs with more streams, budgets, keys and open holds
  --profile  in place of the table: the functions that take most of V8's time

Needs redis-server and redis-benchmark on the PATH, and Linux. Stores, provider and client are processes of their own, so
CPU is that of workerd alone, in all of its threads, background work after the answer included. Rounds go to both Workers
in turn and the median counts: on a busy machine both are slower, and their ratio stays near. Latencies and calls per second
are of everything on this machine together. Billed commands are counted by Redis, as Upstash would bill them.`;

const { values } = parseArgs({
  options: {
    quick: { type: "boolean", default: false },
    json: { type: "boolean", default: false },
    growth: { type: "boolean", default: false },
    profile: { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  },
});
const { quick } = values;
const BUDGETS = [{ unit: "usd", limit: "1000000", period: "month" }];
/** Of one round: a stream costs as much as some unary calls. Shorter ones would measure how a burst of calls begins and ends. */
const CALLS = { unary: 300, stream: 250, "stream, usage hidden": 250 } as const;
const SHOWN_FUNCTIONS = 30;

if (values.help) console.log(HELP);
else if (!hasRedisServer()) throw new Error("redis-server isn't on the PATH");
else await bench();

async function bench(): Promise<void> {
  progress("starting stores, provider and both Workers");
  const rig = await startBenchRig();
  try {
    const { secret } = await rig.makeKey({ name: "bench", budgets: BUDGETS });
    progress("warming up");
    await warmUp(rig, secret);
    if (values.growth) {
      const points = await measureGrowth(rig, { quick, progress }, secret);
      console.log(
        values.json ? points.map((point) => JSON.stringify(point)).join("\n") : growthTable(points),
      );
    } else if (values.profile) await showProfiles(rig, secret);
    else show([...(await measureCalls(rig, secret)), ...(await measureReserves())]);
  } finally {
    await rig.stop();
  }
}

async function measureCalls(rig: BenchRig, secret: string): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const kind of KINDS) {
    for (const connections of [1, 16]) {
      progress(`${kind}, ${connections} connections`);
      const rounds = quick ? 3 : 9;
      figures.push(...(await measureRounds(rig, { kind, connections, count: CALLS[kind], rounds, secret })));
    }
  }
  progress("calls alone");
  figures.push(...(await measureAlone(rig, secret, quick ? 10 : 30)));
  progress("open streams");
  figures.push(...(await measureOpenStreams(rig, secret, quick ? 200 : 1_000)));
  progress("start-up");
  figures.push(...(await measureStartUp(rig, quick ? 3 : 7)));
  return figures;
}

async function measureReserves(): Promise<Figure[]> {
  const redis = await startPinnedRedis();
  try {
    const figures: Figure[] = [];
    for (const budgets of BUDGET_COUNTS) {
      progress(`reserves, ${budgets} budgets`);
      const options = { holds: 1_000, requests: 20_000, rounds: quick ? 1 : 3 };
      const { load } = await bestRound(redis, budgets, options);
      const name = `reserve script, ${budgets} budget${budgets === 1 ? "" : "s"}`;
      // Of its core, whoever else has a share of that.
      const perCpuSecond = 1e6 / load.cpuUs;
      figures.push(
        { name, unit: "per s of Redis's CPU", value: perCpuSecond, aim: { least: RESERVE_AIMS[budgets] } },
        { name: `${name}, by the clock`, unit: "per s", value: load.perSecond },
      );
    }
    return figures;
  } finally {
    await redis.stop();
  }
}

async function showProfiles(rig: BenchRig, secret: string): Promise<void> {
  for (const { kind, profile } of await profileCalls(rig, secret, progress)) {
    console.log(`${kind}: ms of the function itself`);
    for (const { name, ms } of selfTimes(profile).slice(0, SHOWN_FUNCTIONS))
      console.log(`${ms.toFixed(1).padStart(9)}  ${name}`);
  }
}

function show(figures: Figure[]): void {
  console.log(values.json ? figures.map(asJson).join("\n") : table(figures));
}

function progress(line: string): void {
  process.stderr.write(`${line}\n`);
}
