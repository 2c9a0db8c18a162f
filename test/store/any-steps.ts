import * as fc from "fast-check";
import type { Loss } from "./lockstep.ts";

// Steps with any arguments, wise or not: what the scripts answer to them must be what the model answers.
// Values that only mean something beside what Redis holds are chosen relative to it, when the step is taken.

export const COUNTERS = ["a", "b", "c"] as const;
export const HOLDS = ["h1", "h2", "h3"] as const;
export const POLICIES = [
  { kind: "key", id: "digest" },
  { kind: "scope", id: "key:k1" },
] as const;
/** Long after any Redis's own clock, so that no document ends while a test runs. */
export const NEVER_ENDS_MS = 8_000_000_000_000;

const LAST_MS = 6_000;
const PERIOD_STARTS_MS = [0, 1_000, 2_000, 3_000];
const LEASES_MS = [400, 1_500];
const MAX_STEPS = 24;
/** More digits than Lua's own number format keeps; MAX_STEPS of them, and one BIG_TOTAL, still sum below 2^53. */
const BIG = 300_000_000_000_001;
const BIG_TOTAL = 1_000_000_000_000_007;
/** 9,007,199 USD in nano-USD, the largest limit. */
const LARGEST_LIMIT = 9_007_199_000_000_000;

const nowMs = fc.oneof(
  fc.integer({ min: 0, max: LAST_MS }),
  fc.constantFrom(999, 1_000, 1_999, 2_000, LAST_MS),
);
const leaseMs = fc.constantFrom(...LEASES_MS);
const periodStartMs = fc.constantFrom(...PERIOD_STARTS_MS);
const amount = fc.oneof(fc.integer({ min: 0, max: 6 }), fc.constantFrom(BIG, BIG - 7));
const limit = fc.constantFrom(0, 1, 5, 10, BIG, LARGEST_LIMIT);
const holdId = fc.constantFrom(...HOLDS);
/** Relative to the epoch in force. */
const epochOffset = fc.constantFrom(0, 0, 0, 0, -1, 1);
const counters = fc.subarray([...COUNTERS]);
const nonce = fc.constantFrom("n1", "n2");

const reserveLine = (counter: string) =>
  fc.record({
    counter: fc.constant(counter),
    periodStartMs,
    limit,
    hard: fc.boolean(),
    amount: fc.oneof(fc.constant("usd" as const), fc.integer({ min: 0, max: 2 })),
    onLapse: fc.constantFrom("charge" as const, "release" as const),
  });
const eachCounter = <T>(line: (counter: string) => fc.Arbitrary<T>) =>
  counters.chain((names) => fc.tuple(...names.map(line)));

/** Descending, as the gate sends them. */
const grants = fc.tuple(amount, amount, amount).map((all) => {
  const [want, tight, least] = all.sort((a, b) => b - a);
  return { want, tight, least };
});
const policyVersions = fc.array(fc.constantFrom(0, 1, 2), { maxLength: POLICIES.length });

const reserve = fc.record({
  step: fc.constant("reserve" as const),
  holdId,
  epochOffset,
  nowMs,
  leaseMs,
  policyVersions: fc.oneof(
    { weight: 4, arbitrary: fc.constant<(0 | 1 | 2)[]>([]) },
    { weight: 1, arbitrary: policyVersions },
  ),
  lines: eachCounter(reserveLine),
  grants,
});
const settleLine = (counter: string) =>
  fc.record({
    counter: fc.constant(counter),
    periodStartMs,
    actual: amount,
    booked: fc.constantFrom(0, 0, 1, 3),
  });
