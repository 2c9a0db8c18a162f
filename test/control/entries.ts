import type { EntryRow } from "../../src/control/books/entry-views.ts";
import { newId } from "../../src/ids.ts";
import { ledgerEntries } from "../../src/ledger/books-schema.ts";
import { type Harness, START_MS } from "./harness.ts";

// Ledger entries as a drain would book them.

let sequence = 0;

/** A settled call of 0.25 USD under one budget; `fields` says what is special about it. */
export function entryRow(fields: Partial<EntryRow> = {}): EntryRow {
  const suffix = newId("hold").slice("hold_".length);
  const holdId = fields.holdId ?? `hold_${suffix}`;
  sequence += 1;
  return {
    id: `${holdId}.s`,
    organizationId: "org_default",
    holdId,
    requestId: holdId.replace("hold_", "req_"),
    kind: "settled",
    amount: 250_000_000,
    budgets: [
      {
        id: "bud_1",
        counter: "bud_1",
        period_start: Date.UTC(2026, 4, 1),
        amount: fields.amount ?? 250_000_000,
      },
    ],
    keyId: "key_1",
    teamId: null,
    userId: null,
    customer: null,
    tags: [],
    provider: "openai",
    modelRequested: "gpt-4o",
    model: "gpt-4o-2024-08-06",
    endpoint: "chat",
    stream: false,
    usage: { input_total: 10, output_total: 5 },
    priceVersion: "2026-05-01",
    serviceTier: null,
    providerCost: null,
    estimated: false,
    outcome: "completed",
    status: 200,
    hold: 1_000_000_000,
    overrun: 0,
    shadowRefusals: [],
    startedAt: new Date(START_MS),
    firstByteMs: 120,
    durationMs: 900,
    at: new Date(START_MS + 1_000),
    sequenceEpoch: 1,
    sequenceN: sequence,
    bookedAt: new Date(START_MS + 2_000),
    ...fields,
  };
}

/** What a hold that lapsed leaves: its whole amount, charged. */
export function lapseRow(fields: Partial<EntryRow> = {}): EntryRow {
  const lapsed = { kind: "lapsed", outcome: "lapsed", estimated: true, amount: 1_000_000_000 } as const;
  const row = entryRow({ ...lapsed, usage: null, status: null, priceVersion: null, ...fields });
  return { ...row, id: `${row.holdId}.l` };
}

export async function book(harness: Harness, ...rows: EntryRow[]): Promise<void> {
  for (const row of rows) await harness.database.insert(ledgerEntries).values(row);
}
