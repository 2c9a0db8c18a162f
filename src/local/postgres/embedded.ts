// Postgres inside this process (PGlite, WebAssembly): one session, statements one after another.

import { mkdir } from "node:fs/promises";
import { PGlite, type QueryOptions } from "@electric-sql/pglite";
import { drizzle } from "drizzle-orm/pglite";
import { migrate } from "drizzle-orm/pglite/migrator";
import { type Backend, type Statement, type StatementResult, transactionModeSql } from "./backend.ts";
import { gatherStatistics } from "./statistics.ts";

type Session = Pick<PGlite, "query">;

/**
 * Opens the database in `dir`, which is created if missing; without `dir` it lives in memory. `from`: a dump of another
 * one's data directory, for a new one to begin with.
 */
export async function embedded({
  dir,
  from,
}: { dir?: string | undefined; from?: Blob | undefined } = {}): Promise<Backend> {
  if (dir !== undefined) await mkdir(dir, { recursive: true });
  const db = await PGlite.create(dir, from && { loadDataDir: from });
  const options = await textOptions(db);
  const afterStatement = gatherStatistics(() => db.query("analyze"));

  return {
    async run(statement) {
      const result = await runOn(db, statement, options);
      await afterStatement();
      return result;
    },
    async runBatch(statements, mode) {
      const results = await db.transaction(async (transaction) => {
        const words = transactionModeSql(mode);
        if (words !== "") await transaction.query(`SET TRANSACTION${words}`);
        const results: StatementResult[] = [];
        for (const statement of statements) results.push(await runOn(transaction, statement, options));
        return results;
      });
      await afterStatement();
      return results;
    },
    async exec(script) {
      await db.exec(script);
    },
    migrate: (folder) => migrate(drizzle(db), { migrationsFolder: folder }),
    close: () => db.close(),
  };
}

/** Leaves every value as text. PGlite spreads these maps, so each type's oid has to be in them; it knows no others. */
async function textOptions(db: PGlite): Promise<QueryOptions> {
  const types = await db.query<{ oid: number }>("select oid::int4 as oid from pg_type");
  const asText = Object.fromEntries(types.rows.map(({ oid }) => [oid, (value: string) => value]));
  return { rowMode: "array", parsers: asText, serializers: asText };
}

async function runOn(
  session: Session,
  statement: Statement,
  options: QueryOptions,
): Promise<StatementResult> {
  const result = await session.query<(string | null)[]>(statement.text, statement.params, options);
  return {
    command: result.command ?? "",
    rowCount: result.rowCount ?? null,
    // PGlite hands over name and type only; the rest is what Postgres says of a computed column.
    fields: result.fields.map(({ name, dataTypeID }) => ({
      name,
      dataTypeID,
      tableID: 0,
      columnID: 0,
      dataTypeSize: -1,
      dataTypeModifier: -1,
      format: "text",
    })),
    rows: result.rows,
  };
}
