import * as z from "zod";
import {
  newEndpointSecret,
  sealEndpointSecret,
  type EndpointSecret,
} from "../../src/alerts/endpoint-secret.ts";
import { EVENT_SHAPES } from "../../src/control/webhooks/event-shapes.ts";
import { WEBHOOK_EVENTS } from "../../src/control/webhooks/webhook-input.ts";
import { newId } from "../../src/ids.ts";
import { ALERT_TYPES } from "../../src/ledger/alert-schema.ts";
import type { Rig } from "./books-rig.ts";
import { KEY_SECRET } from "./gate-rig.ts";

// What stands in Postgres when operators have budgets and webhooks.

export const HOOK_URL = "https://hooks.acme.com/tollgate";

/** Insert an organization with a webhook. Returns its secret and id. */
export async function makeEndpoint(
  rig: Rig,
  org: string,
  {
    events = WEBHOOK_EVENTS,
    url = HOOK_URL,
    secret = { secret: newEndpointSecret() },
  }: { events?: readonly string[]; url?: string; secret?: EndpointSecret } = {},
): Promise<{ id: string; secret: string }> {
  const id = newId("wh");
  const sealed = await sealEndpointSecret([KEY_SECRET], id, secret);
  await makeOrganization(rig, org);
  await rig.rows(
    "insert into webhook_endpoints (id, organization_id, url, events, sealed) values ($1, $2, $3, $4::jsonb, $5::jsonb)",
    id,
    org,
    url,
    JSON.stringify(events),
    JSON.stringify(sealed),
  );
  return { id, secret: secret.secret };
}

export interface BudgetFields {
  id: string;
  scope?: { kind: string; id: string };
  unit?: string;
  limit: number;
  period?: unknown;
  enforcement?: string;
  alertAt?: unknown;
}

export async function makeBudget(rig: Rig, org: string, fields: BudgetFields): Promise<void> {
  const { id, scope = { kind: "organization", id: org }, unit = "usd", limit } = fields;
  const { period = { kind: "day" }, enforcement = "hard", alertAt = [0.5, 0.8, 1] } = fields;
  await makeOrganization(rig, org);
  await rig.rows(
    `insert into budgets (id, organization_id, scope_kind, scope_id, unit, limit_amount, period, enforcement, alert_at)
     values ($1, $2, $3, $4, $5, $6, $7::jsonb, $8, $9::jsonb)`,
    id,
    org,
    scope.kind,
    scope.id,
    unit,
    String(limit),
    JSON.stringify(period),
    enforcement,
    JSON.stringify(alertAt),
  );
}

async function makeOrganization(rig: Rig, org: string): Promise<void> {
  await rig.rows("insert into organizations (id, name) values ($1, $1) on conflict do nothing", org);
}

/** Its type, and some of its data. */
export interface AlertSeen {
  type: string;
  threshold?: number;
  spent?: string | number;
  limit?: string | number;
  scope?: unknown;
  period_start?: string;
}

/** What was raised, in the order of the ids. */
export async function alertsOf(rig: Rig, org: string): Promise<AlertSeen[]> {
  const rows = await rig.rows(
    "select type, data from alerts where organization_id = $1 order by at, type, data->'threshold', occasion",
    org,
  );
  return rows.map(({ type, data }) => {
    const told: unknown = JSON.parse(data ?? "");
    // Each that any test raises is what /openapi.json says of it.
    const shown = EVENT_SHAPES[z.enum(ALERT_TYPES).parse(type)].data.parse(told);
    return Object.assign({ type: type ?? "" }, shown);
  });
}

/** The delivery log of an organization, oldest first. */
export function deliveriesOf(rig: Rig, org: string): Promise<Record<string, string | null>[]> {
  return rig.rows(
    `select id, type, attempts, status, error, payload, extract(epoch from due_at) * 1000 as due, delivered_at is not null as delivered
     from webhook_deliveries where organization_id = $1 order by id`,
    org,
  );
}
