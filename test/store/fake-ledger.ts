import type { Head } from "../../src/domain/books-model/drain.ts";
import { isLater } from "../../src/domain/books-model/books.ts";
import type { Entry, Sequence } from "../../src/store/packed.ts";

// Postgres's part of the protocol, over plain data: what drizzle/0001_books.sql and 0006_entry_count.sql do, so that sequences of both stores'
// steps can be tried by the thousand.

export interface LedgerRow {
  id: string;
  holdId: string;
  kind: Entry["kind"];
  amount: number;
  lines: { counter: string; periodStartMs: number; amount: number }[];
}

export interface FakeLedger {
  rows: LedgerRow[];
  watermark: Sequence & { tag: string };
  epoch: number;
  fence: number;
}

export type Verdict =
  | { result: "fenced" }
  | { result: "ok" | "suspect" | "broken"; watermark: FakeLedger["watermark"]; entryCount: number };

export function emptyLedger(): FakeLedger {
  return { rows: [], watermark: { epoch: 0, n: 0, tag: "-" }, epoch: 0, fence: 0 };
}

export function nextEpoch(ledger: FakeLedger): number {
  ledger.epoch += 1;
  return ledger.epoch;
}

/** Moves a head into the ledger, and says whether Redis can be believed. */
export function book(ledger: FakeLedger, head: Head): Verdict {
  if (head.epoch < ledger.fence) return { result: "fenced" };
  const watermark = { ...ledger.watermark };
  const knows = head.tag === watermark.tag || head.entries.some(({ tag }) => tag === watermark.tag);
  const isSuspect = head.epoch < watermark.epoch || (head.epoch === watermark.epoch && !knows);
  const broken = head.entries.map((entry) => bookEntry(ledger, head.epoch, entry));
  const isBroken = broken.includes(true) || head.out !== head.length;

  const last = head.entries.at(-1);
  if (last && isLater(last.sequence, watermark)) ledger.watermark = { ...last.sequence, tag: last.tag };
  if (isBroken) ledger.fence = Math.max(ledger.fence, head.epoch + 1);
  return {
    result: isBroken ? "broken" : isSuspect ? "suspect" : "ok",
    watermark,
    entryCount: ledger.rows.length,
  };
}

/** True if the entry proves that Redis fell back. */
function bookEntry(ledger: FakeLedger, epoch: number, entry: Entry): boolean {
  if (ledger.rows.some(({ id }) => id === entry.id)) return false;
  const isCurrent = entry.sequence.epoch === epoch;
  let isBroken = isCurrent && !isLater(entry.sequence, ledger.watermark);
  const before = rowsOf(ledger, entry.holdId);
  if (entry.kind !== "s" && before.some(({ kind }) => kind === "s")) return isCurrent;

  const amount = entry.to - sum(before.map((row) => row.amount));
  isBroken ||= isCurrent && amount !== entry.delta;
  const lines = entry.lines.map((line) => {
    const earlier = before.flatMap((row) => row.lines).filter(({ counter }) => counter === line.counter);
    const periodStartMs = earlier.length
      ? Math.max(...earlier.map((part) => part.periodStartMs))
      : line.periodStartMs;
    const lineAmount = line.to - sum(earlier.map((part) => part.amount));
    isBroken ||= isCurrent && (periodStartMs !== line.periodStartMs || lineAmount !== line.delta);
    return { counter: line.counter, periodStartMs, amount: lineAmount };
  });
  ledger.rows.push({ id: entry.id, holdId: entry.holdId, kind: entry.kind, amount, lines });
  return isBroken;
}

/** What is booked for a hold. From then on no drain of an earlier epoch books. */
export function bookedFor(ledger: FakeLedger, epoch: number, holdId: string) {
  ledger.fence = Math.max(ledger.fence, epoch);
  const rows = rowsOf(ledger, holdId);
  return {
    any: rows.length > 0,
    settled: rows.some(({ kind }) => kind === "s"),
    amount: sum(rows.map(({ amount }) => amount)),
    lines: sumByPeriod(rows.flatMap(({ lines }) => lines)),
  };
}

/** One line for each counter and period. */
export function sumByPeriod(lines: LedgerRow["lines"]): LedgerRow["lines"] {
  const sums = new Map<string, LedgerRow["lines"][number]>();
  for (const line of lines) {
    const place = `${line.counter} ${line.periodStartMs}`;
    const amount = (sums.get(place)?.amount ?? 0) + line.amount;
    sums.set(place, { ...line, amount });
  }
  return [...sums.values()];
}

export function snapshot(
  ledger: FakeLedger,
  epoch: number,
  counters: { counter: string; periodStartMs: number }[],
) {
  ledger.fence = Math.max(ledger.fence, epoch);
  const totals = counters.map(({ counter, periodStartMs: asked }) => {
    const booked = ledger.rows.flatMap(({ lines }) => lines).filter((line) => line.counter === counter);
    const periodStartMs = Math.max(asked, ...booked.map((line) => line.periodStartMs));
    return { counter, periodStartMs, spent: totalOf(ledger, counter, periodStartMs) };
  });
  return { watermark: { ...ledger.watermark, entryCount: ledger.rows.length }, totals };
}

/** What the ledger sums to, for one counter and period. */
export function totalOf(ledger: FakeLedger, counter: string, periodStartMs: number): number {
  const lines = ledger.rows.flatMap((row) => row.lines);
  return sum(
    lines
      .filter((line) => line.counter === counter && line.periodStartMs === periodStartMs)
      .map(({ amount }) => amount),
  );
}

const rowsOf = (ledger: FakeLedger, holdId: string) => ledger.rows.filter((row) => row.holdId === holdId);

const sum = (amounts: number[]) => amounts.reduce((total, amount) => total + amount, 0);
