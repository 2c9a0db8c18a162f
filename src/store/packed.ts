// The packed values and replies as objects; their formats are described in scripts/prelude.ts. Pure.

export interface Meta {
  epoch: number;
  n: number;
  now: number;
  out: number;
  trimEpoch: number;
  trimN: number;
  drainUntil: number;
  sweepAt: number;
  /** How many counters this epoch has made. */
  births: number;
  /** How many entries the ledger had once it had those that were trimmed last. */
  trimCount: number;
  tag: string;
}

export interface Counter {
  epoch: number;
  born: number;
  periodStartMs: number;
  spent: number;
  held: number;
}

/** `v`: lapsed and voided. */
export type HoldState = "h" | "l" | "v" | "s" | "r";

export interface HoldLine {
  counter: string;
  periodStartMs: number;
  amount: number;
  onLapse: "c" | "r";
}

export interface Hold {
  state: HoldState;
  epoch: number;
  /** How many counters had been made when it was reserved: those include it. */
  births: number;
  leaseEndMs: number;
  sequence: Sequence;
  amountNanoUsd: number;
  lines: HoldLine[];
  facts: string;
}

/** Epoch and number of an entry; `{epoch: 0, n: 0}` is none. */
export interface Sequence {
  epoch: number;
  n: number;
}

/** Where the ledger stands: its latest entry by sequence, and how many were ever booked. */
export interface Watermark extends Sequence {
  tag: string;
  entryCount: number;
}

export interface EntryLine {
  counter: string;
  periodStartMs: number;
  to: number;
  delta: number;
}

/** An outbox entry. `to`: what the hold's entries shall sum to after it; `delta`: what Redis counted for that. */
export interface Entry {
  tag: string;
  id: string;
  sequence: Sequence;
  /** `s` settled, `l` lapsed, `v` voided, `z` a reset or an opening balance. */
  kind: "s" | "l" | "v" | "z";
  holdId: string;
  to: number;
  delta: number;
  atMs: number;
  lines: EntryLine[];
  facts: string;
}

export class MalformedValue extends Error {
  override name = "MalformedValue";
}

export function parseMeta(value: string): Meta {
  const isOld = value.split(" ").length === 9; // The prelude says how it is read on.
  const [numbers, [tag]] = split(value, isOld ? 8 : 10, 1);
  const [epoch, n, now, out, trimEpoch, trimN, drainUntil, sweepAt, births = n, trimCount = 0] = numbers as [
    ...FixedNumbers<8>,
    number?,
    number?,
  ];
  return { epoch, n, now, out, trimEpoch, trimN, drainUntil, sweepAt, births, trimCount, tag: tag ?? "-" };
}

export function parseCounter(value: string): Counter {
  const [numbers] = split(value, 5, 0);
  const [epoch, born, periodStartMs, spent, held] = numbers as FixedNumbers<5>;
  return { epoch, born, periodStartMs, spent, held };
}

export function parseHold(value: string): Hold {
  const match = /^([hlvsr]) (\d+) (\d+) (\d+) (\d+) (\d+) (\d+) (\S+) (.*)$/s.exec(value);
  if (!match) throw new MalformedValue("a hold is malformed");
  const [, state, epoch, births, leaseEnd, seqEpoch, seqN, amount, lines = "-", facts = "-"] = match;
  return {
    state: state as HoldState,
    epoch: Number(epoch),
    births: Number(births),
    leaseEndMs: Number(leaseEnd),
    sequence: { epoch: Number(seqEpoch), n: Number(seqN) },
    amountNanoUsd: Number(amount),
    lines: parseHoldLines(lines),
    facts,
  };
}

export function parseHoldLines(text: string): HoldLine[] {
  return parts(text).map(([counter = "", period, amount, onLapse]) => ({
    counter,
    periodStartMs: Number(period),
    amount: Number(amount),
    onLapse: onLapse === "r" ? "r" : "c",
  }));
}

export function parseEntry(value: string): Entry {
  const match = /^((\d+)\.(\d+)\/\S+) (\S+) ([slvz]) (\d+) (-?\d+) (\d+) (\S+) (.*)$/s.exec(value);
  if (!match) throw new MalformedValue("an outbox entry is malformed");
  const [, tag = "", epoch, n, id = "", kind, to, delta, at, lines = "-", facts = ""] = match;
  return {
    tag,
    id,
    sequence: { epoch: Number(epoch), n: Number(n) },
    kind: kind as Entry["kind"],
    holdId: id.replace(/\.[slvz]$/, ""),
    to: Number(to),
    delta: Number(delta),
    atMs: Number(at),
    lines: parts(lines).map(([counter = "", period, lineTo, lineDelta]) => ({
      counter,
      periodStartMs: Number(period),
      to: Number(lineTo),
      delta: Number(lineDelta),
    })),
    facts,
  };
}

/** A policy document: `<epoch>.<version> <JSON>`. */
export function parseDocument(value: string): { epoch: number; version: number; json: string } {
  const match = /^(\d+)\.(\d+) (.*)$/s.exec(value);
  if (!match) throw new MalformedValue("a policy document is malformed");
  const [, epoch, version, json = ""] = match;
  return { epoch: Number(epoch), version: Number(version), json };
}

type FixedNumbers<N extends number, T extends number[] = []> = T["length"] extends N
  ? T
  : FixedNumbers<N, [...T, number]>;

function split(value: string, numbers: number, texts: number): [number[], string[]] {
  const fields = value.split(" ");
  const values = fields.slice(0, numbers).map(Number);
  if (fields.length !== numbers + texts || !values.every(Number.isSafeInteger)) {
    throw new MalformedValue("a packed value is malformed");
  }
  return [values, fields.slice(numbers)];
}

function parts(text: string): string[][] {
  return text === "-" ? [] : text.split(";").map((part) => part.split(","));
}
