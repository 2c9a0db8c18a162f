import * as fc from "fast-check";
import type { BookRow, Ledger } from "../../src/ledger/ledger.ts";
import { START_MS } from "./harness.ts";

// Calls of any kind, booked as drains book them: from batches of outbox entries.

export const DAY_MS = 86_400_000;
const COUNTER = "bud_any";
/** As a lapse, a void and a settle name their entries. */
type Ending = "s" | "l" | "v";

/** What becomes of a call, in order: a settle after a lapse corrects it. */
const FATES: readonly Ending[][] = [["s"], ["s"], ["s"], ["l"], ["l", "s"], ["l", "v"], ["l", "v", "s"]];

/** Names that a report must keep apart and in order. */
export const NAMES = ["a", "B", "é", "1", "=1+1", 'with "quotes", and more', "-1", "null"] as const;
const name = fc.constantFrom(...NAMES);
const nullable = fc.option(name);

/** Moments around the ends of days, where time zones would show, and any others. */
export const anyMoment = fc.oneof(
  fc
    .tuple(fc.integer({ min: -3, max: 3 }), fc.constantFrom(-3_600_000, -1, 0, 1, 3_600_000))
    .map(([day, offsetMs]) => Math.floor(START_MS / DAY_MS) * DAY_MS + day * DAY_MS + offsetMs),
  fc.integer({ min: START_MS - 3 * DAY_MS, max: START_MS + 3 * DAY_MS }),
);

/** What a provider may have reported, also where no one should: nothing of it may stop the books. */
const anyCount = fc.oneof(
  fc.nat({ max: 1_000_000 }),
  fc.constantFrom<unknown>(undefined, null, -5, 1.5, 1e300, "7", { a: 1 }),
);

export const anyCall = fc.record({
  fate: fc.oneof({ weight: 9, arbitrary: fc.constantFrom(...FATES) }, fc.constant("reset" as const)),
  moments: fc.array(anyMoment, { minLength: 3, maxLength: 3 }),
  hold: fc.oneof(fc.nat({ max: 2_000_000_000 }), fc.constant(9_007_199_000_000_000)),
  cost: fc.nat({ max: 2_000_000_000 }),
  place: fc.record({
    provider: name,
    model: name,
    key_id: name,
    team_id: nullable,
    user_id: nullable,
    customer: nullable,
    tags: fc.uniqueArray(name, { maxLength: 3 }),
  }),
  /** The model that answers may be another than the one whose hold lapsed. */
  answered: name,
  usage: fc.option(fc.record({ input_total: anyCount, output_total: anyCount })),
});
export type AnyCall = typeof anyCall extends fc.Arbitrary<infer Call> ? Call : never;

/** Books all of them, in batches of `batch` entries. */
export async function bookCalls(
  ledger: Pick<Ledger, "book">,
  org: string,
  calls: readonly AnyCall[],
  batch: number,
): Promise<void> {
  const rows = calls
    .flatMap(rowsOf)
    .map((row, i) => Object.assign(row, { n: i + 1, tag: `1.${i + 1}/${row.id}` }));
  let tag = "-";
  for (let i = 0; i < rows.length; i += batch) {
    const entries = rows.slice(i, i + batch);
    const head = { epoch: 1, tag, out: entries.length, length: entries.length };
    const { result } = await ledger.book(org, head, entries, Date.now());
    if (result !== "ok") throw new Error(`the books are ${result}`);
    tag = entries.at(-1)?.tag ?? tag;
  }
}

function rowsOf(call: AnyCall, index: number): Omit<BookRow, "n" | "tag">[] {
  const hold = `hold_${index}`;
  if (call.fate === "reset") {
    const facts = { ...factsOf(hold, call), key_id: "", provider: "", model: "", customer: null, tags: [] };
    return [{ ...rowOf(hold, "z", 0, 0, call.moments[0] ?? START_MS), facts }];
  }
  let before = 0;
  return call.fate.map((ending, i) => {
    const to = { s: call.cost, l: call.hold, v: 0 }[ending];
    const row = rowOf(hold, ending, to, to - before, call.moments[i] ?? START_MS);
    before = to;
    const facts = factsOf(hold, call);
    return { ...row, facts: ending === "s" ? { ...facts, model: call.answered, usage: call.usage } : facts };
  });
}

function rowOf(
  hold: string,
  kind: BookRow["kind"],
  to: number,
  delta: number,
  at: number,
): Omit<BookRow, "n" | "tag" | "facts"> {
  const lines = [{ counter: COUNTER, id: COUNTER, period_start: 0, to, delta }];
  return { id: `${hold}.${kind}`, e: 1, hold, kind, to, delta, at, lines };
}

function factsOf(hold: string, call: AnyCall) {
  return {
    ...call.place,
    request_id: `req_${hold}`,
    model_requested: call.place.model,
    endpoint: "chat",
    stream: false,
    outcome: "completed",
    hold: call.hold,
    started_at: new Date(START_MS).toISOString(),
  };
}
