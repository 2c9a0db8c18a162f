import { expect, test } from "vitest";
import { embedded } from "../../src/local/postgres/embedded.ts";
import { gatherStatistics } from "../../src/local/postgres/statistics.ts";

test("statistics are gathered after the 32nd statement, the 64th, the 128th", async () => {
  const gatheredAfter: number[] = [];
  let statements = 0;
  const afterStatement = gatherStatistics(async () => gatheredAfter.push(statements));
  for (statements = 1; statements <= 200; statements++) await afterStatement();
  expect(gatheredAfter).toEqual([32, 64, 128]);
});

test("the embedded Postgres knows how much is in a table that was filled through it", async () => {
  const backend = await embedded();
  await backend.exec(
    "create table things (id int primary key); insert into things select generate_series(1, 500)",
  );
  const known = async () => {
    const { rows } = await backend.run({
      text: "select reltuples from pg_class where relname = 'things'",
      params: [],
    });
    return Number(rows[0]?.[0]);
  };
  expect(await known()).toBe(-1);
  for (let statement = 0; statement < 32; statement++) await known();
  expect(await known()).toBe(500);
  await backend.close();
});
