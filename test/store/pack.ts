import type { Head } from "../../src/domain/books-model/drain.ts";
import type { BookRow } from "../../src/ledger/ledger.ts";
import type { OutboxHead } from "../../src/store/outbox.ts";
import type { Entry } from "../../src/store/packed.ts";

// The model's entries in the packed form that the Workers parse.

export function packHead(head: Head): OutboxHead {
  return { ...head, entries: head.entries.map(packEntry) };
}

function packEntry({ tag, id, kind, to, delta, atMs, lines, facts }: Entry): string {
  const packed = lines.map((line) => `${line.counter},${line.periodStartMs},${line.to},${line.delta}`);
  return `${tag} ${id} ${kind} ${to} ${delta} ${atMs} ${packed.join(";") || "-"} ${facts}`;
}

/** The entries that a Worker sends to Postgres, as the fake ledger takes them. */
export function entriesOf(rows: BookRow[]): Entry[] {
  return rows.map((row) => ({
    tag: row.tag,
    id: row.id,
    sequence: { epoch: row.e, n: row.n },
    kind: row.kind,
    holdId: row.hold,
    to: row.to,
    delta: row.delta,
    atMs: row.at,
    lines: row.lines.map(({ counter, period_start: periodStartMs, to, delta }) => ({
      counter,
      periodStartMs,
      to,
      delta,
    })),
    facts: JSON.stringify(row.facts),
  }));
}
