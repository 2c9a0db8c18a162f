import { getTableColumns } from "drizzle-orm";
import type { PgTable } from "drizzle-orm/pg-core";
import { overrideView } from "../../domain/price-views.ts";
import { webhookEndpoints } from "../../ledger/alert-schema.ts";
import { type auditEvents, managementTokens } from "../../ledger/control-schema.ts";
import { overrideFromRow } from "../../ledger/rows.ts";
import { customers, organizations, teamMembers, teams, users } from "../../ledger/places-schema.ts";
import { adjustments, budgets, keys, priceOverrides } from "../../ledger/policy-schema.ts";
import { adjustmentView, budgetView } from "../budgets/budget-views.ts";
import type { UnitOf } from "../budgets/units.ts";
import { timeOf, withoutNulls } from "../frame/views.ts";
import { keyView } from "../keys/key-views.ts";
import {
  customerView,
  memberView,
  organizationView,
  teamView,
  userView,
} from "../organizations/place-views.ts";
import { tokenView } from "../tokens/token-shapes.ts";
import { webhookView } from "../webhooks/webhook-shapes.ts";

// Audit events as answers show them: the rows that the triggers wrote down look as they do everywhere else. Pure.

const ID_DIGITS = 16;

type Event = typeof auditEvents.$inferSelect;
type View = (row: Record<string, unknown>, atMs: number, unitOf: UnitOf) => object;

/** Each table's rows as their resource shows them; a row of a table that isn't named here is shown as it is. */
const VIEWS: Record<string, View> = {
  organizations: viewOf(organizations, organizationView),
  teams: viewOf(teams, teamView),
  users: viewOf(users, userView),
  team_members: viewOf(teamMembers, memberView),
  customers: viewOf(customers, customerView),
  keys: viewOf(keys, (row, atMs) => keyView(row, atMs)),
  budgets: viewOf(budgets, budgetView),
  adjustments: viewOf(adjustments, (row, _, unitOf) => adjustmentView(row, { unit: unitOf(row.budgetId) })),
  price_overrides: viewOf(priceOverrides, (row) => ({
    organization_id: row.organizationId,
    ...overrideView(overrideFromRow(row)),
  })),
  webhook_endpoints: viewOf(webhookEndpoints, webhookView),
  management_tokens: viewOf(managementTokens, tokenView),
};

/** What the `resource` filter takes: the names that `resource.kind` has. */
export const RESOURCES = [
  "organizations",
  "teams",
  "users",
  "team_members",
  "customers",
  "keys",
  "budgets",
  "adjustments",
  "price_overrides",
  "provider_credentials",
  "webhook_endpoints",
  "management_tokens",
  "holds",
] as const;

/** What the triggers call changes of rows; anything else that was done has words of its own. */
const OF_ROWS = new Set(["created", "changed", "deleted", "revoked", "rotated", "resealed"]);

/** The budgets whose unit the amounts of an event are in. */
export function budgetIdsOf({ before, after }: Event): string[] {
  return [before, after].flatMap((row) => (typeof row?.["budget_id"] === "string" ? [row["budget_id"]] : []));
}

export function auditView(event: Event, unitOf: UnitOf) {
  const atMs = event.at.getTime();
  const view = (OF_ROWS.has(event.action) && VIEWS[event.resource]) || asItIs;
  const shown = (row: Record<string, unknown> | null) => row && view(row, atMs, unitOf);
  return withoutNulls({
    id: `aud_${String(event.id).padStart(ID_DIGITS, "0")}`,
    at: timeOf(atMs),
    organization_id: event.organizationId,
    actor: event.actor,
    action: event.action,
    resource: { kind: event.resource, id: event.resourceId },
    before: shown(event.before),
    after: shown(event.after),
    request_id: event.requestId,
    created_at: timeOf(atMs),
  });
}

/** A row as drizzle would have read it, from the JSON of it that Postgres made. */
function viewOf<Table extends PgTable>(
  table: Table,
  view: (row: Table["$inferSelect"], atMs: number, unitOf: UnitOf) => object,
): View {
  const columns = Object.entries(getTableColumns(table));
  return (stored, atMs, unitOf) => {
    const row = columns.map(([property, { name, dataType }]) => {
      const value = stored[name] ?? null;
      return [property, dataType === "date" && typeof value === "string" ? new Date(value) : value];
    });
    return view(Object.fromEntries(row) as Table["$inferSelect"], atMs, unitOf); // The columns' own types.
  };
}

const asItIs: View = (row) => withoutNulls(row);
