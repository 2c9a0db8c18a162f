import { sql } from "drizzle-orm";
import { WILDCARD } from "../../domain/charged-budgets.ts";
import { LABEL_KINDS } from "../../domain/policy.ts";
import type { Database } from "../../ledger/database.ts";
import type { BudgetRow } from "../../ledger/rows.ts";
import { policyVersions } from "../../ledger/schema.ts";
import { type PolicyRef, type Services, StoreUnavailable } from "../../services.ts";
import { storeProblem } from "./failures.ts";

// Law 10: a change of what a policy document says raises the document's version in the same transaction, and the
// document is published before the change is answered.

export function keyDocument(digest: string): PolicyRef {
  return { kind: "key", id: digest };
}

export function scopeDocument(scopeKind: string, scopeId: string): PolicyRef {
  return { kind: "scope", id: `${scopeKind}:${scopeId}` };
}

/** The document that a budget stands in: one for each ("*") stands in its organization's. */
export function budgetDocument(row: Pick<BudgetRow, "organizationId" | "scopeKind" | "scopeId">): PolicyRef {
  return row.scopeId === WILDCARD
    ? scopeDocument("organization", row.organizationId)
    : scopeDocument(row.scopeKind, row.scopeId);
}

/** The documents that change where a budget comes or goes: the organization's says of which labels some have their own. */
export function budgetDocuments(row: BudgetRow): PolicyRef[] {
  const own = budgetDocument(row);
  const labelled = row.scopeId !== WILDCARD && LABEL_KINDS.some((kind) => kind === row.scopeKind);
  return labelled ? [own, scopeDocument("organization", row.organizationId)] : [own];
}

/** The statement that raises one document's version; it goes into the batch of the change. */
export function raiseVersion(database: Database, organizationId: string, { kind, id }: PolicyRef) {
  return database
    .insert(policyVersions)
    .values({ organizationId, kind, id, version: 1 })
    .onConflictDoUpdate({
      target: [policyVersions.organizationId, policyVersions.kind, policyVersions.id],
      set: { version: sql`${policyVersions.version} + 1` },
    });
}

/** Publishes what a committed change touched: from then on no call uses an older document. */
export async function publishAll(
  services: Services,
  organizationId: string,
  documents: PolicyRef[],
): Promise<void> {
  try {
    await Promise.all(documents.map((document) => services.publishPolicy(organizationId, document)));
  } catch (error) {
    if (!(error instanceof StoreUnavailable)) throw error;
    throw storeProblem(
      error.store,
      `The change is stored, but ${error.store} can't be reached: calls may use the old policy for up to a few minutes.`,
    );
  }
}
