import type { customers, organizations, teamMembers, teams, users } from "../../ledger/places-schema.ts";
import { withoutNulls } from "../frame/views.ts";

// Organizations and who is in them, as the API shows them. Pure.

export type OrganizationRow = typeof organizations.$inferSelect;
export type TeamRow = typeof teams.$inferSelect;
export type MemberRow = typeof teamMembers.$inferSelect;
export type UserRow = typeof users.$inferSelect;
export type CustomerRow = typeof customers.$inferSelect;

export function organizationView(row: OrganizationRow) {
  return withoutNulls({ id: row.id, name: row.name, model_aliases: row.modelAliases, ...times(row) });
}

export function teamView(row: TeamRow) {
  return { id: row.id, organization_id: row.organizationId, name: row.name, ...times(row) };
}

export function memberView(row: MemberRow) {
  return withoutNulls({ team_id: row.teamId, user_id: row.userId, role: row.role, ...times(row) });
}

export function userView(row: UserRow) {
  return withoutNulls({
    id: row.id,
    organization_id: row.organizationId,
    external_id: row.externalId,
    email: row.email,
    name: row.name,
    ...times(row),
  });
}

export function customerView(row: CustomerRow) {
  return withoutNulls({
    id: row.id,
    organization_id: row.organizationId,
    name: row.name,
    blocked: row.blocked,
    ...times(row),
  });
}

function times({ createdAt, updatedAt }: { createdAt: Date; updatedAt: Date }) {
  return { created_at: createdAt.toISOString(), updated_at: updatedAt.toISOString() };
}
