import { and, asc, eq, gt, inArray, isNull, or, sql } from "drizzle-orm";
import { WILDCARD } from "../domain/charged-budgets.ts";
import { LABEL_KINDS, type KeyPolicy, type ScopePolicy } from "../domain/policy.ts";
import { SCOPE_KINDS, type ScopeKind } from "../domain/scope.ts";
import { StoreUnavailable, type PolicyRef } from "../services.ts";
import { providerCredentials } from "./control-schema.ts";
import type { Database } from "./database.ts";
import { budgetFromRow, endOfSecret, overrideFromRow, providerFromRow } from "./rows.ts";
import { customers, organizations } from "./places-schema.ts";
import { adjustments, budgets, keys, policyVersions, priceOverrides } from "./policy-schema.ts";

export interface PolicyDocument {
  version: number;
  json: string;
}

/**
 * A document as Postgres has it, with the adjustments that are in force at `nowMs` or later. One that was never changed
 * has version 0. Throws StoreUnavailable.
 */
export async function readPolicyDocument(
  database: Database,
  org: string,
  policy: PolicyRef,
  nowMs = 0,
): Promise<PolicyDocument> {
  try {
    return policy.kind === "key"
      ? await readKeyDocument(database, org, policy.id)
      : await readScopeDocument(database, org, policy.id, nowMs);
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
      .where(and(or(eq(keys.digest, digest), eq(keys.previousDigest, digest)), eq(keys.organizationId, org))),
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
        expiresAtMs: endOfSecret(row, digest)?.getTime() ?? null,
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

async function readScopeDocument(
  database: Database,
  org: string,
  scope: string,
  nowMs: number,
): Promise<PolicyDocument> {
  const colon = scope.indexOf(":");
  const kind = SCOPE_KINDS.find((name) => name === scope.slice(0, colon));
  if (!kind) throw new Error("not a scope");
  const id = scope.slice(colon + 1);
  const onScope = and(eq(budgets.organizationId, org), eq(budgets.scopeKind, kind), eq(budgets.scopeId, id));
  const [versions, own, changes, blocked, provided] = await database.batch([
    versionOf(database, org, "scope", scope),
    database.select().from(budgets).where(onScope).orderBy(asc(budgets.id)),
    adjustmentsOf(database, onScope, nowMs),
    database
      .select({ blocked: customers.blocked })
      .from(customers)
      .where(and(eq(customers.organizationId, org), eq(customers.id, id))),
    providersOf(database, org, kind, id),
  ]);
  const policy: ScopePolicy = {
    budgets: own.map((row) => budgetFromRow(row, changes)),
    blocked: kind === "customer" && (blocked[0]?.blocked ?? false),
    ...(await organizationWide(database, org, kind, nowMs)),
    ...(provided.length > 0 && { providers: provided.map(providerFromRow) }),
  };
  return { version: versions[0]?.version ?? 0, json: JSON.stringify(policy) };
}

/** What only an organization's document says. */
async function organizationWide(
  database: Database,
  org: string,
  kind: ScopeKind,
  nowMs: number,
): Promise<Omit<ScopePolicy, "budgets" | "blocked">> {
  if (kind !== "organization") return { wildcards: [], labelled: [], modelAliases: null };
  const each = and(eq(budgets.organizationId, org), eq(budgets.scopeId, WILDCARD));
  const [rows, changes, kinds, blocked, named, prices] = await database.batch([
    database.select().from(budgets).where(each).orderBy(asc(budgets.id)),
    adjustmentsOf(database, each, nowMs),
    database
      .selectDistinct({ kind: budgets.scopeKind })
      .from(budgets)
      .where(
        and(
          eq(budgets.organizationId, org),
          inArray(budgets.scopeKind, [...LABEL_KINDS]),
          sql`${budgets.scopeId} <> ${WILDCARD}`,
        ),
      ),
    database
      .select({ id: customers.id })
      .from(customers)
      .where(and(eq(customers.organizationId, org), eq(customers.blocked, true)))
      .limit(1),
    database
      .select({ modelAliases: organizations.modelAliases })
      .from(organizations)
      .where(eq(organizations.id, org)),
    database
      .select()
      .from(priceOverrides)
      .where(eq(priceOverrides.organizationId, org))
      .orderBy(asc(priceOverrides.provider), asc(priceOverrides.model)),
  ]);
  return {
    wildcards: rows.map((row) => budgetFromRow(row, changes)),
    labelled: LABEL_KINDS.filter(
      (label) => kinds.some(({ kind: own }) => own === label) || (label === "customer" && blocked.length > 0),
    ),
    modelAliases: named[0]?.modelAliases ?? null,
    ...(prices.length > 0 && { priceOverrides: prices.map(overrideFromRow) }),
  };
}

/** An organization's or a team's own; other scopes have none. */
function providersOf(database: Database, org: string, kind: ScopeKind, id: string) {
  const owner = kind === "organization" ? "" : kind === "team" ? id : null;
  return database
    .select()
    .from(providerCredentials)
    .where(
      owner === null
        ? sql`false`
        : and(eq(providerCredentials.organizationId, org), eq(providerCredentials.teamId, owner)),
    )
    .orderBy(asc(providerCredentials.name));
}

function adjustmentsOf(database: Database, which: ReturnType<typeof and>, nowMs: number) {
  const ids = database.select({ id: budgets.id }).from(budgets).where(which);
  // Those that are over change nothing any more, and would make the document grow for ever.
  const inForce = or(isNull(adjustments.until), gt(adjustments.until, new Date(nowMs)));
  return database
    .select()
    .from(adjustments)
    .where(and(inArray(adjustments.budgetId, ids), inForce));
}
