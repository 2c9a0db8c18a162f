import { mkdtemp, mkdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { neon, neonConfig, type NeonQueryFunction } from "@neondatabase/serverless";
import { eq } from "drizzle-orm";
import { drizzle } from "drizzle-orm/neon-http";
import { bigint, jsonb, pgTable, text, timestamp } from "drizzle-orm/pg-core";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type Backend, migrate } from "../../src/local/postgres/backend.ts";
import { embedded } from "../../src/local/postgres/embedded.ts";
import { external } from "../../src/local/postgres/external.ts";
import { type PostgresBridge, servePostgres } from "../../src/local/postgres/serve.ts";
import { type PostgresServer, postgresIsAvailable, startPostgresServer } from "./postgres-server.ts";

const PASSWORD = "p@ss/word?#";
const BEYOND_DOUBLES = 9_007_199_254_740_993n;

const items = pgTable("items", {
  id: text().primaryKey(),
  amount: bigint({ mode: "bigint" }).notNull(),
  document: jsonb().notNull(),
  at: timestamp({ withTimezone: true }).notNull(),
  tags: text().array().notNull(),
});

const MIGRATION = `create table items (
  id text primary key,
  amount bigint not null constraint amount_is_positive check (amount > 0),
  document jsonb not null,
  at timestamptz not null,
  tags text[] not null
);
--> statement-breakpoint
create function double_amount() returns trigger language plpgsql as $$
begin
  new.amount := new.amount * 2;
  return new;
end $$;
--> statement-breakpoint
create function total() returns bigint language sql as $$ select coalesce(sum(amount), 0)::bigint from items $$;
`;

/** `shared`: other processes may use the same database. */
type Engine = {
  name: string;
  shared: boolean;
  available: boolean;
  open(): Promise<{ backend: Backend; stop(): Promise<void> }>;
};

const engines: Engine[] = [
  {
    name: "embedded",
    shared: false,
    available: true,
    async open() {
      const backend = await embedded();
      return { backend, stop: () => backend.close() };
    },
  },
  {
    name: "a Postgres server",
    shared: true,
    available: postgresIsAvailable(),
    async open() {
      const server: PostgresServer = await startPostgresServer();
      const backend = external(server.url);
      return {
        backend,
        async stop() {
          await backend.close();
          await server.stop();
        },
      };
    },
  },
];

