import type { Config } from "../../env.ts";
import { openRedis, type Redis, type RunCommand } from "../../store/redis.ts";
import { clockFinding, type Finding, median } from "./finding.ts";

const ABOUT = "redis";
const PINGS = 9;
/** Two of a call's round trips go there. */
const SLOW_MS = 50;

/** What Redis is, how far away, and whether it may forget what it was told. */
export async function checkRedis(config: Config): Promise<Finding[]> {
  const redis = openRedis(config);
  const { run } = redis;
  try {
    await run(["PING"]);
  } catch (error) {
    const fix = "Compare UPSTASH_REDIS_REST_URL and UPSTASH_REDIS_REST_TOKEN with the database's page";
    return [{ about: ABOUT, level: "fail", says: `doesn't answer: ${shortReason(error)}`, fix }];
  }
  return [
    await latency(run),
    await version(run),
    await pipelines(redis),
    await eviction(run),
    await clock(run),
  ];
}

async function latency(run: RunCommand): Promise<Finding> {
  const times: number[] = [];
  for (let ping = 0; ping < PINGS; ping++) {
    const startedAt = performance.now();
    await run(["PING"]);
    times.push(performance.now() - startedAt);
  }
  const ms = median(times);
  const says = `answers in ${ms.toFixed(1)} ms from here (median of ${PINGS})`;
  if (ms <= SLOW_MS) return { about: ABOUT, level: "ok", says };
  const fix =
    "What counts is the Worker's own distance: run this with --url, and see [placement] in wrangler.toml";
  return { about: ABOUT, level: "warn", says, fix };
}

async function version(run: RunCommand): Promise<Finding> {
  const says = field(await info(run), "redis_version");
  return {
    about: ABOUT,
    level: "ok",
    says: says === undefined ? "doesn't tell its version" : `version ${says}`,
  };
}

/** By scripts that Redis can't know: of each it says so. */
async function pipelines({ runAll }: Redis): Promise<Finding> {
  const unknown = ["EVALSHA", "0".repeat(40), 0];
  const told = await runAll([unknown, unknown]).catch(() => []);
  const isTold = told.map((one) => "error" in one && String(one.error).includes("NOSCRIPT"));
  if (isTold.length === 2 && isTold.every(Boolean))
    return { about: ABOUT, level: "ok", says: "takes several commands in one request" };
  const fix =
    "Calls that come beside one another will each ask twice: use a server that has Upstash's /pipeline";
  return { about: ABOUT, level: "warn", says: "takes no pipelines over HTTP", fix };
}

/** An evicted counter is rebuilt, but an evicted hold or outbox is money that only Redis knew of. */
async function eviction(run: RunCommand): Promise<Finding> {
  const policy = (await configured(run)) ?? field(await info(run), "maxmemory_policy");
  if (policy === "noeviction") return { about: ABOUT, level: "ok", says: "evicts nothing when it is full" };
  if (policy !== undefined) {
    const fix = "Turn eviction off: noeviction";
    return {
      about: ABOUT,
      level: "fail",
      says: `evicts when it is full (${policy}), holds and unbooked costs too`,
      fix,
    };
  }
  const fix = "Look at the database's page: eviction must be off";
  return { about: ABOUT, level: "warn", says: "doesn't tell whether it evicts when it is full", fix };
}

async function clock(run: RunCommand): Promise<Finding> {
  const before = Date.now();
  const reply = await run(["TIME"]);
  const after = Date.now();
  const [seconds, microseconds] = Array.isArray(reply) ? reply.map(Number) : [];
  return clockFinding(ABOUT, [before, after], (seconds ?? 0) * 1_000 + (microseconds ?? 0) / 1_000);
}

async function configured(run: RunCommand): Promise<string | undefined> {
  // Managed servers keep CONFIG to themselves.
  const reply = await run(["CONFIG", "GET", "maxmemory-policy"]).catch(() => undefined);
  return Array.isArray(reply) && typeof reply[1] === "string" ? reply[1] : undefined;
}

async function info(run: RunCommand): Promise<string> {
  const reply = await run(["INFO"]).catch(() => "");
  return typeof reply === "string" ? reply : "";
}

function field(info: string, name: string): string | undefined {
  return new RegExp(`^${name}:([^\r\n]+)`, "m").exec(info)?.[1];
}

/** The client quotes the whole command behind its reason. */
function shortReason(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text.split(", command was:")[0] ?? text;
}
