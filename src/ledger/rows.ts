import * as z from "zod";
import { CALENDAR_KINDS } from "../domain/calendar.ts";
import { MAX_DURATION_SECONDS, MIN_DURATION_SECONDS, type Period } from "../domain/period.ts";
import type { Budget } from "../domain/charged-budgets.ts";
import type { OwnProvider } from "../domain/policy.ts";
import type { PriceOverride } from "../domain/price-override.ts";
import type { providerCredentials } from "./control-schema.ts";
import type { adjustments, budgets, keys, priceOverrides } from "./policy-schema.ts";

// Postgres rows as the domain's objects. Pure.

export type BudgetRow = typeof budgets.$inferSelect;
export type AdjustmentRow = typeof adjustments.$inferSelect;
export type KeyRow = typeof keys.$inferSelect;
export type ProviderRow = typeof providerCredentials.$inferSelect;
export type PriceOverrideRow = typeof priceOverrides.$inferSelect;

export type KeyStatus = "active" | "disabled" | "expired" | "revoked";

/** A `jsonb` column can hold anything, so the period is parsed; a row that has no period is our own fault and throws. */
const storedPeriod: z.ZodType<Period> = z.discriminatedUnion("kind", [
  z.strictObject({
    kind: z.enum(CALENDAR_KINDS),
    every: z.int().min(1).exactOptional(),
    timezone: z.string().exactOptional(),
    anchor: z.iso.datetime().exactOptional(),
  }),
  z.strictObject({
    kind: z.literal("duration"),
    seconds: z.int().min(MIN_DURATION_SECONDS).max(MAX_DURATION_SECONDS),
    anchor: z.iso.datetime(),
  }),
  z.strictObject({ kind: z.literal("total") }),
]);

/** The budget as the gate uses it. */
export function budgetFromRow(row: BudgetRow, changes: readonly AdjustmentRow[] = []): Budget {
  return {
    id: row.id,
    scope: { kind: row.scopeKind, id: row.scopeId, teamId: row.scopeTeamId },
    unit: row.unit,
    limit: row.limit,
    period: storedPeriod.parse(row.period),
    models: row.models,
    enforcement: row.enforcement,
    onLapse: row.onLapse,
    onStoreOutage: row.onStoreOutage,
    includeTeamSpend: row.includeTeamSpend,
    adjustments: changes
      .filter(({ budgetId }) => budgetId === row.id)
      .map(({ amount, until }) => ({ amount, untilMs: until?.getTime() ?? null })),
    generation: row.generation,
  };
}

/** An own provider as the gate uses it. */
export function providerFromRow({
  organizationId,
  teamId,
  name,
  kind,
  baseUrl,
  sealed,
}: ProviderRow): OwnProvider {
  return { organizationId, teamId, name, kind, baseUrl, sealed };
}

/** The override as the gate uses it. */
export function overrideFromRow(row: PriceOverrideRow): PriceOverride {
  return {
    provider: row.provider,
    model: row.model,
    updatedAtMs: row.updatedAt.getTime(),
    ...(row.multiplier !== null && { multiplierNano: row.multiplier }),
    ...(row.rates && { rates: row.rates }),
    ...(row.units && { units: row.units }),
    ...(row.perRequest !== null && { per_request: row.perRequest }),
    ...(row.toolCalls && { tool_calls: row.toolCalls }),
  };
}

/** When a secret of a key ends, or null: one that was rotated away ends before its key does. */
export function endOfSecret(
  { digest: current, expiresAt, previousEndsAt }: KeyRow,
  digest: string,
): Date | null {
  if (digest === current || !previousEndsAt) return expiresAt;
  return expiresAt && expiresAt < previousEndsAt ? expiresAt : previousEndsAt;
}

/** A key's state now. Where several hold, the one that the gate names: the hardest to undo. */
export function keyStatus(
  row: Pick<KeyRow, "revokedAt" | "expiresAt" | "enabled">,
  nowMs: number,
): KeyStatus {
  if (row.revokedAt) return "revoked";
  if (!row.enabled) return "disabled";
  return row.expiresAt && row.expiresAt.getTime() <= nowMs ? "expired" : "active";
}
