import { PGlite } from "@electric-sql/pglite";
import { drizzle } from "drizzle-orm/pglite";
import * as fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Database } from "../../src/ledger/database.ts";
import { createLedger } from "../../src/ledger/ledger.ts";
import { anyCall, bookCalls } from "../control/any-booked-calls.ts";
import { type Asked, entriesOfOrganization, expectedRows } from "../control/usage-reference.ts";
import { bookWithoutAlerts, migrateToday, migrateUntil } from "../support/earlier-migrations.ts";

// What was booked before there were totals is in them, too, once.

const CALLS = 80;
const ALL: Asked = {
  groups: ["day", "provider", "model", "key", "team", "user", "customer"],
  filters: {},
  fromMs: 0,
  toMs: null,
  order: "group",
};

let pg: PGlite;
beforeAll(async () => {
  pg = await PGlite.create();
  await migrateUntil(pg, "_usage_totals");
});
afterAll(() => pg.close());

test("law 1: entries from before the migration and from after it are in the totals, on their UTC day in any time zone", async () => {
  const database = drizzle(pg) as unknown as Database; // Another driver; the statements are the same.
  const ledger = createLedger(database);
  const calls = fc.sample(anyCall, { numRuns: CALLS, seed: 1 });
  await pg.exec("set time zone 'Pacific/Kiritimati'");
  await bookCalls({ book: bookWithoutAlerts(pg) }, "org_before", calls, 7);
  await pg.exec("set time zone 'America/Los_Angeles'");
  await migrateToday(pg);
  await bookCalls(ledger, "org_after", calls, 7);

  for (const org of ["org_before", "org_after"]) {
    const totals = await pg.query(
      `select to_char(day, 'YYYY-MM-DD') as day, provider, model, key_id as key, team_id as team, user_id as "user", customer,
         sum(requests)::text as requests, sum(input_tokens)::text as input_tokens,
         sum(output_tokens)::text as output_tokens, sum(cost)::text as cost
       from usage_totals where organization_id = $1 group by 1, 2, 3, 4, 5, 6, 7`,
      [org],
    );
    const entries = await entriesOfOrganization(database, org);
    const expected = expectedRows(entries, ALL);
    expect(sorted(totals.rows as Record<string, unknown>[])).toEqual(sorted(expected.map(withNano)));
  }
});

/** As the database has it: nano-USD, and counts as texts. */
function withNano({ requests, input_tokens, output_tokens, cost, ...groups }: Record<string, unknown>) {
  const [, sign = "", whole = "", places = ""] = /^(-?)(\d+)\.(\d+)$/.exec(String(cost)) ?? [];
  return {
    ...groups,
    requests: String(requests),
    input_tokens: String(input_tokens),
    output_tokens: String(output_tokens),
    cost: String(BigInt(`${sign}${whole}${places.padEnd(9, "0")}`)),
  };
}

const sorted = (rows: Record<string, unknown>[]): string[] =>
  rows.map((row) => JSON.stringify(row)).toSorted();
