import { afterAll, beforeAll, expect, test } from "vitest";
import type { Backend } from "../../src/local/postgres/backend.ts";
import { openMigrated } from "../support/migrated-postgres.ts";

const STATEMENTS = 1_024;
const NEVER = "-1";

let backend: Backend;
beforeAll(async () => {
  backend = await openMigrated();
  await backend.exec("create table things (n int)");
});
afterAll(() => backend.close());

const run = (text: string) => backend.run({ text, params: [] });
const knownRows = async () => (await run("select reltuples from pg_class where relname = 'things'")).rows;

test("the embedded Postgres gathers statistics by itself, as a server does", async () => {
  await run("insert into things select generate_series(1, 500)");
  expect(await knownRows()).toEqual([[NEVER]]);
  for (let n = 0; n < STATEMENTS / 2; n++) await run("select 1");
  for (let n = 0; n < STATEMENTS / 2; n++) await backend.runBatch([{ text: "select 1", params: [] }], {});
  expect(await knownRows()).toEqual([["500"]]);
});
