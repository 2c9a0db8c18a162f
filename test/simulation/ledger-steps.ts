import * as fc from "fast-check";
import type { BookRow, Ledger } from "../../src/ledger/ledger.ts";
import { factsOf } from "../support/calls.ts";

// Steps of the ledger, small enough that they meet each other often.

const epochs = fc.integer({ min: 0, max: 3 });
const numbers = fc.integer({ min: 0, max: 6 });
const holds = fc.constantFrom("h1", "h2", "h3");
const counters = fc.constantFrom("b1", "b2:ada");
const periods = fc.constantFrom(0, 1_000, 2_000);

const line = fc.record({
  counter: counters,
  period_start: periods,
  to: fc.integer({ min: 0, max: 4 }),
  delta: fc.integer({ min: -2, max: 4 }),
});
const lines = fc.uniqueArray(line, { maxLength: 2, selector: ({ counter }) => counter });

const entry = fc
  .record({
    e: fc.integer({ min: 1, max: 3 }),
    n: fc.integer({ min: 1, max: 6 }),
    hold: holds,
    kind: fc.constantFrom("s", "s", "l", "v", "z"),
    to: fc.integer({ min: 0, max: 4 }),
    delta: fc.integer({ min: -2, max: 4 }),
    // A first entry of a hold has the delta that it goes to.
    first: fc.boolean(),
    lines,
    nonce: fc.constantFrom("x1", "x2"),
  })
  .map(({ first, nonce, e, n, hold, kind, to, delta: stated, lines: linesOf }): BookRow => {
    const id = `${hold}.${kind}`;
    const delta = first ? to : stated;
    return {
      e,
      n,
      hold,
      kind,
      to,
      id,
      delta,
      lines: linesOf.map(({ counter, period_start, to: lineTo, delta: lineDelta }) => {
        return { counter, period_start, to: lineTo, id: "b", delta: first ? lineTo : lineDelta };
      }),
      tag: `${e}.${n}/${id}/${delta}/${nonce}`,
      at: 1_700_000_000_000,
      facts: factsOf({ holdId: hold, amountNanoUsd: to }),
    };
  });

const head = fc.record({
  epoch: epochs,
  n: numbers,
  tag: fc.constantFrom("", "-", "1.1/h1.s/1/x1"),
  /** How far the count is off. */
  off: fc.constantFrom(0, 0, 0, 0, 1),
  entries: fc.array(entry, { maxLength: 4 }),
});

const settles = fc.record({ mode: fc.constantFrom("settle", "release", "void"), amountNanoUsd: numbers });

export type LedgerStep =
  | { kind: "nextEpoch" | "stranded" }
  | { kind: "booked"; epoch: number; hold: string }
  | { kind: "snapshot"; epoch: number; counters: { counter: string; periodStartMs: number }[] }
  | { kind: "book"; head: { epoch: number; n: number; tag: string; off: number; entries: BookRow[] } }
  | { kind: "strand" | "strandedDone"; hold: string; settle: unknown };

const step: fc.Arbitrary<LedgerStep> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant("book" as const), head }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constantFrom("nextEpoch", "stranded") }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("booked" as const), epoch: epochs, hold: holds }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant("snapshot" as const),
      epoch: epochs,
      counters: fc.array(fc.record({ counter: counters, periodStartMs: periods }), {
        minLength: 1,
        maxLength: 2,
      }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constantFrom("strand", "strandedDone"), hold: holds, settle: settles }),
  },
);

export const ledgerSteps = fc.array(step, { minLength: 3, maxLength: 14, size: "max" });

/** The answer, in an order that says nothing. */
export async function takeStep(ledger: Ledger, org: string, taken: LedgerStep): Promise<unknown> {
  switch (taken.kind) {
    case "nextEpoch":
      return ledger.nextEpoch(org);
    case "booked": {
      const booked = await ledger.booked(org, taken.epoch, taken.hold);
      return {
        ...booked,
        lines: booked.lines.map(lineText).toSorted(),
      };
    }
    case "snapshot":
      return ledger.snapshot(org, taken.epoch, taken.counters);
    case "book": {
      const { entries, off, ...rest } = taken.head;
      return ledger.book(org, { ...rest, length: entries.length, out: entries.length + off }, entries, 0);
    }
    case "strand":
      return ledger.strand(org, taken.hold, taken.settle);
    case "stranded":
      return (await ledger.stranded(org)).toSorted((a, b) => (a.holdId < b.holdId ? -1 : 1));
    case "strandedDone":
      return ledger.strandedDone(org, taken.hold, taken.settle);
    default:
      throw new Error("no such step");
  }
}

type BookedLine = Awaited<ReturnType<Ledger["booked"]>>["lines"][number];
const lineText = ({ counter, period_start, amount }: BookedLine) => `${counter} ${period_start} ${amount}`;
