import { formatUsd } from "../domain/money.ts";
import { periodAt } from "../domain/period.ts";
import { type BudgetRow, type KeyRow, budgetFromRow, keyStatus } from "../ledger/rows.ts";
import type { LiveBudget } from "../services.ts";

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

export function budgetView(row: BudgetRow) {
  return withoutNulls({
    id: row.id,
    organization_id: row.organizationId,
    scope: { kind: row.scopeKind, id: row.scopeId },
    unit: row.unit,
    limit: formatUsd(row.limit),
    period: row.period,
    models: row.models,
    enforcement: row.enforcement,
    on_lapse: row.onLapse,
    on_store_outage: row.onStoreOutage,
    count_from: row.countFrom,
    alert_at: row.alertAt,
    name: row.name,
    created_at: row.createdAt.toISOString(),
    updated_at: row.updatedAt.toISOString(),
  });
}

/** A budget beside what the gate enforces right now (law 1). */
export function liveBudgetView(row: BudgetRow, live: LiveBudget) {
  return {
    ...budgetView(row),
    spent: formatUsd(live.spent),
    held: formatUsd(live.held),
    remaining: formatUsd(Math.max(row.limit - live.spent - live.held, 0)),
    effective_limit: formatUsd(row.limit),
    period_start: timeOf(live.periodStartMs),
    resets_at: live.resetsAtMs === null ? null : timeOf(live.resetsAtMs),
  };
}

/** A budget that was made just now: its counter has a name that nothing was ever counted under. */
export function newBudgetView(row: BudgetRow, nowMs: number) {
  const { startMs, endMs } = periodAt(budgetFromRow(row).period, nowMs);
  return liveBudgetView(row, {
    effectiveLimit: row.limit,
    spent: 0,
    held: 0,
    periodStartMs: startMs,
    resetsAtMs: endMs,
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
