import { parseArgs } from "node:util";
import { hasRedisServer } from "../../src/local/redis/redis-server.ts";
import { CLIENTS, PIPELINE, type Load } from "./load.ts";
import { BUDGET_COUNTS, type BudgetCount } from "./organization.ts";
import { startPinnedRedis } from "./pinned-redis.ts";
import { bestRound, HOLD_COUNTS, RESERVE_AIMS } from "./reserve-rounds.ts";

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
  const [requests, rounds] = [Number(values.requests), Number(values.rounds)];
  const redis = await startPinnedRedis();
  try {
    if (!values.json) {
      console.log(redis.isPinned ? "server and client on a core each" : "not pinned to cores");
      console.log("budgets  open holds  calls/s     aim  cpu us  admitted  billed");
    }
    for (const budgets of only(BUDGET_COUNTS, values.budgets)) {
      for (const holds of only(HOLD_COUNTS, values.holds)) {
        const { load, admitted } = await bestRound(redis, budgets, { holds, requests, rounds });
        const row = { budgets, holds, aim: RESERVE_AIMS[budgets], admitted, ...load };
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
