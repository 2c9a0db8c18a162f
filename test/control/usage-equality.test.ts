import * as fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import * as z from "zod";
import { GROUPS } from "../../src/control/usage/usage-groups.ts";
import { createLedger } from "../../src/ledger/ledger.ts";
import { DAY_MS, NAMES, anyCall, anyMoment, bookCalls } from "./any-booked-calls.ts";
import { type Harness, START_MS, startHarness } from "./harness.ts";
import { type Asked, entriesOfOrganization, expectedRows } from "./usage-reference.ts";

// Law 1: a report is equal to the ledger, to the nano-dollar.

/** USAGE_RUNS in the environment asks for more. */
const RUNS = Number(process.env["USAGE_RUNS"] ?? 60);
const REPORTS_PER_LEDGER = 6;
const MAX_PAGES = 100;
/** After all calls: the order of cost ends now. */
const LATER_MS = START_MS + 5 * DAY_MS;
const FILTERS = ["key", "team", "user", "customer", "tag", "model", "provider"] as const;

let harness: Harness;
beforeAll(async () => {
  harness = await startHarness();
});
afterAll(() => harness.close());

const anyReport = fc.record({
  groups: fc.uniqueArray(fc.constantFrom(...GROUPS), { maxLength: 4 }),
  filters: fc
    .uniqueArray(fc.tuple(fc.constantFrom(...FILTERS), fc.constantFrom(...NAMES)), {
      maxLength: 2,
      selector: ([name]) => name,
    })
    .map((filters): Asked["filters"] => Object.fromEntries(filters)),
  range: fc.tuple(anyMoment, anyMoment, fc.boolean()).map(([a, b, hasEnd]) => ({
    fromMs: Math.min(a, b),
    toMs: hasEnd ? Math.max(a, b) : null,
  })),
  order: fc.constantFrom("group" as const, "cost" as const),
  limit: fc.integer({ min: 1, max: 7 }),
});

const page = z.object({
  data: z.array(z.record(z.string(), z.unknown())),
  has_more: z.boolean(),
  next_cursor: z.string().nullable(),
});

test("law 1: any report of any calls is the sum of their ledger entries, page by page", async () => {
  const ledger = createLedger(harness.database);
  let organizations = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.array(anyCall, { maxLength: 25 }),
      fc.integer({ min: 1, max: 60 }),
      fc.array(anyReport, { minLength: REPORTS_PER_LEDGER, maxLength: REPORTS_PER_LEDGER }),
      async (calls, batch, reports) => {
        const org = `org_${(organizations += 1)}`;
        await bookCalls(ledger, org, calls, batch);
        harness.clock.nowMs = LATER_MS;
        const entries = await entriesOfOrganization(harness.database, org);
        for (const { range, limit, ...report } of reports) {
          const asked = { ...report, ...range };
          expect(await answeredRows(org, asked, limit)).toEqual(expectedRows(entries, asked));
        }
      },
    ),
    { numRuns: RUNS },
  );
}, 300_000);

async function answeredRows(org: string, asked: Asked, limit: number): Promise<Record<string, unknown>[]> {
  const query = new URLSearchParams({ organization_id: org, order: asked.order, limit: String(limit) });
  if (asked.groups.length > 0) query.set("group_by", asked.groups.join(","));
  query.set("from", new Date(asked.fromMs).toISOString());
  if (asked.toMs !== null) query.set("to", new Date(asked.toMs).toISOString());
  for (const [name, value] of Object.entries(asked.filters)) query.set(name, value);

  const rows: Record<string, unknown>[] = [];
  for (let pages = 0; pages < MAX_PAGES; pages++) {
    const answer = await harness.call("GET", `/api/v1/usage?${query}`);
    if (answer.status !== 200) throw new Error(answer.text);
    const { data, has_more, next_cursor } = page.parse(answer.body);
    rows.push(...data);
    expect(has_more).toBe(next_cursor !== null);
    if (next_cursor === null) return rows;
    query.set("cursor", next_cursor);
  }
  throw new Error("the report has no end");
}
