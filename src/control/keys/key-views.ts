import { type KeyRow, keyStatus } from "../../ledger/rows.ts";
import { withoutNulls } from "../frame/views.ts";

/** `lastUsedAt`: undefined where no call is known of. */
export function keyView(row: KeyRow, nowMs: number, lastUsedAt?: Date) {
  return withoutNulls({
    id: row.id,
    name: row.name,
    hint: row.hint,
    organization_id: row.organizationId,
    team_id: row.teamId,
    user_id: row.userId,
    enabled: row.enabled,
    status: keyStatus(row, nowMs),
    expires_at: row.expiresAt?.toISOString(),
    previous_secret_ends_at:
      row.previousEndsAt && row.previousEndsAt.getTime() > nowMs ? row.previousEndsAt.toISOString() : null,
    models: row.models,
    endpoints: row.endpoints,
    providers: row.providers,
    model_aliases: row.modelAliases,
    tags: row.tags,
    metadata: row.metadata,
    when_short: row.whenShort,
    min_output_tokens: row.minOutputTokens,
    on_disconnect: row.onDisconnect,
    allow_unpriced: row.allowUnpriced,
    last_used_at: lastUsedAt?.toISOString(),
    created_at: row.createdAt.toISOString(),
    updated_at: row.updatedAt.toISOString(),
  });
}