describe.each(engines)("Neon's SQL over HTTP over $name", (engine) => {
  describe.skipIf(!engine.available)("through the real client", () => {
    let backend: Backend;
    let bridge: PostgresBridge;
    let opened: Awaited<ReturnType<Engine["open"]>>;
    let folder: string;
    let sql: NeonQueryFunction<false, false>;
    let db: ReturnType<typeof drizzle>;

    beforeAll(async () => {
      opened = await engine.open();
      backend = opened.backend;
      bridge = await servePostgres({ backend, password: PASSWORD });
      neonConfig.fetchEndpoint = bridge.url;
      sql = neon(bridge.databaseUrl);
      db = drizzle(sql);
      folder = await migrationFolder();
      await backend.exec("drop schema if exists drizzle cascade; drop table if exists items cascade;");
      await backend.exec("drop function if exists double_amount; drop function if exists total;");
      await migrate(backend, folder);
    });

    beforeEach(() => backend.exec("truncate items; drop trigger if exists doubling on items;"));

    afterAll(async () => {
      await bridge.close();
      await opened.stop();
      await rm(folder, { recursive: true });
    });

    const row = (id: string, amount = 1n) => ({
      id,
      amount,
      document: { nested: [1, "two", null], text: 'quo"te \\ {x}' },
      at: new Date("2026-02-28T23:59:59.999Z"),
      tags: ["plain", 'quo"te, comma', "NULL", ""],
    });

    test("hands every column type over unharmed, beyond the integers of a double", async () => {
      await db.insert(items).values(row("a", BEYOND_DOUBLES));
      expect(await db.select().from(items)).toEqual([row("a", BEYOND_DOUBLES)]);
    });

    test("binds every kind of parameter as its column's type", async () => {
      const [answer] =
        await sql`select ${true}::boolean as yes, ${null}::text as none, ${1.5}::numeric as number,
        ${["a", "b"]}::text[] as list, ${{ a: 1 }}::jsonb as document, ${Buffer.from([0, 255])}::bytea as bytes`;
      expect(answer).toEqual({
        yes: true,
        none: null,
        number: "1.5",
        list: ["a", "b"],
        document: { a: 1 },
        bytes: Buffer.from([0, 255]),
      });
    });

    test("answers arrays, objects and full results", async () => {
      await db.insert(items).values([row("a"), row("b")]);
      const ordered = "select id, amount from items order by id";
      expect(await sql.query(ordered, [], { arrayMode: true })).toEqual([
        ["a", "1"],
        ["b", "1"],
      ]);
      expect(await sql.query(ordered)).toEqual([
        { id: "a", amount: "1" },
        { id: "b", amount: "1" },
      ]);
      const full = await sql.query(ordered, [], { fullResults: true });
      expect(full).toMatchObject({ command: "SELECT", rowCount: 2 });
      expect(full.fields.map(({ name, dataTypeID }) => [name, dataTypeID])).toEqual([
        ["id", 25],
        ["amount", 20],
      ]);
    });

    test("counts the rows that a statement changed, with and without RETURNING", async () => {
      const inserted = await db
        .insert(items)
        .values([row("a"), row("b")])
        .onConflictDoNothing();
      expect(inserted.rowCount).toBe(2);
      const again = await db
        .insert(items)
        .values([row("a"), row("c")])
        .onConflictDoNothing()
        .returning();
      expect(again.map(({ id }) => id)).toEqual(["c"]);
      expect((await db.delete(items)).rowCount).toBe(3);
    });

    test("hands over the code, the constraint and the detail of an error", async () => {
      await db.insert(items).values(row("a"));
      await expect(db.insert(items).values(row("a"))).rejects.toMatchObject({
        cause: {
          code: "23505",
          constraint: "items_pkey",
          table: "items",
          detail: "Key (id)=(a) already exists.",
        },
      });
      await expect(db.insert(items).values(row("b", 0n))).rejects.toMatchObject({
        cause: { code: "23514", constraint: "amount_is_positive" },
      });
      await expect(sql`select * from nowhere`).rejects.toMatchObject({ code: "42P01", position: "15" });
    });

    test("commits a batch as a whole and sees its own writes inside", async () => {
      const [, , found] = await db.batch([
        db.insert(items).values(row("a")),
        db.insert(items).values(row("b", 2n)),
        db.select({ id: items.id }).from(items).where(eq(items.amount, 2n)),
      ]);
      expect(found).toEqual([{ id: "b" }]);
    });

    test("rolls a batch back as a whole, and serves the next call", async () => {
      const batch = db.batch([db.insert(items).values(row("a")), db.insert(items).values(row("b", 0n))]);
      await expect(batch).rejects.toMatchObject({ code: "23514", constraint: "amount_is_positive" });
      expect(await db.select().from(items)).toEqual([]);
    });

    test("takes the isolation level and the read-only mode of a batch", async () => {
      const [level] = await sql.transaction([sql`show transaction_isolation`], {
        isolationLevel: "Serializable",
      });
      expect(level).toEqual([{ transaction_isolation: "serializable" }]);
      const write = sql.transaction([sql`delete from items`], { readOnly: true });
      await expect(write).rejects.toMatchObject({ code: "25006" });
    });

    test("serves many calls at once, each with its own answer", async () => {
      const ids = Array.from({ length: 40 }, (_, i) => `${i}`);
      await Promise.all(ids.map((id) => db.batch([db.insert(items).values(row(id))])));
      const found = await Promise.all(ids.map((id) => sql`select id from items where id = ${id}`));
      expect(found).toEqual(ids.map((id) => [{ id }]));
    });

    test("refuses two statements in one text, with and without parameters", async () => {
      await expect(sql.query("select 1; select 2")).rejects.toMatchObject({ code: "42601" });
      await expect(sql.query("select $1::int; select 2", [1])).rejects.toMatchObject({ code: "42601" });
    });

    test.each(["begin", " /* a */ BEGIN", "-- a\ncommit", "savepoint a", "rollback"])(
      "refuses transaction control, which would leak into a stranger's call: %j",
      async (text) => {
        await expect(sql.query(text)).rejects.toThrow("Transaction control");
        await expect(sql.transaction([sql.query(text)])).rejects.toThrow("Transaction control");
      },
    );

    test("runs the functions and triggers that a migration made", async () => {
      await sql`create trigger doubling before insert on items for each row execute function double_amount()`;
      await db.insert(items).values(row("a", 21n));
      expect(await sql`select total()`).toEqual([{ total: "42" }]);
    });

    test("applies a migration once, and a later one on top", async () => {
      await migrate(backend, folder);
      await writeMigrations(folder, [MIGRATION, "alter table items add column note text;"]);
      await migrate(backend, folder);
      expect(await sql`select count(note) from items`).toEqual([{ count: "0" }]);
    });

    test.skipIf(!engine.shared)("is migrated once by two stacks that start at the same time", async () => {
      const shared = await migrationFolder([MIGRATION, "select 1;", "create table once (id int);"]);
      await Promise.all([migrate(backend, shared), migrate(backend, shared)]);
      expect(await sql`select to_regclass('once')::text as name`).toEqual([{ name: "once" }]);
      await sql`drop table once`;
      await rm(shared, { recursive: true });
    });

    test("leaves nothing of a migration that fails half way", async () => {
      const broken = "create table half (id int);\n--> statement-breakpoint\nselect nowhere;";
      const brokenFolder = await migrationFolder([MIGRATION, "select 1;", "select 1;", broken]);
      await expect(migrate(backend, brokenFolder)).rejects.toThrow("nowhere");
      expect(await sql`select to_regclass('half') as half`).toEqual([{ half: null }]);
      await rm(brokenFolder, { recursive: true });
    });
  });
});

async function migrationFolder(migrations = [MIGRATION]): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "tollgate-migrations-"));
  await mkdir(join(folder, "meta"));
  await writeMigrations(folder, migrations);
  return folder;
}

/** What drizzle-kit generates, as far as its migrator reads it. */
async function writeMigrations(folder: string, migrations: string[]): Promise<void> {
  const entries = migrations.map((_, idx) => ({
    idx,
    version: "7",
    when: 1000 + idx,
    tag: `${idx}_test`,
    breakpoints: true,
  }));
  await writeFile(
    join(folder, "meta/_journal.json"),
    JSON.stringify({ version: "7", dialect: "postgresql", entries }),
  );
  for (const [idx, sql] of migrations.entries()) await writeFile(join(folder, `${idx}_test.sql`), sql);
}
