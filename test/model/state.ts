// What the model remembers: both stores, the Workers, the messages under way, and what is true. All of it is immutable
// but for a state's own fields, so that states share what they have in common and each part is hashed once.

/** Epoch and number in one: `epoch * 100 + n`. Later is greater; 0 is none. */
export type Sequence = number;
export const sequence = (epoch: number, n: number): Sequence => epoch * 100 + n;
export const epochOf = (seq: Sequence): number => Math.floor(seq / 100);

export interface Meta {
  readonly epoch: number;
  readonly n: number;
  readonly now: number;
  readonly out: number;
  readonly trimmed: Sequence;
  readonly tag: string;
  /** How many counters were made: apart from n, or another history could give out one number twice. */
  readonly births: number;
  /** How many entries the ledger had when the last trim's were booked. */
  readonly trimCount: number;
}

export interface Counter {
  readonly epoch: number;
  readonly born: number;
  readonly period: number;
  readonly spent: number;
  readonly held: number;
}

export interface HoldLine {
  readonly budget: number;
  readonly period: number;
  readonly amount: number;
}

/** h held, l lapsed, v lapsed and voided, s settled, r released. */
export type HoldState = "h" | "l" | "v" | "s" | "r";

export interface Hold {
  readonly state: HoldState;
  /** Epoch and sequence of its latest step. */
  readonly at: Sequence;
  /** The birth of the youngest counter that may include it. */
  readonly after: number;
  readonly leaseEnd: number;
  /** Of its latest entry. */
  readonly seq: Sequence;
  readonly amount: number;
  readonly lines: readonly HoldLine[];
}

export type EntryKind = "s" | "l" | "v";

export interface EntryLine {
  readonly budget: number;
  readonly period: number;
  readonly to: number;
  readonly delta: number;
}

export interface Entry {
  readonly seq: Sequence;
  readonly tag: string;
  readonly kind: EntryKind;
  readonly id: number;
  readonly to: number;
  readonly delta: number;
  readonly lines: readonly EntryLine[];
}

export interface BookedLine {
  readonly budget: number;
  readonly period: number;
  readonly amount: number;
}

export interface BookedEntry {
  readonly amount: number;
  readonly lines: readonly BookedLine[];
}

/** What the ledger has of one hold, by kind: an entry's id is the hold's and its kind. */
export interface HoldBooks {
  readonly l: BookedEntry | null;
  readonly v: BookedEntry | null;
  readonly s: BookedEntry | null;
}

export interface Postgres {
  readonly epoch: number;
  readonly fence: number;
  readonly watermark: Sequence;
  readonly tag: string;
  /** Entries ever booked. */
  readonly count: number;
  readonly ledger: readonly HoldBooks[];
}

/** The outbox as a drain read it, with the meta value of that moment. */
export interface Head {
  readonly epoch: number;
  readonly tag: string;
  readonly out: number;
  readonly length: number;
  readonly entries: readonly Entry[];
}

/** What Postgres said of a hold, and the meta value's epoch and time before it was asked. */
export interface Asked {
  readonly epoch: number;
  readonly now: number;
  readonly any: boolean;
  readonly settled: boolean;
  readonly amount: number;
  readonly lines: readonly BookedLine[];
}

export interface Snapshot {
  readonly epoch: number;
  readonly watermark: Sequence;
  readonly tag: string;
  readonly count: number;
  readonly totals: readonly { readonly budget: number; readonly period: number; readonly spent: number }[];
}

export interface Opening {
  readonly epoch: number;
  readonly condemned: number;
  readonly suspicion: { readonly seq: Sequence; readonly tag: string } | null;
  readonly lost: number;
}

/** Where a Worker stands. Beneath it on the stack: what it goes on with afterwards. */
export type Place =
  | "new"
  | "reserve"
  | "dispatch"
  | "close"
  | "await"
  | "stranded"
  | "whole"
  | "book"
  | "trim"
  | "ask"
  | "snapshot"
  | "rebuild"
  | "catch up"
  | "refresh snapshot"
  | "refresh"
  | "take epoch"
  | "open"
  | "lapse"
  | "idle"
  | "finish"
  | "done"
  | "refused"
  | "dead";

