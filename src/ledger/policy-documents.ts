import { and, asc, eq } from "drizzle-orm";
import type { KeyPolicy, ScopePolicy } from "../domain/policy.ts";
import { StoreUnavailable, type PolicyRef } from "../services.ts";
import type { Database } from "./database.ts";
import { budgetFromRow } from "./rows.ts";
import { budgets, keys, policyVersions, SCOPE_KINDS } from "./schema.ts";

export interface PolicyDocument {
  version: number;
  json: string;
}

/** A document as Postgres has it. One that was never changed has version 0. Throws StoreUnavailable. */
export async function readPolicyDocument(
  database: Database,
  org: string,
  policy: PolicyRef,
): Promise<PolicyDocument> {
  try {
    return policy.kind === "key"
      ? await readKeyDocument(database, org, policy.id)
      : await readScopeDocument(database, org, policy.id);
  } catch (error) {
    throw new StoreUnavailable("postgres", error);
  }
}

function versionOf(database: Database, org: string, kind: "key" | "scope", id: string) {
  return database
    .select({ version: policyVersions.version })
    .from(policyVersions)
    .where(
      and(eq(policyVersions.organizationId, org), eq(policyVersions.kind, kind), eq(policyVersions.id, id)),
    );
}

// The version is read first: a change in between gives new content under an old version, which the change's own
// document replaces; the other way round, old content would stand under the new version.

async function readKeyDocument(database: Database, org: string, digest: string): Promise<PolicyDocument> {
  const [versions, rows] = await database.batch([
    versionOf(database, org, "key", digest),
    database
      .select()
      .from(keys)
      .where(and(eq(keys.digest, digest), eq(keys.organizationId, org))),
  ]);
  const [row] = rows;
  const policy: KeyPolicy | null = row
    ? {
        id: row.id,
        organizationId: row.organizationId,
        teamId: row.teamId,
        userId: row.userId,
        enabled: row.enabled,
        revoked: row.revokedAt !== null,
        expiresAtMs: row.expiresAt?.getTime() ?? null,
        models: row.models,
        endpoints: row.endpoints,
        providers: row.providers,
        modelAliases: row.modelAliases,
        tags: row.tags ?? [],
        whenShort: row.whenShort,
        minOutputTokens: row.minOutputTokens,
        onDisconnect: row.onDisconnect,
        allowUnpriced: row.allowUnpriced,
      }
    : null;
  return { version: versions[0]?.version ?? 0, json: JSON.stringify(policy) };
}

async function readScopeDocument(database: Database, org: string, scope: string): Promise<PolicyDocument> {
  const colon = scope.indexOf(":");
  const kind = SCOPE_KINDS.find((name) => name === scope.slice(0, colon));
  if (!kind) throw new Error("not a scope");
  const [versions, rows] = await database.batch([
    versionOf(database, org, "scope", scope),
    database
      .select()
      .from(budgets)
      .where(
        and(
          eq(budgets.organizationId, org),
          eq(budgets.scopeKind, kind),
          eq(budgets.scopeId, scope.slice(colon + 1)),
        ),
      )
      .orderBy(asc(budgets.id)),
  ]);
  const policy: ScopePolicy = rows.map(budgetFromRow);
  return { version: versions[0]?.version ?? 0, json: JSON.stringify(policy) };
}
