import { and, eq } from "drizzle-orm";
import { WILDCARD } from "../../domain/charged-budgets.ts";
import { type ScopeKind, type ScopeRef, isLabel } from "../../domain/scope.ts";
import type { Database } from "../../ledger/database.ts";
import type { BudgetRow } from "../../ledger/rows.ts";
import { organizations, teamMembers, teams, users } from "../../ledger/places-schema.ts";
import { keys } from "../../ledger/policy-schema.ts";
import { organizationOf } from "./access.ts";
import type { ControlContext } from "./context.ts";
import { badField } from "./problem.ts";

// What a body refers to must exist in the same organization: another one's is as unknown as one that doesn't exist.

/** The organization that a change is made in, as `organizationOf`; one that doesn't exist is a bad field. */
export async function existingOrganization(c: ControlContext, named?: string): Promise<string> {
  const id = organizationOf(c, named);
  const count = await c.var.services.database.$count(organizations, eq(organizations.id, id));
  if (count === 0) throw badField("/organization_id", "is not an organization");
  return id;
}

/** What a budget is to stand on. Customers and tags need no row. */
export async function requireBudgetScope(
  database: Database,
  organizationId: string,
  { kind, id, team_id }: { kind: ScopeKind; id: string; team_id?: string | null | undefined },
): Promise<void> {
  if (team_id) await requireScope(database, organizationId, { kind: "team", id: team_id }, "/scope/team_id");
  if (id !== WILDCARD) await requireScope(database, organizationId, { kind, id }, "/scope/id");
}

/** Where a key is put. */
export async function requireKeyPlace(
  database: Database,
  organizationId: string,
  place: { team_id?: string | null | undefined; user_id?: string | null | undefined },
): Promise<void> {
  for (const kind of ["team", "user"] as const) {
    const id = place[`${kind}_id`];
    if (id) await requireScope(database, organizationId, { kind, id }, `/${kind}_id`);
  }
}

/** A wildcard budget has numbers for one instance at a time; any other budget has no instances. */
export async function requireInstance(
  database: Database,
  { organizationId, scopeKind, scopeId }: BudgetRow,
  instance: string | undefined,
): Promise<void> {
  if (scopeId === WILDCARD) {
    if (instance === undefined) throw badField("/instance", 'is required for a budget on "*"');
    return requireScope(database, organizationId, { kind: scopeKind, id: instance }, "/instance");
  }
  if (instance !== undefined) throw badField("/instance", 'is for budgets on "*" only');
}

/** One scope; `pointer` is to its id. */
export async function requireScope(
  database: Database,
  organizationId: string,
  scope: ScopeRef,
  pointer: string,
): Promise<void> {
  if (!(await isScope(database, organizationId, scope)))
    throw badField(pointer, `is not a ${scope.kind} of this organization`);
}

async function isScope(database: Database, organizationId: string, { kind, id }: ScopeRef): Promise<boolean> {
  if (kind === "organization") return id === organizationId;
  if (kind === "member") return isMember(database, organizationId, id);
  if (kind === "customer" || kind === "tag") return isLabel(id);
  const table = { team: teams, user: users, key: keys }[kind];
  return (await database.$count(table, and(eq(table.id, id), eq(table.organizationId, organizationId)))) > 0;
}

async function isMember(database: Database, organizationId: string, id: string): Promise<boolean> {
  const slash = id.indexOf("/");
  const members = await database
    .select({ userId: teamMembers.userId })
    .from(teamMembers)
    .innerJoin(teams, eq(teams.id, teamMembers.teamId))
    .where(
      and(
        eq(teamMembers.teamId, id.slice(0, Math.max(slash, 0))),
        eq(teamMembers.userId, id.slice(slash + 1)),
        eq(teams.organizationId, organizationId),
      ),
    );
  return members.length > 0;
}
