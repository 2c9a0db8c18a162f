import { join } from "node:path";
import { parseArgs } from "node:util";
import type { Backend, Statement } from "../../src/local/postgres/backend.ts";
import { embedded } from "../../src/local/postgres/embedded.ts";
import { external } from "../../src/local/postgres/external.ts";
import { type Harness, startHarness } from "../control/harness.ts";
import { quantile } from "../corpus/quantile.ts";
import { PROJECT } from "../support/made-once.ts";
import { bookingMs } from "./booking.ts";
import { END_MS, INSERT, TOTALS, WITH_TRIGGER, WITHOUT_TRIGGER } from "./many-entries.ts";
import { startOwnPostgres } from "./own-postgres.ts";
import { type Plan, planOf } from "./plan.ts";
import { LEDGER_QUERIES, type Query, USAGE_QUERIES } from "./usage-queries.ts";

// npm run bench:usage

const HELP = `Measures /usage and /ledger over a ledger of many entries.

  npm run bench:usage -- [--rows <n>] [--rounds <n>] [--database <postgres://…>] [--only <text>] [--json]

  --rows      entries in the ledger (default 1000000): 90 days, 40 keys, 10 models, 2000 customers, 13 tags
  --rounds    of each query (default 15)
  --database  an empty one, or one that an earlier run filled; else a server of the benchmark's own, from Debian's postgresql, else the embedded one
  --only      queries whose path has this text
  --json      one line of JSON per row

ms: of the whole call, over HTTP to Postgres as on Cloudflare. rows: read by the query's last statement, thrown away ones
too. The last line is what one entry costs a drain that books 1,000 with 2 budgets each.`;

const CHUNK = 20_000;
const MIGRATIONS = join(PROJECT, "drizzle");

const { values } = parseArgs({
  options: {
    rows: { type: "string", default: "1000000" },
    rounds: { type: "string", default: "15" },
    database: { type: "string" },
    only: { type: "string", default: "" },
    json: { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  },
});

if (values.help) console.log(HELP);
else await benchmark();

async function benchmark(): Promise<void> {
  const own = values.database === undefined ? await startOwnPostgres() : null;
  const url = values.database ?? own?.url;
  const backend = url === undefined ? await embedded() : external(url);
  const asked: Statement[] = [];
  const heard: Backend = { ...backend, run: (statement) => (asked.push(statement), backend.run(statement)) };
  try {
    await backend.migrate(MIGRATIONS);
    if ((await entriesIn(backend)) === 0) await load(backend, Number(values.rows));
    const harness = await startHarness(heard);
    harness.clock.nowMs = END_MS;
    if (!values.json)
      console.log("query                                        p50 ms  p95 ms      rows  read");
    for (const query of [...USAGE_QUERIES, ...LEDGER_QUERIES].filter(({ path }) =>
      path.includes(values.only),
    )) {
      const { p50, p95 } = await timesOf(harness, query);
      const row = { ...query, p50, p95, ...(await planOfLast(backend, asked)) };
      console.log(values.json ? JSON.stringify(row) : shown(row));
    }
    const perEntryMs = await bookingMs(harness.database);
    console.log(
      values.json ? JSON.stringify({ perEntryMs }) : `booking: ${perEntryMs.toFixed(3)} ms an entry`,
    );
    await harness.close();
  } finally {
    await own?.stop();
  }
}

async function entriesIn(backend: Backend): Promise<number> {
  const { rows } = await backend.run({ text: "select count(*) from ledger_entries", params: [] });
  return Number(rows[0]?.[0]);
}

async function load(backend: Backend, rows: number): Promise<void> {
  await backend.exec(WITHOUT_TRIGGER);
  for (let from = 0; from < rows; from += CHUNK) {
    const to = Math.min(from + CHUNK, rows) - 1;
    await backend.run({ text: INSERT, params: [from, to, rows].map(String) });
    process.stderr.write(`\rloaded ${to + 1} of ${rows}`);
  }
  process.stderr.write("\nsumming up\n");
  await backend.exec(TOTALS);
  await backend.exec(WITH_TRIGGER);
  await backend.exec("vacuum analyze");
}

async function timesOf(harness: Harness, { path }: Query): Promise<{ p50: number; p95: number }> {
  const times: number[] = [];
  for (let round = -1; round < Number(values.rounds); round++) {
    const startedAt = performance.now();
    const { status, text } = await harness.call("GET", path);
    if (status !== 200) throw new Error(`${path}: ${status} ${text}`);
    if (round >= 0) times.push(performance.now() - startedAt); // The first warms what is cold.
  }
  return { p50: quantile(times, 0.5), p95: quantile(times, 0.95) };
}

/** Of the statement of a call that reads the ledger or its totals. */
async function planOfLast(backend: Backend, asked: Statement[]): Promise<Plan> {
  const statement = asked.findLast(({ text }) => /from "?(ledger_entries|usage_totals)/.test(text));
  if (!statement) throw new Error("the call read no ledger");
  const { rows } = await backend.run({
    ...statement,
    text: `explain (analyze, format json) ${statement.text}`,
  });
  asked.length = 0;
  return planOf(rows[0]?.[0] ?? "");
}

function shown({ name, p50, p95, rows, read }: Query & Plan & { p50: number; p95: number }): string {
  const numbers = [p50.toFixed(1).padStart(7), p95.toFixed(1).padStart(8), String(rows).padStart(10)];
  return `${name.padEnd(43)} ${numbers.join("")}  ${read.join(", ")}`;
}
