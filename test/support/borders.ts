import { createHash } from "node:crypto";
import type { SQL } from "drizzle-orm";
import { PgDialect } from "drizzle-orm/pg-core";
import type { Database } from "../../src/ledger/database.ts";
import type { Backend } from "../../src/local/postgres/backend.ts";
import type { RunCommand } from "../../src/store/redis.ts";
import { DRAIN, TRIM } from "../../src/store/scripts/drain.ts";
import { LAPSE } from "../../src/store/scripts/lapse.ts";
import { OPEN, REBUILD } from "../../src/store/scripts/recover.ts";
import { RENEW } from "../../src/store/scripts/renew.ts";
import { RESERVE } from "../../src/store/scripts/reserve.ts";
import { SETTLE } from "../../src/store/scripts/settle.ts";

// The two borders of a Worker, to Redis and to Postgres: every message over them has a name, and a test decides
// what becomes of it.

/** A message. `send` may be called never, once, later or twice: each is a copy that arrives. */
export interface Message {
  border: "redis" | "postgres";
  name: string;
  send(): Promise<unknown>;
}

export type Border = (message: Message) => Promise<unknown>;

const SCRIPTS = {
  reserve: RESERVE,
  settle: SETTLE,
  renew: RENEW,
  lapse: LAPSE,
  drain: DRAIN,
  trim: TRIM,
  open: OPEN,
  rebuild: REBUILD,
};

const scriptNames = new Map<unknown, string>(
  Object.entries(SCRIPTS).flatMap(([name, script]) => [
    [script, name],
    [createHash("sha1").update(script).digest("hex"), name],
  ]),
);

/** `settle`, `drain`, …; a plain command's own name in small letters. */
function commandName(command: (string | number)[]): string {
  return scriptNames.get(command[1]) ?? String(command[0]).toLowerCase();
}

const dialect = new PgDialect();

/** `book`, `booked`, `snapshot`, `next_epoch`: our functions; `strand`, `stranded`, `stranded_done`, and those of background responses and deliveries: the tables' statements. */
function statementName(statement: SQL): string {
  const text = dialect.sqlToQuery(statement).sql;
  const ours = /tollgate_(\w+)/.exec(text)?.[1];
  if (ours !== undefined) return ours;
  if (text.includes("background_responses")) return backgroundName(text);
  if (text.includes("webhook_deliveries")) return deliveryName(text);
  if (!text.includes("stranded_settles")) return "sql";
  if (text.startsWith("insert")) return "strand";
  return text.startsWith("update") ? "stranded_done" : "stranded";
}

function backgroundName(text: string): string {
  if (text.startsWith("update")) return "background_done";
  return text.includes("hold_id") ? "keep_background" : "tell_background";
}

function deliveryName(text: string): string {
  return text.includes("for update") ? "claim_deliveries" : "record_deliveries";
}

const JSONB = 3_802;

/** Past Postgres's front and driver. What isn't JSON stays text, which the ledger reads as well. */
export function runOn(backend: Backend): RunStatement {
  return async (statement) => {
    const { sql, params } = dialect.sqlToQuery(statement);
    const { fields, rows } = await backend.run({
      text: sql,
      params: params.map((param) => (param === null ? null : String(param as string | number))),
    });
    const parse = (value: string | null, i: number): unknown =>
      value !== null && fields[i]?.dataTypeID === JSONB ? JSON.parse(value) : value;
    return {
      rows: rows.map((row) =>
        Object.fromEntries(row.map((value, i) => [fields[i]?.name ?? i, parse(value, i)])),
      ),
    };
  };
}

export function redisBehind(border: Border, run: RunCommand): RunCommand {
  return (command) => border({ border: "redis", name: commandName(command), send: () => run(command) });
}

/** Runs a statement and answers rows as the driver does. */
export type RunStatement = (statement: SQL) => Promise<{ rows: Record<string, unknown>[] }>;

export function postgresBehind(border: Border, run: RunStatement): Pick<Database, "execute"> {
  const execute = (statement: SQL) =>
    border({ border: "postgres", name: statementName(statement), send: () => run(statement) });
  // The driver's own execute can also be built upon; the ledger only awaits it.
  return { execute: execute as unknown as Database["execute"] };
}