export type Mode = "settle" | "release" | "void" | "reset";

export interface Worker {
  readonly stack: readonly Place[];
  /** The hold that it is about, or -1. */
  readonly id: number;
  /** What its call cost; null where it wasn't dispatched. */
  readonly cost: number | null;
  readonly mode: Mode;
  /** The epoch that it knows. */
  readonly epoch: number;
  /** The periods that its reserve was told, by budget. */
  readonly periods: readonly number[] | null;
  readonly granted: number;
  /** The first attempt's time, or -1. */
  readonly startedAt: number;
  readonly unanswered: boolean;
  readonly seq: Sequence;
  readonly asking: { readonly epoch: number; readonly now: number } | null;
  readonly asked: Asked | null;
  readonly head: Head | null;
  /** The ledger's count of entries after its transaction. */
  readonly count: number;
  readonly snapshot: Snapshot | null;
  readonly opening: Opening | null;
  readonly stranded: boolean;
  readonly tries: number;
  /** Renewals of a call's lease, or an operator's steps, that are left. */
  readonly left: number;
}

/** What is true of a hold, whatever the stores say: how much of each budget it takes, and whether memory of it was lost. */
export interface Truth {
  readonly state: HoldState | "-";
  readonly amounts: readonly number[];
  readonly periods: readonly number[];
  readonly forgotten: boolean;
}

export interface Redis {
  readonly meta: Meta | null;
  /** The last epoch that began, in a place of its own. */
  readonly begun: number;
  readonly counters: readonly (Counter | null)[];
  readonly holds: readonly (Hold | null)[];
  /** The sorted set: lease ends by hold, in a place of its own. */
  readonly leases: readonly (number | null)[];
  readonly outbox: readonly Entry[];
}

export interface State {
  time: number;
  /** Faults that are left: late or doubled messages, deaths, losses of memory. */
  left: { readonly late: number; readonly deaths: number; readonly memory: number };
  /** A loss of memory that no new epoch has followed yet. */
  unhealed: boolean;
  meta: Meta | null;
  begun: number;
  counters: readonly (Counter | null)[];
  holds: readonly (Hold | null)[];
  leases: readonly (number | null)[];
  outbox: readonly Entry[];
  postgres: Postgres;
  workers: readonly Worker[];
  /** Messages under way, in no order. */
  messages: readonly Message[];
  /** What Redis may fall back to; "used" once it did. */
  older: Redis | "used" | null;
  truths: readonly Truth[];
}

export interface SettleLine {
  readonly budget: number;
  readonly period: number;
  readonly actual: number;
  readonly booked: number;
}

export type ReserveMessage = {
  readonly op: "reserve";
  readonly id: number;
  readonly now: number;
  readonly epoch: number;
};
export type SettleMessage = {
  readonly op: "settle";
  readonly mode: Mode;
  readonly id: number;
  readonly now: number;
  readonly amount: number;
  readonly lines: readonly SettleLine[];
  readonly booked: { readonly amount: number; readonly epoch: number; readonly now: number } | null;
  readonly nonce: number;
};
export type LapseMessage = {
  readonly op: "lapse";
  readonly id: number;
  readonly now: number;
  readonly asked: { readonly epoch: number; readonly any: boolean } | null;
  readonly nonce: number;
};
export type RenewMessage = { readonly op: "renew"; readonly id: number; readonly now: number };
export type TrimMessage = {
  readonly op: "trim";
  readonly tags: readonly string[];
  readonly last: Sequence;
  readonly count: number;
};
export type OpenMessage = { readonly op: "open"; readonly opening: Opening };
export type RebuildMessage = { readonly op: "rebuild" | "refresh"; readonly snapshot: Snapshot };
export type BookMessage = { readonly op: "book"; readonly head: Head };

/** What may arrive late or twice. A drain's read isn't among them: it changes nothing that matters. */
export type Message =
  | ReserveMessage
  | SettleMessage
  | LapseMessage
  | RenewMessage
  | TrimMessage
  | OpenMessage
  | RebuildMessage
  | BookMessage;

/** A law that doesn't hold in a state. */
export class Violation extends Error {
  override name = "Violation";
}

export function fail(message: string): never {
  throw new Violation(message);
}
