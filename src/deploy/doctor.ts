// `npm run doctor`: looks over a deployment's stores, and says what to mend.

import { setTimeout as sleep } from "node:timers/promises";
import { type Config, parseEnv } from "../env.ts";
import { reasonOf } from "../local/postgres/explain.ts";
import { PROVIDERS } from "../providers/registry.ts";
import { openRedis } from "../store/redis.ts";
import { openStores } from "../wiring.ts";
import { fail, readArguments, say } from "./command.ts";
import { type Finding, line } from "./doctor/finding.ts";
import { checkPostgres } from "./doctor/postgres.ts";
import { checkRedis } from "./doctor/redis.ts";
import { rehearse } from "./doctor/rehearsal.ts";
import { checkWorker } from "./doctor/worker.ts";
import { readVars, VARS_FILE } from "./vars.ts";

const USAGE = `Checks the settings and both stores, and runs one call through the real scripts on a name of its own, which is gone after.

  npm run doctor
  npm run doctor -- --url https://tollgate.example.workers.dev

  --url URL     the deployed Worker too: its own distance to the stores, and its admin key
  --vars FILE   where the settings stand, if not in the environment (${VARS_FILE})
  --json        for machines

Ends with 1 if something fails.
`;
const OPTIONS = {
  help: { type: "boolean", short: "h" },
  url: { type: "string" },
  vars: { type: "string", default: VARS_FILE },
  json: { type: "boolean" },
} as const;

process.exitCode = await main();

async function main(): Promise<number> {
  const asked = readArguments(OPTIONS, USAGE);
  if (typeof asked === "string") return fail(asked);
  if (asked.help) return say(USAGE);
  if (asked.url !== undefined && !URL.canParse(asked.url)) return fail(`--url is no URL\n\n${USAGE}`);

  const findings: Finding[] = [];
  const found = (some: Finding[]) => {
    findings.push(...some);
    if (!asked.json) for (const each of some) console.log(line(each));
  };
  const parsed = parseEnv(readVars(asked.vars, process.env));
  if ("problems" in parsed) {
    const fix = `Set them in the environment or in ${asked.vars}`;
    found(
      parsed.problems.map(({ setting, detail }) => ({
        about: "settings",
        level: "fail",
        says: `${setting} ${detail}`,
        fix,
      })),
    );
  } else {
    found([settings(parsed.config)]);
    await checkStores(parsed.config, found);
    if (asked.url !== undefined) found(await checkWorker(asked.url, parsed.config.ADMIN_KEY));
  }
  if (asked.json) console.log(JSON.stringify(findings, null, 2));
  return findings.some(({ level }) => level === "fail") ? 1 : 0;
}

function settings({ providers }: Config): Finding {
  const names = PROVIDERS.map(({ name }) => name).filter((name) => {
    const { apiKey, aws, serviceAccount } = providers[name] ?? {};
    return apiKey !== undefined || aws !== undefined || serviceAccount !== undefined;
  });
  if (names.length > 0)
    return { about: "settings", level: "ok", says: `credentials for ${names.join(", ")}` };
  const fix = "Set OPENAI_API_KEY or another, or PUT one at /api/v1/providers";
  return { about: "settings", level: "warn", says: "no provider has a credential", fix };
}

async function checkStores(config: Config, found: (some: Finding[]) => void): Promise<void> {
  const stores = openStores(config, (milliseconds) => sleep(milliseconds));
  const { books } = stores;
  const database = await stores.database();
  const redis = await checkRedis(config);
  found(redis);
  const postgres = await checkPostgres(database, config.DATABASE_URL);
  found(postgres);
  const isUsable = (some: Finding[]) => some.length > 1 && some.every(({ level }) => level !== "fail");
  if (!isUsable(postgres) || redis.length === 1) return;
  const org = `doctor_${books.nonce()}`;
  const causes: unknown[] = [];
  const heard = {
    ...books,
    report: (_: string, details: Record<string, unknown>) => causes.push(details["cause"]),
  };
  try {
    const finding = await rehearse(heard, { database, run: openRedis(config).run, org });
    const cause = causes.find((each) => each !== undefined);
    found([cause === undefined ? finding : { ...finding, says: `${finding.says}: ${reasonOf(cause)}` }]);
  } catch (error) {
    const says = `a call can't be booked: ${reasonOf(error)}`;
    found([{ about: "books", level: "fail", says, fix: "May the token of Redis write, and run scripts?" }]);
  }
}
