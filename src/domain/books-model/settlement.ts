import type { Hold, HoldState, Sequence } from "../../store/packed.ts";
import { DRAIN_LEASE_MS } from "../../store/scripts/head.ts";
import type { SettleInput, SettleReply } from "../../store/settlement.ts";
import { advance, copyOf, counterIn, includesHold, unchanged, type Books, type Step } from "./books.ts";
import { chargeOf, lineChargeOf } from "./charge.ts";
import { headOf, type Head } from "./drain.ts";
import { append } from "./entries.ts";

// Settle, release and void: a hold has one outcome, and its entries sum to what it cost (laws 4, 5, 6, 12). Pure.

export type ModelSettleReply =
  | Exclude<SettleReply, { kind: "ok" }>
  | { kind: "ok"; state: HoldState; sequence: Sequence; head: Head | null };

const NO_ENTRY: Sequence = { epoch: 0, n: 0 };

export function settle(books: Books, input: SettleInput): Step<ModelSettleReply> {
  const { meta } = books;
  if (!meta) return unchanged(books, { kind: "cold" });
  const stored = books.holds[input.holdId];
  // Whether a hold of an earlier epoch is booked, only Postgres knows by now.
  const hold = stored?.epoch === meta.epoch ? stored : null;
  if (hold?.state === "s" || hold?.state === "r") {
    if (input.mode === "void") return unchanged(books, { kind: "not_lapsed", state: hold.state });
    return unchanged(books, { kind: "ok", state: hold.state, sequence: hold.sequence, head: null });
  }
  if (input.mode === "void" && hold?.state === "v") {
    return unchanged(books, { kind: "ok", state: "v", sequence: hold.sequence, head: null });
  }
  // Its entry may still be on its way to Postgres: who voids twice waits for the same one.
  if (input.mode === "void" && hold?.state === "v") {
    return unchanged(books, { kind: "ok", state: "v", sequence: hold.sequence, head: null });
  }
  if (!stored && input.holdId in books.leases) return unchanged(books, { kind: "lost", epoch: meta.epoch });
  if (!hold && !isFresh(books, input)) {
    return unchanged(books, { kind: "unknown", epoch: meta.epoch, metaNowMs: meta.now });
  }
  if (input.mode === "void" && hold && hold.state !== "l") {
    return unchanged(books, { kind: "not_lapsed", state: hold.state });
  }
  const left =
    hold?.lines.filter((line) => !input.lines.some(({ counter }) => counter === line.counter)) ?? [];
  // Left out it would stay held for ever (law 4).
  if (left.length > 0) throw new Error("the settle lacks a line of its hold");
  return close(books, input, hold);
}

function close(books: Books, input: SettleInput, hold: Hold | null): Step<ModelSettleReply> {
  const next = copyOf(books);
  const { meta } = next;
  if (!meta) throw new Error("books without a meta value settle nothing");
  const to = input.mode === "settle" ? input.amountNanoUsd : 0;
  const counted = hold ? countedOf(hold) : (input.booked?.amountNanoUsd ?? 0);
  const lines = input.lines.map((line) => closeLine(next, input.mode, line, hold));
  // Given back with no entry: nothing of this hold was ever counted, here or in Postgres.
  const neverCounted = hold ? hold.state === "h" : counted === 0 && input.lines.every((l) => l.booked === 0);
  const silent = input.mode === "release" && neverCounted;

  const state = silent ? "r" : input.mode === "void" ? "v" : "s";
  const leaseEndMs = hold?.leaseEndMs ?? Math.max(input.nowMs, meta.now) + input.leaseMs;
  const sequence = silent
    ? NO_ENTRY
    : append(next, {
        kind: state === "v" ? "v" : "s",
        holdId: input.holdId,
        to,
        delta: to - counted,
        atMs: input.nowMs,
        nonce: input.nonce,
        lines,
        facts: input.facts,
      });
  const stays = state === "v" && hold;
  next.holds[input.holdId] = {
    state,
    epoch: meta.epoch,
    births: meta.births,
    leaseEndMs,
    sequence,
    amountNanoUsd: hold?.amountNanoUsd ?? 0,
    // A voided hold is open to the settle that may still come; the others have their outcome.
    lines: stays ? hold.lines : [],
    facts: stays ? hold.facts : "-",
  };
  next.leases[input.holdId] = leaseEndMs;

  const drains = !silent && input.drain && meta.drainUntil <= input.nowMs;
  if (drains) meta.drainUntil = input.nowMs + DRAIN_LEASE_MS;
  return { books: next, reply: { kind: "ok", state, sequence, head: drains ? headOf(next) : null } };
}

/** One budget's part: its counter moved, in the hold's own period only (law 6), and what the entry says of it. */
function closeLine(
  books: Books,
  mode: SettleInput["mode"],
  line: SettleInput["lines"][number],
  hold: Hold | null,
) {
  const held = hold?.lines.find(({ counter }) => counter === line.counter);
  const periodStartMs = held?.periodStartMs ?? line.periodStartMs;
  const to = mode === "settle" ? line.actual : 0;
  const counted = hold ? (held && hold.state === "l" ? lineChargeOf(held) : 0) : line.booked;
  const counter = counterIn(books, line.counter);
  if (counter) {
    advance(counter, periodStartMs);
    if (counter.periodStartMs === periodStartMs) {
      counter.spent += to - counted;
      if (held && hold?.state === "h" && includesHold(counter, hold)) counter.held -= held.amount;
    }
  }
  return { counter: line.counter, periodStartMs, to, delta: to - counted };
}

/** What a hold's entries sum to so far: its lapse's charge, unless that was voided. */
function countedOf(hold: Hold): number {
  return hold.state === "l" ? chargeOf(hold) : 0;
}

/** Whether what Postgres said still holds: in the same epoch, and before any hold made since could have been swept. */
function isFresh({ meta }: Books, { booked, leaseMs }: SettleInput): boolean {
  return booked !== undefined && booked.epoch === meta?.epoch && meta.now < booked.metaNowMs + leaseMs;
}
