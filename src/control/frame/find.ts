import { and, eq } from "drizzle-orm";
import { isLabel } from "../../domain/scope.ts";
import type { Database } from "../../ledger/database.ts";
import type { BudgetRow, KeyRow } from "../../ledger/rows.ts";
import { budgets, customers, keys, organizations, teams, users } from "../../ledger/schema.ts";
import { notFound } from "./problem.ts";

// The row that a path names, or a 404.

export async function findKey(database: Database, id: string): Promise<KeyRow> {
  const [row] = await database.select().from(keys).where(eq(keys.id, id));
  if (!row) throw notFound("key");
  return row;
}

export async function findBudget(database: Database, id: string): Promise<BudgetRow> {
  const [row] = await database.select().from(budgets).where(eq(budgets.id, id));
  if (!row) throw notFound("budget");
  return row;
}

export async function findOrganization(database: Database, id: string) {
  const [row] = await database.select().from(organizations).where(eq(organizations.id, id));
  if (!row) throw notFound("organization");
  return row;
}

export async function findTeam(database: Database, id: string) {
  const [row] = await database.select().from(teams).where(eq(teams.id, id));
  if (!row) throw notFound("team");
  return row;
}

export async function findUser(database: Database, id: string) {
  const [row] = await database.select().from(users).where(eq(users.id, id));
  if (!row) throw notFound("user");
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
