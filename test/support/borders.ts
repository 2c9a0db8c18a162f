import { createHash } from "node:crypto";
import type { SQL } from "drizzle-orm";
import { PgDialect } from "drizzle-orm/pg-core";
import type { Database } from "../../src/ledger/database.ts";
import type { RunCommand } from "../../src/store/redis.ts";
import { DRAIN, TRIM } from "../../src/store/scripts/drain.ts";
import { LAPSE } from "../../src/store/scripts/lapse.ts";
import { OPEN, REBUILD } from "../../src/store/scripts/recover.ts";
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

/** `book`, `booked`, `snapshot`, `next_epoch`: our functions; `strand`, `stranded`, `stranded_done`: the table's statements. */
function statementName(statement: SQL): string {
  const text = dialect.sqlToQuery(statement).sql;
  const ours = /tollgate_(\w+)/.exec(text)?.[1];
  if (ours !== undefined) return ours;
  if (!text.includes("stranded_settles")) return "sql";
  if (text.startsWith("insert")) return "strand";
  return text.startsWith("update") ? "stranded_done" : "stranded";
}

export function redisBehind(border: Border, run: RunCommand): RunCommand {
  return (command) => border({ border: "redis", name: commandName(command), send: () => run(command) });
}

export function postgresBehind(border: Border, database: Database): Pick<Database, "execute"> {
  const execute = (statement: SQL) =>
    border({
      border: "postgres",
      name: statementName(statement),
      send: () => Promise.resolve(database.execute(statement)),
    });
  // The driver's own execute can also be built upon; the ledger only awaits it.
  return { execute: execute as unknown as Database["execute"] };
}
