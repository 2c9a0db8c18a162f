import { sql, type SQL } from "drizzle-orm";
import type { Database } from "../../ledger/database.ts";
import { placeOf, reasonOf } from "../../local/postgres/explain.ts";
import { migrationsOf } from "../migrations.ts";
import { clockFinding, type Finding, median } from "./finding.ts";

const ABOUT = "postgres";
const READS = 5;
/** The oldest that the tests run on. */
const MIN_VERSION = 150_000;
/** What the Worker does to tables. */
const PRIVILEGES = "SELECT, INSERT, UPDATE, DELETE";

/** What Postgres is, how far away, whether its tables are this version's, and whether the Worker may use them. */
export async function checkPostgres(database: Database, databaseUrl: string): Promise<Finding[]> {
  try {
    await database.execute(sql`select 1`);
  } catch (error) {
    const says = `${placeOf(databaseUrl)} doesn't answer: ${reasonOf(error)}`;
    return [{ about: ABOUT, level: "fail", says, fix: "Compare DATABASE_URL with the project's page" }];
  }
  const migrated = await migrations(database);
  const rest = migrated.level === "ok" ? [await privileges(database)] : [];
  return [await latency(database), await version(database), await clock(database), migrated, ...rest];
}

async function first(database: Database, statement: SQL): Promise<Record<string, unknown>> {
  return (await database.execute(statement)).rows[0] ?? {};
}

async function latency(database: Database): Promise<Finding> {
  const times: number[] = [];
  for (let read = 0; read < READS; read++) {
    const startedAt = performance.now();
    await database.execute(sql`select 1`);
    times.push(performance.now() - startedAt);
  }
  const says = `answers in ${median(times).toFixed(1)} ms from here (median of ${READS}); no call waits for it`;
  return { about: ABOUT, level: "ok", says };
}

async function version(database: Database): Promise<Finding> {
  const statement = sql`select current_setting('server_version') as "name", current_setting('server_version_num')::int as "number"`;
  const { name, number } = await first(database, statement);
  const says = `version ${String(name)}`;
  if (Number(number) >= MIN_VERSION) return { about: ABOUT, level: "ok", says };
  return { about: ABOUT, level: "warn", says, fix: "Untried below 15: use a newer one" };
}

async function clock(database: Database): Promise<Finding> {
  const before = Date.now();
  const { now } = await first(database, sql`select extract(epoch from clock_timestamp()) * 1000 as "now"`);
  return clockFinding(ABOUT, [before, Date.now()], Number(now));
}

async function migrations(database: Database): Promise<Finding> {
  const { applied, pending } = await migrationsOf((statement) => database.execute(sql.raw(statement)));
  if (pending.length === 0)
    return { about: ABOUT, level: "ok", says: `has all ${applied.length} migrations` };
  const says = `lacks ${pending.length} migrations: ${pending.join(", ")}`;
  return { about: ABOUT, level: "fail", says, fix: "npm run db:migrate" };
}

async function privileges(database: Database): Promise<Finding> {
  const { lacking } = await first(
    database,
    sql`select string_agg(c.relname, ', ') as "lacking" from pg_class c
        where c.relnamespace = 'public'::regnamespace and c.relkind = 'r' and not has_table_privilege(c.oid, ${PRIVILEGES})`,
  );
  if (typeof lacking !== "string") return { about: ABOUT, level: "ok", says: "its user may use every table" };
  const fix = `GRANT ${PRIVILEGES} ON ALL TABLES IN SCHEMA public TO the user of DATABASE_URL`;
  return { about: ABOUT, level: "fail", says: `its user may not use ${lacking}`, fix };
}
