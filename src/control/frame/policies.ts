import { eq, sql } from "drizzle-orm";
import { WILDCARD } from "../../domain/charged-budgets.ts";
import { LABEL_KINDS } from "../../domain/policy.ts";
import type { Database } from "../../ledger/database.ts";
import type { BudgetRow, KeyRow } from "../../ledger/rows.ts";
import { keys, policyVersions } from "../../ledger/policy-schema.ts";
import { type PolicyRef, type Services, StoreUnavailable } from "../../services.ts";
import { storeProblem } from "./failures.ts";

// Law 10: a change of what a policy document says raises the document's version in the same transaction, and the
// document is published before the change is answered.

export function keyDocument(digest: string): PolicyRef {
  return { kind: "key", id: digest };
}

/** One for each secret that works, or did until a moment ago. */
export function keyDocuments({ digest, previousDigest }: KeyRow): PolicyRef[] {
  return (previousDigest === null ? [digest] : [digest, previousDigest]).map(keyDocument);
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

/**
 * The statement that raises the versions of a key's documents, one for each secret. It goes behind the change itself:
 * that has locked the row, so a rotation at the same time is seen.
 */
export function raiseKeyVersions(database: Database, keyId: string) {
  const digests = sql`unnest(array[${keys.digest}, ${keys.previousDigest}])`.as("id");
  const secrets = database
    .select({ organizationId: keys.organizationId, id: digests })
    .from(keys)
    .where(eq(keys.id, keyId))
    .as("secrets");
  return database
    .insert(policyVersions)
    .select(
      database
        .select({
          organizationId: secrets.organizationId,
          kind: sql<"key">`'key'`.as("kind"),
          id: sql<string>`secrets.id`.as("id"),
          version: sql<number>`1`.as("version"),
        })
        .from(secrets)
        .where(sql`secrets.id is not null`),
    )
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
