import { and, asc, eq, or } from "drizzle-orm";
import { type Budget, WILDCARD, chargedBudgets } from "../../domain/charged-budgets.ts";
import { type KeyPlace, type ScopeRef, scopesOf } from "../../domain/scope.ts";
import type { Database } from "../../ledger/database.ts";
import { type BudgetRow, type KeyRow, budgetFromRow } from "../../ledger/rows.ts";
import { budgets } from "../../ledger/policy-schema.ts";
import type { Services } from "../../services.ts";
import { type Shown, liveViews } from "./live-views.ts";

// The budgets that something is under, live: those on it, and its own instances of those for each ("*").

/** Every budget that each call of a key counts in, whatever it names: what the key's place and its own tags charge. */
export async function budgetsOfKey(services: Services, row: KeyRow) {
  const { organizationId, id: keyId, teamId, userId } = row;
  const place: KeyPlace = { organizationId, keyId, teamId, userId };
  const scopes = scopesOf(place, { customer: null, tags: row.tags ?? [] });
  const shown = await shownUnder(services.database, organizationId, scopes, () => [place]);
  return liveViews(services, organizationId, shown);
}

/** Every budget that calls count in because they charge this scope. */
export async function budgetsOfScope(services: Services, organizationId: string, scope: ScopeRef) {
  const shown = await shownUnder(services.database, organizationId, [scope], (wildcards) =>
    placesOf(organizationId, scope, wildcards),
  );
  return liveViews(services, organizationId, shown);
}

/** The places of the keys whose calls may charge a scope, as far as they make a difference. */
function placesOf(organizationId: string, { kind, id }: ScopeRef, wildcards: Budget[]): KeyPlace[] {
  if (kind === "member") return [{ organizationId, teamId: id.slice(0, id.indexOf("/")) }];
  const narrowing = wildcards.flatMap(({ scope }) => scope.teamId ?? []);
  return [null, ...new Set(narrowing)].map((teamId) => ({ organizationId, teamId }));
}

async function shownUnder(
  database: Database,
  organizationId: string,
  scopes: ScopeRef[],
  placesFor: (wildcards: Budget[]) => KeyPlace[],
): Promise<Shown[]> {
  const rows = await rowsFor(database, organizationId, scopes);
  const all = rows.map((row) => budgetFromRow(row));
  const wildcards = all.filter(({ scope }) => scope.id === WILDCARD);
  const own = ({ kind, id }: ScopeRef) => all.filter(({ scope }) => scope.kind === kind && scope.id === id);
  const charged = placesFor(wildcards).flatMap((place) => chargedBudgets(scopes, place, { own, wildcards }));
  const instances = new Map(charged.map(({ budget, scope, counter }) => [counter, { budget, scope }]));
  return rows.flatMap((row) =>
    [...instances.values()]
      .filter(({ budget }) => budget.id === row.id)
      .map(({ scope }) => ({ row, instance: row.scopeId === WILDCARD ? scope.id : undefined })),
  );
}

/** In the order of creation. */
function rowsFor(database: Database, organizationId: string, scopes: ScopeRef[]): Promise<BudgetRow[]> {
  const onScope = scopes.map(({ kind, id }) => and(eq(budgets.scopeKind, kind), eq(budgets.scopeId, id)));
  return database
    .select()
    .from(budgets)
    .where(and(eq(budgets.organizationId, organizationId), or(...onScope, eq(budgets.scopeId, WILDCARD))))
    .orderBy(asc(budgets.id));
}
