import {
  epochOf,
  type Asked,
  type BookMessage,
  type HoldBooks,
  type Sequence,
  type Snapshot,
  type State,
} from "./state.ts";
import { bookedAmount, bookedLines, NO_BOOKS, totalOf, type World } from "./world.ts";

// drizzle/0001_books.sql and 0006_entry_count.sql, step by step: each is one transaction.

export type BookReply =
  | { readonly kind: "fenced" | "ok" | "broken" }
  | { readonly kind: "suspect"; readonly watermark: { readonly seq: Sequence; readonly tag: string } };

export function book(world: World, state: State, { head }: BookMessage): BookReply {
  const { rules } = world;
  const { postgres } = state;
  const { watermark, tag } = postgres;
  if (rules.fence && head.epoch < postgres.fence) return { kind: "fenced" };
  const isKnown = head.tag === tag || head.entries.some((entry) => entry.tag === tag);
  const suspect =
    rules.tag && (head.epoch < epochOf(watermark) || (head.epoch === epochOf(watermark) && !isKnown));

  let broken = rules.count && head.out !== head.length;
  let { ledger, count } = postgres;
  for (const entry of head.entries) {
    const books = ledger[entry.id] ?? NO_BOOKS;
    if (rules.dedupId ? books[entry.kind] : entry.seq <= watermark) continue;
    const ours = epochOf(entry.seq) === head.epoch;
    if (rules.tag && ours && entry.seq <= watermark) broken = true;
    if (rules.drainOutcome && entry.kind !== "s" && books.s) {
      broken ||= ours;
      continue;
    }
    const isFirst = !books.l && !books.v && !books.s;
    const delta = rules.drainOutcome ? entry.to - bookedAmount(books) : entry.delta;
    broken ||= ours && delta !== entry.delta;
    const known = bookedLines(books);
    const lines = entry.lines.map(({ budget, period, to, delta: lineDelta }) => {
      if (!rules.drainOutcome) return { budget, period, amount: lineDelta };
      // A correction counts where what it corrects was counted.
      const own = isFirst ? [] : known.filter((line) => line.budget === budget);
      const at = own.reduce((latest, line) => Math.max(latest, line.period), own.length > 0 ? 0 : period);
      const amount = to - own.reduce((sum, line) => sum + line.amount, 0);
      broken ||= ours && (at !== period || amount !== lineDelta);
      return { budget, period: at, amount };
    });
    count += 1;
    ledger = ledger.with(entry.id, { ...books, [entry.kind]: { amount: delta, lines } });
  }

  const last = head.entries.at(-1);
  const moves = last && last.seq > watermark;
  state.postgres = {
    ...postgres,
    ledger,
    count,
    ...(moves ? { watermark: last.seq, tag: last.tag } : {}),
    fence: broken && rules.fence && rules.durable ? Math.max(postgres.fence, head.epoch + 1) : postgres.fence,
  };
  if (broken) return { kind: "broken" };
  return suspect ? { kind: "suspect", watermark: { seq: watermark, tag } } : { kind: "ok" };
}

function raiseFence({ rules }: World, state: State, epoch: number): void {
  if (rules.fence && epoch > state.postgres.fence) state.postgres = { ...state.postgres, fence: epoch };
}

/** What is booked for a hold. From then on no drain of an earlier epoch books. */
export function ask(world: World, state: State, id: number, at: { epoch: number; now: number }): Asked {
  raiseFence(world, state, at.epoch);
  const books: HoldBooks = state.postgres.ledger[id] ?? NO_BOOKS;
  return {
    ...at,
    any: books.l !== null || books.v !== null || books.s !== null,
    settled: books.s !== null,
    amount: bookedAmount(books),
    lines: bookedLines(books),
  };
}

/** The totals of some budgets, each in the later of a period and the latest that was booked. */
export function takeSnapshot(
  world: World,
  state: State,
  epoch: number,
  asked: readonly { budget: number; period: number }[],
): Snapshot {
  raiseFence(world, state, epoch);
  const { postgres } = state;
  const totals = asked.map(({ budget, period }) => {
    let latest = period;
    for (const books of postgres.ledger) {
      for (const line of world.rules.latestPeriod ? bookedLines(books) : []) {
        if (line.budget === budget) latest = Math.max(latest, line.period);
      }
    }
    return { budget, period: latest, spent: totalOf(postgres, budget, latest) };
  });
  return { epoch, watermark: postgres.watermark, tag: postgres.tag, count: postgres.count, totals };
}

export function nextEpoch(state: State): number {
  const epoch = state.postgres.epoch + 1;
  state.postgres = { ...state.postgres, epoch };
  return epoch;
}
