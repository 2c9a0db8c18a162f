import type { Hold } from "../../store/packed.ts";
import type { LapseInput, LapseReply } from "../../store/lapse.ts";
import { advance, copyOf, counterIn, includesHold, unchanged, type Books, type Step } from "./books.ts";
import { chargeOf, lineChargeOf } from "./charge.ts";
import { append } from "./entries.ts";

// The end of leases: a hold with no outcome lapses, one that has its outcome is swept away (laws 4, 12). Pure.

export function lapse(books: Books, input: LapseInput): Step<LapseReply> {
  if (!books.meta) return unchanged(books, { kind: "cold" });
  const next = copyOf(books);
  const { meta } = next;
  if (!meta) throw new Error("a copy of books has what they have");
  const counts = { lapsed: 0, swept: 0 };
  const unknown: string[] = [];
  const lost: string[] = [];

  for (const { id, hasEntries } of input.holds) {
    const hold = next.holds[id];
    if (!hold) {
      if ((next.leases[id] ?? Number.POSITIVE_INFINITY) <= input.nowMs) lost.push(id);
    } else if (hold.leaseEndMs <= input.nowMs) {
      const isOurs = hold.epoch === meta.epoch;
      const answer = input.askedEpoch === meta.epoch ? hasEntries : undefined;
      if (hold.state !== "h" || (!isOurs && answer === true)) {
        // A reserve so late that it finds its hold swept must see that its time is over.
        meta.now = Math.max(meta.now, hold.leaseEndMs);
        delete next.holds[id];
        delete next.leases[id];
        counts.swept += 1;
      } else if (!isOurs && answer === undefined) {
        unknown.push(id);
      } else {
        charge(next, hold, id, input);
        meta.now = Math.max(meta.now, input.nowMs);
        counts.lapsed += 1;
      }
    }
  }
  const reply = { kind: "ok" as const, epoch: meta.epoch, metaNowMs: meta.now, ...counts, unknown, lost };
  return { books: next, reply };
}

/** Charges a hold or gives it back, as its budgets say, and keeps it one lease longer: a settle may still come (law 5). */
function charge(books: Books, hold: Hold, id: string, input: LapseInput): void {
  const { meta } = books;
  if (!meta) throw new Error("books without a meta value lapse nothing");
  if (hold.lines.some(({ counter }) => !input.counters.includes(counter))) {
    throw new Error("the lapse lacks a counter of a hold");
  }
  const lines = hold.lines.map((line) => {
    const to = lineChargeOf(line);
    const counter = counterIn(books, line.counter);
    if (counter) {
      advance(counter, line.periodStartMs);
      if (counter.periodStartMs === line.periodStartMs) {
        counter.spent += to;
        if (includesHold(counter, hold)) counter.held -= line.amount;
      }
    }
    return { counter: line.counter, periodStartMs: line.periodStartMs, to, delta: to };
  });
  const to = chargeOf(hold);
  const { nonce, nowMs: atMs } = input;
  const sequence = append(books, {
    kind: "l",
    holdId: id,
    to,
    delta: to,
    atMs,
    nonce,
    lines,
    facts: hold.facts,
  });
  const leaseEndMs = input.nowMs + input.leaseMs;
  books.holds[id] = { ...hold, state: "l", epoch: meta.epoch, leaseEndMs, sequence };
  books.leases[id] = leaseEndMs;
}
