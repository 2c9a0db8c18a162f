import { type KeyRow, keyStatus } from "../ledger/rows.ts";

// Rows as the API shows them: money as decimal USD, times in RFC 3339 UTC, optional fields absent. Pure.

export function keyView(row: KeyRow, nowMs: number) {
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
    created_at: row.createdAt.toISOString(),
    updated_at: row.updatedAt.toISOString(),
  });
}

export function timeOf(ms: number): string {
  return new Date(ms).toISOString();
}

/** Optional fields are absent where they are null. */
export function withoutNulls<T extends Record<string, unknown>>(fields: T): Partial<T> {
  const present = Object.entries(fields).filter(([, value]) => value !== null && value !== undefined);
  return Object.fromEntries(present) as Partial<T>; // A subset of T's own entries.
}
