import { DrizzleQueryError, sql, type SQL } from "drizzle-orm";
import * as z from "zod";
import { StoreUnavailable } from "../services.ts";
import type { Watermark } from "../store/packed.ts";
import { alertRows } from "./alerts.ts";
import { backgroundResponses } from "./background.ts";
import { storableJson } from "./storable-json.ts";

// The atomic steps of the books in Postgres, as functions. Every function throws StoreUnavailable where Postgres
// doesn't answer. What they do is in drizzle/0001_books.sql, 0006_entry_count.sql and 0011_alerts.sql.

const count = z.coerce.number().refine(Number.isSafeInteger);

const bookedRow = z.object({
  any: z.boolean(),
  settled: z.boolean(),
  amount: count,
  lines: z.array(z.object({ counter: z.string(), period_start: count, amount: count })),
});
export type Booked = z.infer<typeof bookedRow>;

const snapshotRow = z.object({
  watermark_epoch: count,
  watermark_n: count,
  watermark_tag: z.string(),
  entry_count: count,
  totals: z.array(z.object({ counter: z.string(), period_start: count, spent: count })).nullable(),
});

const bookResult = z.discriminatedUnion("result", [
  z.object({ result: z.literal("fenced") }),
  z.object({
    result: z.enum(["ok", "suspect", "broken"]),
    watermark: z.object({ e: count, n: count, tag: z.string() }),
    entry_count: count,
    stranded: z.boolean(),
    /** When the organization's next delivery is due, in milliseconds; null: none waits. */
    alerts_due_at: count.nullable(),
    /** Postgres's code, where what the booking leads to couldn't be raised. */
    alerts_fault: z.string().nullable(),
  }),
]);
export type BookResult = z.infer<typeof bookResult>;

/** An outbox entry as tollgate_book takes it. */
export interface BookRow {
  id: string;
  tag: string;
  e: number;
  n: number;
  hold: string;
  kind: "s" | "l" | "v" | "z";
  to: number;
  delta: number;
  at: number;
  lines: {
    counter: string;
    id: string;
    instance?: string;
    period_start: number;
    to: number;
    delta: number;
  }[];
  facts: Record<string, unknown>;
}

export interface StrandedSettle {
  holdId: string;
  settle: unknown;
}

/** Stranded settles that one drain replays at most. */
const STRANDED_BATCH = 20;

export type Ledger = ReturnType<typeof createLedger>;

export function createLedger(database: {
  execute(statement: SQL): PromiseLike<{ rows: Record<string, unknown>[] }>;
}) {
  async function rows(statement: SQL): Promise<Record<string, unknown>[]> {
    try {
      return (await database.execute(statement)).rows;
    } catch (error) {
      // Drizzle's own error repeats the statement with all its parameters: a call's facts belong in no log.
      throw new StoreUnavailable("postgres", error instanceof DrizzleQueryError ? error.cause : error);
    }
  }
  async function value(statement: SQL): Promise<unknown> {
    return (await rows(statement))[0]?.["value"];
  }
  return {
    async nextEpoch(org: string): Promise<number> {
      return count.parse(await value(sql`select tollgate_next_epoch(${org}) as value`));
    },

    /** What is booked for a hold. From then on no drain of an earlier epoch books. */
    async booked(org: string, epoch: number, holdId: string): Promise<Booked> {
      return bookedRow.parse(await value(sql`select tollgate_booked(${org}, ${epoch}, ${holdId}) as value`));
    },

    /** The totals from which counters are rebuilt, in the order asked, each in the later of its period and the latest booked. */
    async snapshot(
      org: string,
      epoch: number,
      counters: { counter: string; periodStartMs: number }[],
    ): Promise<{
      watermark: Watermark;
      totals: { counter: string; periodStartMs: number; spent: number }[];
    }> {
      const asked = JSON.stringify(counters.map(({ counter, periodStartMs }) => [counter, periodStartMs]));
      const row = snapshotRow.parse(
        await value(sql`select tollgate_snapshot(${org}, ${epoch}, ${asked}::jsonb) as value`),
      );
      return {
        watermark: {
          epoch: row.watermark_epoch,
          n: row.watermark_n,
          tag: row.watermark_tag,
          entryCount: row.entry_count,
        },
        totals: (row.totals ?? []).map((total) => ({
          counter: total.counter,
          periodStartMs: total.period_start,
          spent: total.spent,
        })),
      };
    },

    async book(
      org: string,
      head: { epoch: number; tag: string; out: number; length: number },
      entries: BookRow[],
      nowMs: number,
    ): Promise<BookResult> {
      return bookResult.parse(
        await value(
          sql`select tollgate_book(${org}, ${head.epoch}, ${head.tag}, ${head.out}, ${head.length}, ${storableJson(entries)}::jsonb, ${nowMs}) as value`,
        ),
      );
    },

    /** Which of these entries are in the ledger. */
    async bookedAmong(org: string, entryIds: string[]): Promise<Set<string>> {
      const ids = JSON.stringify(entryIds);
      const found = await rows(
        sql`select id from ledger_entries where organization_id = ${org} and id in (select jsonb_array_elements_text(${ids}::jsonb))`,
      );
      return new Set(found.map(({ id }) => z.string().parse(id)));
    },

    /** Leaves word of a hold's end. It takes the place of what was left before, but a void never that of a settle. */
    async strand(org: string, holdId: string, settle: unknown): Promise<void> {
      await rows(
        sql`insert into stranded_settles as old (organization_id, hold_id, settle) values (${org}, ${holdId}, ${JSON.stringify(settle)}::jsonb) on conflict (organization_id, hold_id) do update set settle = excluded.settle, created_at = excluded.created_at, done_at = null where old.done_at is not null or old.settle->>'mode' = 'void' or excluded.settle->>'mode' <> 'void'`,
      );
    },

    /** Some of those that wait; not the oldest first, so that one that fails for ever doesn't keep the others back. */
    async stranded(org: string): Promise<StrandedSettle[]> {
      const open = await rows(
        sql`select hold_id, settle from stranded_settles where organization_id = ${org} and done_at is null order by random() limit ${STRANDED_BATCH}`,
      );
      return open.map((row) => ({ holdId: z.string().parse(row["hold_id"]), settle: row["settle"] }));
    },

    /** `settle`: what was replayed; what took its place meanwhile stays open. */
    async strandedDone(org: string, holdId: string, settle: unknown): Promise<void> {
      await rows(
        sql`update stranded_settles set done_at = now() where organization_id = ${org} and hold_id = ${holdId} and settle = ${JSON.stringify(settle)}::jsonb`,
      );
    },

    ...alertRows(rows),
    ...backgroundResponses(rows),

    async ping(): Promise<void> {
      await rows(sql`select 1 as value`);
    },
  };
}