const settle = fc.record({
  step: fc.constant("settle" as const),
  mode: fc.constantFrom("settle" as const, "settle" as const, "release" as const, "void" as const),
  holdId,
  nowMs,
  leaseMs,
  nonce,
  amountNanoUsd: amount,
  /** Of every counter; those the hold has are always sent. */
  lines: fc.tuple(...COUNTERS.map(settleLine)),
  also: counters,
  booked: fc.option(
    fc.record({
      amountNanoUsd: fc.constantFrom(0, 0, 3),
      epochOffset,
      agoMs: fc.constantFrom(0, 0, 300, 2_000),
    }),
  ),
  drain: fc.boolean(),
});
const lapse = fc.record({
  step: fc.constant("lapse" as const),
  nowMs,
  leaseMs,
  nonce,
  askedOffset: fc.constantFrom(0, 0, -1),
  holds: fc.subarray([...HOLDS], { minLength: 1 }),
  hasEntries: fc.constantFrom(undefined, true, false),
});
const drain = fc.record({
  step: fc.constant("drain" as const),
  nowMs,
  force: fc.boolean(),
  awaits: fc.option(holdId),
});
/** `skips`: leaves the first tag out. `foreign`: has one that Redis doesn't know. */
const trim = fc.record({
  step: fc.constant("trim" as const),
  count: fc.integer({ min: 0, max: 4 }),
  skips: fc.constantFrom(false, false, true),
  foreign: fc.constantFrom(false, false, true),
  entryCount: fc.integer({ min: 0, max: 6 }),
  /** Whose drain it frees: its own if that is the one in force, another's, or any. */
  drain: fc.constantFrom("own" as const, "another" as const, "any" as const),
});
const open = fc.record({
  step: fc.constant("open" as const),
  /** Counted from the epoch in force: also one that began before. */
  newOffset: fc.constantFrom(1, 1, 2, 0, -1),
  condemnedOffset: fc.constantFrom(0, 0, 0, -1, 1),
  suspicion: fc.option(
    fc.record({ epochOffset, n: fc.integer({ min: 0, max: 6 }), entry: fc.option(fc.nat({ max: 3 })) }),
  ),
  lostHolds: fc.subarray([...HOLDS]),
});
const snapshot = {
  epochOffset,
  /** The watermark and the ledger's count, counted from what is trimmed. `isForeign`: its tag is another history's. */
  ahead: fc.constantFrom(0, 0, 0, -1, 1, 5),
  isForeign: fc.constantFrom(false, false, false, true),
  counted: fc.constantFrom(0, 0, 0, -1, 3),
  counters: eachCounter((counter) =>
    fc.record({ counter: fc.constant(counter), periodStartMs, spent: fc.constantFrom(0, 0, 3, BIG_TOTAL) }),
  ),
};
const rebuild = fc.record({ step: fc.constant("rebuild" as const), ...snapshot });
const refresh = fc.record({ step: fc.constant("refresh" as const), repair: fc.boolean(), ...snapshot });
const life = fc.constantFrom(500, 1_500, "idle" as const);
const listInstances = fc.record({
  step: fc.constant("listInstances" as const),
  made: fc.uniqueArray(fc.record({ counter: fc.constantFrom(...COUNTERS), periodStartMs, life }), {
    minLength: 1,
    maxLength: 3,
    selector: ({ counter }) => counter,
  }),
  nowMs,
});
const forgetInstances = fc.record({ step: fc.constant("forgetInstances" as const), nowMs });
const policy = fc.constantFrom(...POLICIES);
const claimPolicy = fc.record({ step: fc.constant("claimPolicy" as const), policy, nonce });
const putPolicy = fc.record({
  step: fc.constant("putPolicy" as const),
  policy,
  epochOffset,
  /** Whether it shows the claim that stands, if there is one. */
  shows: fc.constantFrom("standing" as const, "standing" as const, "another" as const, "none" as const),
  version: fc.integer({ min: 1, max: 3 }),
  endsAtMs: fc.constantFrom(NEVER_ENDS_MS, NEVER_ENDS_MS, 1),
});
const confirm = fc.record({ step: fc.constant("confirm" as const), policyVersions });
const lose = fc.record({
  step: fc.constant("lose" as const),
  loss: fc.oneof(
    fc.constantFrom<Loss>(
      { key: "meta" },
      { key: "outbox" },
      { key: "epoch" },
      { key: "claims" },
      { key: "everything" },
    ),
    fc.record({ key: fc.constant("counter" as const), id: fc.constantFrom(...COUNTERS) }),
    fc.record({ key: fc.constant("hold" as const), id: holdId }),
    fc.record({ key: fc.constant("policy" as const), policy }),
  ),
});

export const anyStep = fc.oneof(
  { weight: 8, arbitrary: reserve },
  { weight: 7, arbitrary: settle },
  { weight: 4, arbitrary: lapse },
  { weight: 3, arbitrary: rebuild },
  { weight: 2, arbitrary: refresh },
  { weight: 2, arbitrary: drain },
  { weight: 2, arbitrary: trim },
  { weight: 1, arbitrary: open },
  { weight: 2, arbitrary: listInstances },
  { weight: 2, arbitrary: forgetInstances },
  { weight: 2, arbitrary: claimPolicy },
  { weight: 2, arbitrary: putPolicy },
  { weight: 1, arbitrary: confirm },
  { weight: 1, arbitrary: lose },
);
export type AnyStep = typeof anyStep extends fc.Arbitrary<infer T> ? T : never;

export const anySteps = fc.array(anyStep, { maxLength: MAX_STEPS, size: "max" });
