import { callOf, type Kind } from "./calls.ts";
import { drive, type Driven } from "./client.ts";
import { median, percentile, type Figure } from "./figures.ts";
import { cpuMs } from "./process-stats.ts";
import type { BenchRig, Server, StoreCounts } from "./rig.ts";

// What a call costs, in rounds of both Workers in turn: a machine that does other work slows both, and the ratio stays.

export interface RoundsOptions {
  kind: Kind;
  connections: number;
  /** Calls of one round. */
  count: number;
  rounds: number;
  secret: string;
}

/** Of the ratio of CPU to the bare Worker's. */
const CPU_AIMS: Record<Kind, number> = { unary: 3.1, stream: 2, "stream, usage hidden": 4.5 };
const ALONE_AIMS = { commands: 14 };
const LOADED_AIMS = { commands: 10, transactions: 0.1 };

interface Round {
  driven: Driven;
  cpuUs: number;
}

/** The figures of one kind of call at so many connections. */
export async function measureRounds(rig: BenchRig, options: RoundsOptions): Promise<Figure[]> {
  const { kind, connections, count, rounds, secret } = options;
  const call = callOf(kind, secret);
  const round = async (server: Server): Promise<Round> => {
    const before = cpuMs(server.pid);
    const driven = await drive(server.url, () => call, { connections, count });
    if (server === rig.tollgate) await rig.quiet();
    return { driven, cpuUs: ((cpuMs(server.pid) - before) * 1_000) / count };
  };
  const bare: Round[] = [];
  const ours: Round[] = [];
  const before = await rig.counts();
  for (let i = 0; i < rounds; i++) {
    bare.push(await round(rig.bare));
    ours.push(await round(rig.tollgate));
  }
  const stores = perCall(before, await rig.counts(), rounds * count);

  const name = (what: string) => `${kind}, ${connections} conn.: ${what}`;
  const of = (read: (round: Round) => number) => ({
    value: median(ours.map(read)),
    bare: median(bare.map(read)),
  });
  const added = (read: (timing: Driven["timings"][number]) => number, percent: number) => {
    const { value, bare } = of(({ driven }) => percentile(driven.timings.map(read), percent));
    return value - bare;
  };
  // What metering adds to a stream's beginning, without the reserve before it.
  const firstEvent = (percent: number): Figure => ({
    name: name(`first chunk's way from the provider, p${percent}`),
    unit: "ms",
    ...of(({ driven }) =>
      percentile(
        driven.timings.map(({ firstEventMs = Number.NaN }) => firstEventMs),
        percent,
      ),
    ),
  });
  const loaded = connections > 1;
  return [
    {
      name: name("CPU"),
      unit: "us",
      ...of(({ cpuUs }) => cpuUs),
      aim: { most: CPU_AIMS[kind] },
      ofRatio: true,
    },
    { name: name("latency added, p50"), unit: "ms", value: added(({ wholeMs }) => wholeMs, 50) },
    { name: name("latency added, p99"), unit: "ms", value: added(({ wholeMs }) => wholeMs, 99) },
    { name: name("first byte added, p50"), unit: "ms", value: added(({ firstByteMs }) => firstByteMs, 50) },
    ...(kind === "unary" ? [] : [firstEvent(50), firstEvent(99)]),
    { name: name("calls"), unit: "per s", ...of(({ driven }) => (count * 1_000) / driven.tookMs) },
    { name: name("Redis round trips"), unit: "", value: stores.roundTrips },
    {
      name: name("billed commands"),
      unit: "",
      value: stores.commands,
      ...(loaded && { aim: { most: LOADED_AIMS.commands } }),
    },
    { name: name("Redis in scripts"), unit: "us", value: stores.scriptUs },
    { name: name("Postgres statements"), unit: "", value: stores.statements },
    {
      name: name("Postgres transactions"),
      unit: "",
      value: stores.transactions,
      ...(loaded && { aim: { most: LOADED_AIMS.transactions } }),
    },
  ];
}

export function perCall(before: StoreCounts, after: StoreCounts, calls: number): StoreCounts {
  const each = (name: keyof StoreCounts) => (after[name] - before[name]) / calls;
  return {
    roundTrips: each("roundTrips"),
    commands: each("commands"),
    statements: each("statements"),
    transactions: each("transactions"),
    scriptUs: each("scriptUs"),
  };
}

/** What the stores count for a call that is alone: nothing else is on its way. */
export async function measureAlone(rig: BenchRig, secret: string, calls: number): Promise<Figure[]> {
  const before = await rig.counts();
  for (let i = 0; i < calls; i++) {
    await drive(rig.tollgate.url, () => callOf("unary", secret), { connections: 1, count: 1 });
    await rig.quiet();
  }
  const { roundTrips, commands, statements, transactions } = perCall(before, await rig.counts(), calls);
  const name = (what: string) => `a call alone: ${what}`;
  return [
    { name: name("Redis round trips"), unit: "", value: roundTrips },
    { name: name("billed commands"), unit: "", value: commands, aim: { most: ALONE_AIMS.commands } },
    { name: name("Postgres statements"), unit: "", value: statements },
    { name: name("Postgres transactions"), unit: "", value: transactions },
  ];
}
