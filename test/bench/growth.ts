import { drive, type Call } from "./client.ts";
import { callOf, type Kind } from "./calls.ts";
import { median } from "./figures.ts";
import { openStreams } from "./open-streams.ts";
import { addHolds, addKeys } from "./population.ts";
import { cpuMs } from "./process-stats.ts";
import { perCall } from "./rounds.ts";
import type { BenchRig } from "./rig.ts";

// How the cost of a call grows with what there is: each point beside the bare Worker, which says how busy the machine is.

export interface Point {
  series: string;
  size: number;
  cpuUs: number;
  /** To the bare Worker's, in the same moment. */
  ratio: number;
  redisUs: number;
  roundTrips: number;
}

export interface GrowthOptions {
  quick: boolean;
  progress: (line: string) => void;
}

/** Calls of one measurement, and how often it is made. */
const CALLS = 120;
const ROUNDS = 3;
/** The keys that call, of however many there are: an isolate has these in memory, as those of its region are. */
const CALLING_KEYS = 120;

export async function measureGrowth(
  rig: BenchRig,
  { quick, progress }: GrowthOptions,
  secret: string,
): Promise<Point[]> {
  const points: Point[] = [];
  const sizes = (all: number[]) => (quick ? all.slice(0, -1) : all);
  const add = async (series: string, size: number, load: Load) => {
    progress(`${series}: ${size}`);
    const point = { series, size, ...(await measure(rig, load)) };
    points.push(point);
    progress(growthLine(point));
  };
  const stream = { connections: 16, count: CALLS, kind: "stream" as const };
  for (const size of sizes([1, 10, 100, 1_000])) {
    progress(`opening ${size} streams`);
    const opened = await openStreams(rig, rig.tollgate, secret, size);
    await add("streams open beside", size, { ...stream, callOf: () => callOf("stream", secret) });
    await opened.end();
    await rig.quiet();
  }
  const unary = { connections: 16, count: CALLS, kind: "unary" as const };
  for (const size of sizes([1, 4, 12])) {
    const budgets = Array.from({ length: size }, (_, i) => ({
      unit: "usd",
      limit: "1000000",
      period: `${i + 1}d`,
    }));
    const key = await rig.makeKey({ name: `${size} budgets`, budgets });
    await add("budgets of a call", size, { ...unary, callOf: () => callOf("unary", key.secret) });
  }
  const secrets: string[] = [];
  for (const size of sizes([1, 100, 10_000, 100_000])) {
    secrets.push(...(await addKeys(rig, { from: secrets.length, to: size })));
    const calls = secrets.slice(-CALLING_KEYS).map((each) => callOf("unary", each));
    const [first] = calls;
    if (!first) throw new Error("no keys");
    await add("keys", size, { ...unary, callOf: (i) => calls[i % calls.length] ?? first });
  }
  let holds = 0;
  for (const size of sizes([10, 1_000, 100_000])) {
    await addHolds(rig, { from: holds, to: size });
    holds = size;
    await add("open holds", size, { ...unary, callOf: () => callOf("unary", secret) });
  }
  return points;
}

interface Load {
  connections: number;
  count: number;
  kind: Kind;
  callOf: (index: number) => Call;
}

async function measure(rig: BenchRig, { connections, count, kind, callOf: make }: Load) {
  // What a key's first call costs is no matter of how many there are.
  await drive(rig.tollgate.url, make, { connections: Math.min(connections, 16), count });
  await rig.quiet();
  const before = await rig.counts();
  const rounds: { cpuUs: number; bareUs: number }[] = [];
  for (let i = 0; i < ROUNDS; i++) {
    const start = [cpuMs(rig.bare.pid), cpuMs(rig.tollgate.pid)] as const;
    await drive(rig.bare.url, () => callOf(kind, "none"), { connections, count });
    await drive(rig.tollgate.url, make, { connections, count });
    await rig.quiet();
    const us = (pid: number, from: number) => ((cpuMs(pid) - from) * 1_000) / count;
    rounds.push({ cpuUs: us(rig.tollgate.pid, start[1]), bareUs: us(rig.bare.pid, start[0]) });
  }
  const { scriptUs, roundTrips } = perCall(before, await rig.counts(), ROUNDS * count);
  return {
    cpuUs: median(rounds.map(({ cpuUs }) => cpuUs)),
    ratio: median(rounds.map(({ cpuUs, bareUs }) => cpuUs / bareUs)),
    redisUs: scriptUs,
    roundTrips,
  };
}

export function growthTable(points: readonly Point[]): string {
  return [HEAD, ...points.map(growthLine)].join("\n");
}

const HEAD = `${" ".repeat(20)}     size   CPU us   to bare  Redis us  round trips`;

function growthLine({ series, size, cpuUs, ratio, redisUs, roundTrips }: Point): string {
  return [
    series.padEnd(20),
    String(size).padStart(8),
    cpuUs.toFixed(0).padStart(8),
    `${ratio.toFixed(2)} x`.padStart(9),
    redisUs.toFixed(0).padStart(9),
    roundTrips.toFixed(2).padStart(12),
  ].join(" ");
}
