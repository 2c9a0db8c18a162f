import { eq, and } from "drizzle-orm";
import type { Books } from "./books.ts";
import { closeHold } from "./close.ts";
import type { Database } from "./database.ts";
import { StoreUnavailable } from "../services.ts";
import { lapseHolds } from "./lapse.ts";
import { ledgerEntries } from "./books-schema.ts";

/** Takes a lapsed hold's charge back, whether Redis still has the hold or only the ledger knows of it. */
export async function voidHold(
  books: Books,
  database: Database,
  org: string,
  holdId: string,
): Promise<"voided" | "not_lapsed" | "not_found"> {
  await lapseHolds(books, org, [holdId]);
  const [hold] = await books.store.readHolds(org, [holdId]);
  const lapse = hold ? null : await lapseEntry(database, org, holdId);
  if (!hold && !lapse) return "not_found";
  const lines = hold
    ? hold.lines.map(({ counter, periodStartMs }) => ({ counter, periodStartMs, actual: 0 }))
    : (lapse?.budgets ?? []).map(({ counter, period_start }) => ({
        counter,
        periodStartMs: period_start,
        actual: 0,
      }));
  const facts = hold?.facts ?? JSON.stringify(lapse?.facts ?? {});
  const { outcome } = await closeHold(books, org, { mode: "void", holdId, amountNanoUsd: 0, lines, facts });
  if (outcome === "stranded") throw new StoreUnavailable("redis");
  return outcome === "refused" ? "not_lapsed" : "voided";
}

/** A lapse that was swept from Redis: its entry has what a void needs. */
async function lapseEntry(database: Database, org: string, holdId: string) {
  const [row] = await database
    .select()
    .from(ledgerEntries)
    .where(
      and(
        eq(ledgerEntries.organizationId, org),
        eq(ledgerEntries.holdId, holdId),
        eq(ledgerEntries.kind, "lapsed"),
      ),
    );
  if (!row) return null;
  return {
    budgets: row.budgets,
    facts: {
      request_id: row.requestId,
      key_id: row.keyId,
      team_id: row.teamId,
      user_id: row.userId,
      customer: row.customer,
      tags: row.tags,
      provider: row.provider,
      model_requested: row.modelRequested,
      model: row.model,
      endpoint: row.endpoint,
      stream: row.stream,
      hold: row.hold,
      started_at: row.startedAt.toISOString(),
    },
  };
}
