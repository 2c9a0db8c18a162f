import type { BookResult, BookRow, Ledger, StrandedSettle } from "../../src/ledger/ledger.ts";
import type { Entry } from "../../src/store/packed.ts";
import {
  book,
  bookedFor,
  emptyLedger,
  nextEpoch,
  snapshot,
  type FakeLedger,
  type LedgerRow,
} from "../store/fake-ledger.ts";
import { pick, type Random } from "../support/schedule.ts";

// Postgres's part of the books in memory: what drizzle/0001_books.sql and 0006_entry_count.sql do. A property test holds it to the real one.

export interface BookedRow extends LedgerRow {
  facts: Record<string, unknown>;
}

export interface MemoryLedger extends Ledger {
  rows(): BookedRow[];
  fence(): number;
  epoch(): number;
  strandedCount(): number;
  watermark(): FakeLedger["watermark"];
}

interface Stranded {
  settle: string;
  done: boolean;
}

const STRANDED_BATCH = 20;

/** One organization's. `random`: of stranded settles any may come first. */
export function createMemoryLedger(random: Random): MemoryLedger {
  const ledger = emptyLedger();
  const facts = new Map<string, Record<string, unknown>>();
  const stranded = new Map<string, Stranded>();
  const waiting = () => [...stranded].filter(([, { done }]) => !done);

  return {
    nextEpoch: async () => nextEpoch(ledger),
    async booked(_org, epoch, holdId) {
      const { any, settled, amount, lines } = bookedFor(ledger, epoch, holdId);
      return {
        any,
        settled,
        amount,
        lines: lines.map((line) => ({
          counter: line.counter,
          period_start: line.periodStartMs,
          amount: line.amount,
        })),
      };
    },
    bookedAmong: async (_org, ids) =>
      new Set(ledger.rows.map(({ id }) => id).filter((id) => ids.includes(id))),
    snapshot: async (_org, epoch, counters) => snapshot(ledger, epoch, counters),
    async book(_org, head, rows): Promise<BookResult> {
      const entries = rows.map(entryOf);
      for (const { id, facts: factsOfRow } of rows) if (!facts.has(id)) facts.set(id, factsOfRow);
      const verdict = book(ledger, { ...head, entries, drainUntilMs: 0 });
      if (verdict.result === "fenced") return verdict;
      const { entryCount: entry_count } = verdict;
      const { epoch: e, n, tag } = verdict.watermark;
      return {
        result: verdict.result,
        watermark: { e, n, tag },
        entry_count,
        stranded: waiting().length > 0,
        alerts_due_at: null,
        alerts_fault: null,
      };
    },
    async strand(_org, holdId, settle) {
      const before = stranded.get(holdId);
      const keeps = before && !before.done && modeOf(before.settle) !== "void" && modeOf(settle) === "void";
      if (!keeps) stranded.set(holdId, { settle: JSON.stringify(settle), done: false });
    },
    async stranded(): Promise<StrandedSettle[]> {
      const open = waiting();
      const shuffled = [];
      while (open.length > 0 && shuffled.length < STRANDED_BATCH) {
        const one = pick(random, open);
        if (!one) break;
        open.splice(open.indexOf(one), 1);
        shuffled.push({ holdId: one[0], settle: JSON.parse(one[1].settle) as unknown });
      }
      return shuffled;
    },
    async strandedDone(_org, holdId, settle) {
      const row = stranded.get(holdId);
      if (row && row.settle === JSON.stringify(settle)) row.done = true;
    },
    // No client of the simulation makes a response in the background.
    keepBackgroundCall: () => Promise.resolve(null),
    tellBackgroundEnd: () => Promise.resolve(null),
    backgroundDone: () => Promise.resolve(),
    // Nobody of the simulation is told of anything.
    raiseAlert: () => Promise.resolve(false),
    raiseExpiry: () => Promise.resolve(false),
    raiseDrift: () => Promise.resolve(false),
    claimDeliveries: () => Promise.resolve([]),
    recordDeliveries: () => Promise.resolve(null),
    ping: () => Promise.resolve(),

    rows: () => ledger.rows.map((row) => ({ ...row, facts: facts.get(row.id) ?? {} })),
    fence: () => ledger.fence,
    epoch: () => ledger.epoch,
    strandedCount: () => waiting().length,
    watermark: () => ledger.watermark,
  };
}

function entryOf(row: BookRow): Entry {
  return {
    tag: row.tag,
    id: row.id,
    sequence: { epoch: row.e, n: row.n },
    kind: row.kind,
    holdId: row.hold,
    to: row.to,
    delta: row.delta,
    atMs: row.at,
    lines: row.lines.map((line) => ({
      counter: line.counter,
      periodStartMs: line.period_start,
      to: line.to,
      delta: line.delta,
    })),
    facts: JSON.stringify(row.facts),
  };
}

function modeOf(settle: unknown): unknown {
  const value: unknown = typeof settle === "string" ? JSON.parse(settle) : settle;
  return typeof value === "object" && value !== null && "mode" in value ? value.mode : undefined;
}
