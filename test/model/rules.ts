// The protocol's rules. Each can be removed on its own, and what breaks then shows why it is there.

export const RULES = {
  retryReserve: "a reserve sent again is answered by its hold",
  tombstone: "a released hold stays, so that a late reserve of it takes nothing",
  releaseRefused: "a Worker that sent a reserve more than once and isn't admitted releases it",
  fixedNow: "a retry sends the first attempt's time",
  lateReserve: "a reserve older than a lease is refused",
  reserveEpoch: "a reserve names the epoch, and another one refuses it",
  lostHold: "an id that the sorted set has and no hold bears condemns the epoch",
  unknown: "a settle that finds no hold asks Postgres first",
  releaseUnknown: "a release that finds no hold asks Postgres first",
  bookedEpoch: "what Postgres said counts in the epoch in which it was asked",
  bookedFresh: "what Postgres said counts for one lease of Redis's time",
  holdEpoch: "a hold of an earlier epoch counts as missing",
  correctLapse: "a settle after a lapse counts the difference",
  bornCheck: "held goes down only where the counter is older than the hold",
  skipMissing: "a settle leaves a missing counter missing",
  ownPeriod: "a settle touches its own period only",
  settleRolls: "a settle of a later period rolls the counter",
  lapseRolls: "a lapse of a later period rolls the counter",
  lapseStays: "a lapsed hold stays one lease longer",
  sweepNow: "a sweep moves the meta time to the lease's end",
  trimById: "a trim removes the entries that were read",
  trimPrefix: "a trim removes from the outbox's head on only",
  neither: "an entry that is neither in the outbox nor in Postgres is settled again",
  doneById: "a trimmed sequence counts as one's own only if the hold bears it",
  doneByState: "and only if the hold bears the outcome that was sent",
  strandDone: "a stranded row is done when its entry is in Postgres",
  dedupId: "an entry whose id the ledger has is skipped",
  drainOutcome:
    "the ledger counts an entry's outcome less what is booked; a lapse or void after a settle is nothing",
  count: "an outbox that is longer or shorter than its count proves a loss",
  fence: "a drain of an epoch below the fence books nothing",
  durable: "a proven inconsistency raises the fence in the same transaction",
  tag: "a watermark whose tag Redis doesn't know shows a fall-back",
  nonce: "tags tell apart what was sent before and after a fall-back",
  confirm: "a suspicion is checked again by the script that opens an epoch",
  newEpoch: "each opening takes a new epoch",
  openOnce: "an epoch begins once: a late copy of its opening doesn't bring it back",
  condemn: "a standing epoch gives way only to its own condemnation",
  rebuildEpoch: "a rebuild's snapshot counts in its epoch only",
  rebuildOld: "no rebuild while the outbox has entries of earlier epochs",
  rebuildTrimmed: "no rebuild from a snapshot older than the last trim",
  rebuildPresent: "a rebuild leaves a counter that is there",
  rebuildKnows: "no rebuild or refresh where Redis doesn't know the snapshot's watermark",
  rebuildCount: "and that is told by how much the ledger had booked, which no other history gives out twice",
  bornApart:
    "counters are numbered apart from entries, so that an entry's number says how many came before it",
  outboxInRebuild: "a rebuild adds what the outbox has beyond the watermark",
  latestPeriod: "a rebuild makes the latest period that was booked or is in the outbox",
  voidSettled: "a void of a hold that Redis doesn't have is refused where a settle is booked",
} as const;

export type Rule = keyof typeof RULES;
export type RuleSet = Readonly<Record<Rule, boolean>>;

export const ALL_RULES = Object.keys(RULES) as Rule[];

export function isRule(name: string): name is Rule {
  return name in RULES;
}

export function rulesWithout(off: readonly Rule[]): RuleSet {
  return Object.fromEntries(ALL_RULES.map((rule) => [rule, !off.includes(rule)])) as Record<Rule, boolean>;
}
