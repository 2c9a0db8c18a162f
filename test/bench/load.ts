import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { isBilled } from "../../src/local/redis/billing.ts";
import type { PinnedRedis } from "./pinned-redis.ts";

// Drives one command with redis-benchmark, which replaces RANDOM by other digits wherever it stands in each request.

export const RANDOM = "__rand_int__";
/** redis-benchmark draws below this: its random numbers have 31 bits. */
const RANDOM_RANGE = 2_147_483_647;
const DEADLINE_MS = 120_000;

export const CLIENTS = 32;
export const PIPELINE = 16;

const runFile = promisify(execFile);

export interface Load {
  requests: number;
  perSecond: number;
  /** What the server computed for one request, in microseconds. */
  cpuUs: number;
  billedPerCall: number;
}

export async function drive(redis: PinnedRedis, command: string[], requests: number): Promise<Load> {
  const options = { p: redis.port, c: CLIENTS, P: PIPELINE, n: requests, r: RANDOM_RANGE };
  const flags = Object.entries(options).flatMap(([name, value]) => [`-${name}`, String(value)]);
  const line = [...redis.clientPrefix, "redis-benchmark", ...flags, "-q", "-e", ...command];
  const [file = "", ...args] = line;
  await redis.run(["CONFIG", "RESETSTAT"]);
  const cpuMs = await redis.cpuMs();
  const { stdout } = await runFile(file, args, { timeout: DEADLINE_MS, maxBuffer: 16 * 1024 * 1024 });
  const computedMs = (await redis.cpuMs()) - cpuMs;
  const perSecond = Number([...stdout.matchAll(/([\d.]+) requests per second/g)].at(-1)?.[1]);
  if (!(perSecond > 0)) throw new Error(`redis-benchmark said: ${stdout.slice(-500)}`);
  const { sent, billed } = await commandsRun(redis, command[0] ?? "");
  return { requests: sent, perSecond, cpuUs: (computedMs * 1_000) / sent, billedPerCall: billed / sent };
}

/** What the server counted since its statistics were reset. It rounds up to whole pipelines: `sent` is the truth. */
async function commandsRun(redis: PinnedRedis, driven: string): Promise<{ sent: number; billed: number }> {
  const info = String(await redis.run(["INFO", "commandstats"]));
  const counts = [...info.matchAll(/cmdstat_([^:|]+)[^:]*:calls=(\d+)/g)].map(
    ([, name = "", calls]) => [name, Number(calls)] as const,
  );
  const sent = counts.find(([name]) => name === driven.toLowerCase())?.[1] ?? 0;
  const billed = counts.filter(([name]) => isBilled(name)).reduce((sum, [, calls]) => sum + calls, 0);
  return { sent, billed };
}
