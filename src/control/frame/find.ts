import { and, eq } from "drizzle-orm";
import { WILDCARD } from "../../domain/charged-budgets.ts";
import { isLabel } from "../../domain/scope.ts";
import type { Database } from "../../ledger/database.ts";
import type { BudgetRow, KeyRow } from "../../ledger/rows.ts";
import { customers, organizations, teams, users } from "../../ledger/places-schema.ts";
import { budgets, keys } from "../../ledger/policy-schema.ts";
import { requireSeen } from "./access.ts";
import type { ControlContext } from "./context.ts";
import { notFound } from "./problem.ts";

// The row that a path names, or a 404: also where it is out of reach.

export async function findKey(c: ControlContext, id: string): Promise<KeyRow> {
  const [row] = await c.var.services.database.select().from(keys).where(eq(keys.id, id));
  if (!row) throw notFound("key");
  requireSeen(c, row, "key");
  return row;
}

export async function findBudget(c: ControlContext, id: string): Promise<BudgetRow> {
  const { database } = c.var.services;
  const [row] = await database.select().from(budgets).where(eq(budgets.id, id));
  if (!row) throw notFound("budget");
  const teamId = c.var.principal.teamId === null ? null : await teamOfBudget(database, row);
  requireSeen(c, { organizationId: row.organizationId, teamId }, "budget");
  return row;
}

/** The team whose matter a budget is; null for one of the whole organization. */
export async function teamOfBudget(
  database: Database,
  { scopeKind, scopeId, scopeTeamId }: Pick<BudgetRow, "scopeKind" | "scopeId" | "scopeTeamId">,
): Promise<string | null> {
  if (scopeId === WILDCARD) return scopeTeamId;
  if (scopeKind === "team") return scopeId;
  if (scopeKind === "member") return scopeId.slice(0, scopeId.indexOf("/"));
  if (scopeKind !== "key") return null;
  const [key] = await database.select({ teamId: keys.teamId }).from(keys).where(eq(keys.id, scopeId));
  return key?.teamId ?? null;
}

export async function findOrganization(c: ControlContext, id: string) {
  const [row] = await c.var.services.database.select().from(organizations).where(eq(organizations.id, id));
  if (!row) throw notFound("organization");
  requireSeen(c, { organizationId: row.id, teamId: null }, "organization");
  return row;
}

export async function findTeam(c: ControlContext, id: string) {
  const [row] = await c.var.services.database.select().from(teams).where(eq(teams.id, id));
  if (!row) throw notFound("team");
  requireSeen(c, { organizationId: row.organizationId, teamId: row.id }, "team");
  return row;
}

/** A user is the whole organization's, whichever teams he is in. */
export async function findUser(c: ControlContext, id: string) {
  const [row] = await c.var.services.database.select().from(users).where(eq(users.id, id));
  if (!row) throw notFound("user");
  requireSeen(c, { organizationId: row.organizationId, teamId: c.var.principal.teamId }, "user");
  return row;
}

/** A customer's id is its organization's own word; one that can't be a label is unknown, with no I/O. */
export async function findCustomer(database: Database, organizationId: string, id: string) {
  const rows = isLabel(id)
    ? await database.select().from(customers).where(isCustomer({ organizationId, id }))
    : [];
  const [row] = rows;
  if (!row) throw notFound("customer");
  return row;
}

export function isCustomer({ organizationId, id }: { organizationId: string; id: string }) {
  return and(eq(customers.organizationId, organizationId), eq(customers.id, id));
}
