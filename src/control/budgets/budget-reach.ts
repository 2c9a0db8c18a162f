import { type SQL, and, eq, inArray, isNull, or, sql } from "drizzle-orm";
import { WILDCARD, takesPlaceOf } from "../../domain/charged-budgets.ts";
import type { ScopeRef } from "../../domain/scope.ts";
import type { Database } from "../../ledger/database.ts";
import type { BudgetRow } from "../../ledger/rows.ts";
import { budgets, keys } from "../../ledger/policy-schema.ts";
import type { ControlContext } from "../frame/context.ts";
import { teamOfBudget } from "../frame/find.ts";
import { Problem, badField } from "../frame/problem.ts";

// Which budgets a team's token sees and changes: those on its keys and members. The team's own is what the organization
// holds it to.

/** The budgets on a team and its members, and those that are narrowed to it. */
export function onTeam(teamId: string): SQL | undefined {
  return or(
    eq(budgets.scopeTeamId, teamId),
    and(eq(budgets.scopeKind, "team"), eq(budgets.scopeId, teamId)),
    and(eq(budgets.scopeKind, "member"), sql`starts_with(${budgets.scopeId}, ${`${teamId}/`})`),
  );
}

/** The budgets that are a team's matter: those on its keys, too. */
export function ofTeam(database: Database, teamId: string): SQL | undefined {
  const itsKeys = database.select({ id: keys.id }).from(keys).where(eq(keys.teamId, teamId));
  return or(onTeam(teamId), and(eq(budgets.scopeKind, "key"), inArray(budgets.scopeId, itsKeys)));
}

/** Ends a team's call that would put a budget on what isn't the team's. */
export async function requireScopeIsTeams(
  c: ControlContext,
  { kind, id, team_id }: ScopeRef & { team_id?: string | null | undefined },
): Promise<void> {
  const { principal, services } = c.var;
  if (principal.teamId === null) return;
  const scope = { scopeKind: kind, scopeId: id, scopeTeamId: team_id ?? null };
  if (kind !== "team" && (await teamOfBudget(services.database, scope)) === principal.teamId) return;
  throw badField(id === WILDCARD ? "/scope/team_id" : "/scope/id", "is not a key or member of the team");
}

/** Ends a team's call that would change what the organization holds the team to. */
export function requireBudgetIsTeams(
  { var: { principal } }: ControlContext,
  { scopeKind }: Pick<BudgetRow, "scopeKind">,
): void {
  if (principal.teamId === null || scopeKind !== "team") return;
  throw new Problem("forbidden", "A team's own budget is for the organization's admins to change");
}

/**
 * Ends a team's call that would put a budget in the place of one that the organization has for each: it would lift the
 * team's own key or member out of that. `pointer`: to the budget in the body.
 */
export async function requireBesideEach(
  { var: { principal, services } }: ControlContext,
  { organizationId, scopeKind, scopeId, unit, period }: Omit<BudgetRow, "id">,
  pointer = "",
): Promise<void> {
  if (principal.teamId === null || scopeId === WILDCARD) return;
  const each = await services.database
    .select()
    .from(budgets)
    .where(
      and(
        eq(budgets.organizationId, organizationId),
        eq(budgets.scopeKind, scopeKind),
        eq(budgets.scopeId, WILDCARD),
        isNull(budgets.scopeTeamId),
      ),
    );
  if (!each.some((other) => takesPlaceOf({ unit, period }, other))) return;
  const detail = `would take the place of the organization's budget for each ${scopeKind}: its admins may do so`;
  throw badField(`${pointer}/period`, detail);
}
