import * as z from "zod";
import { ROLES, type managementTokens } from "../../ledger/control-schema.ts";
import { idShape, timeShape, times } from "../frame/shapes.ts";
import { withoutNulls } from "../frame/views.ts";

// Management tokens as answers show them.

export type TokenRow = typeof managementTokens.$inferSelect;

const fields = {
  id: idShape("tok"),
  name: z.string(),
  role: z.enum(ROLES),
  organization_id: z.string().optional().meta({ description: "Absent: of every organization." }),
  team_id: z.string().optional(),
  hint: z.string().meta({ description: "The last characters of the secret, to recognize it by." }),
  status: z.enum(["active", "expired", "revoked"]),
  expires_at: timeShape.optional(),
  ...times,
};

export const tokenShape = z.strictObject(fields).meta({ id: "Token" });
export const newTokenShape = z
  .strictObject({ ...fields, secret: z.string().meta({ description: "In this answer only." }) })
  .meta({ id: "NewToken" });

export function tokenView(row: TokenRow, nowMs: number) {
  return withoutNulls({
    id: row.id,
    name: row.name,
    role: row.role,
    organization_id: row.organizationId,
    team_id: row.teamId,
    hint: row.hint,
    status: statusOf(row, nowMs),
    expires_at: row.expiresAt?.toISOString(),
    created_at: row.createdAt.toISOString(),
    updated_at: row.updatedAt.toISOString(),
  });
}

function statusOf({ revokedAt, expiresAt }: TokenRow, nowMs: number) {
  if (revokedAt) return "revoked";
  return expiresAt && expiresAt.getTime() <= nowMs ? "expired" : "active";
}
