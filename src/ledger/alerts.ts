import { sql, type SQL } from "drizzle-orm";
import * as z from "zod";
import { counterParts } from "../domain/charged-budgets.ts";
import type { Sealed } from "../sealed.ts";
import type { Drift } from "../services.ts";
import type { AlertType } from "./alert-schema.ts";
import { storableJson } from "./storable-json.ts";

/** Something that operators are told of, once for each occasion. */
export interface Alert {
  /** Names what happened, such as a budget, its period and its limit. */
  occasion: string;
  type: AlertType;
  data: Record<string, unknown>;
  /** When this occasion can't come again, in milliseconds; null: never. */
  endsAtMs: number | null;
}

const claimedRow = z.object({
  id: z.string(),
  attempts: z.coerce.number(),
  payload: z.record(z.string(), z.unknown()),
  endpoint_id: z.string(),
  url: z.string(),
  sealed: z.custom<Sealed>(),
});
/** A delivery that one Worker has for itself until it is due again. */
export type ClaimedDelivery = z.infer<typeof claimedRow>;

/** Counters that drifted of which one comparison tells at most. */
const MAX_DRIFT = 20;
/** A key that expires within this time is told of. */
export const EXPIRING_WITHIN_MS = 7 * 86_400_000;

/** How one attempt ended: the receiver's status, or why there was none. */
export interface Attempt {
  delivered: boolean;
  status: number | null;
  error: string | null;
}

/** What stands in the log from the claim on, in case that its Worker dies. */
export const UNANSWERED = "nobody heard how this attempt ended";

/** The rows of alerts and of their deliveries. Throws StoreUnavailable. */
export function alertRows(rows: (statement: SQL) => Promise<Record<string, unknown>[]>) {
  return {
    /** False: it was raised before. */
    async raiseAlert(
      org: string,
      { occasion, type, data, endsAtMs }: Alert,
      nowMs: number,
    ): Promise<boolean> {
      const [row] = await rows(
        sql`select tollgate_raise_alert(
            ${org}, ${occasion}, ${type}, ${storableJson(data)}::jsonb, ${nowMs}, ${endsAtMs}::bigint)::int as value`,
      );
      return Number(row?.["value"]) === 1;
    },

    /** Raises that a key will expire soon, by its own row. False: it doesn't, or it was raised before. */
    async raiseExpiry(org: string, keyId: string, nowMs: number): Promise<boolean> {
      const [row] = await rows(
        sql`select tollgate_raise_alert(
            ${org}, 'expiring:' || k.id || ':' || k.ends, 'key.expiring',
            jsonb_strip_nulls(jsonb_build_object(
              'key_id', k.id, 'name', k.name, 'organization_id', k.organization_id, 'team_id', k.team_id,
              'user_id', k.user_id, 'expires_at', tollgate_time(k.ends))),
            ${nowMs}, k.ends)::int as value
          from (
            select *, trunc(extract(epoch from expires_at) * 1000)::bigint as ends
            from keys where organization_id = ${org} and id = ${keyId}
          ) k
          where k.enabled and k.revoked_at is null
            and k.ends > ${nowMs}::bigint and k.ends <= ${nowMs + EXPIRING_WITHIN_MS}::bigint`,
      );
      return Number(row?.["value"]) === 1;
    },

    /** Raises that counters differ from the ledger, each once a day for one difference. False: all were raised before. */
    async raiseDrift(
      org: string,
      { drift, repaired }: { drift: Drift[]; repaired: boolean },
      nowMs: number,
    ): Promise<boolean> {
      const drifted = drift.slice(0, MAX_DRIFT).map(({ counter, periodStartMs, redis, ledger }) => {
        const { id, instance } = counterParts(counter);
        return { counter, id, instance, period_start: periodStartMs, redis, ledger };
      });
      const day = new Date(nowMs).toISOString().slice(0, 10);
      const raised = await rows(
        sql`select tollgate_raise_alert(
            ${org},
            'drift:' || ${day} || ':' || d.counter || ':' || d.period_start || ':' || (d.redis - d.ledger),
            'books.drift',
            jsonb_strip_nulls(jsonb_build_object(
              'budget', d.id, 'instance', d.instance, 'organization_id', ${org}::text,
              'period_start', tollgate_time(d.period_start), 'spent', tollgate_shown(u.unit, d.redis),
              'ledger', tollgate_shown(u.unit, d.ledger),
              'difference', tollgate_shown(u.unit, (d.redis - d.ledger)), 'repaired', ${String(repaired)}::boolean)),
            ${nowMs}, ${nowMs})::int as value
          from jsonb_to_recordset(${storableJson(drifted)}::jsonb)
            as d(counter text, id text, instance text, period_start bigint, redis bigint, ledger bigint)
          cross join lateral (
            select coalesce(
              (select unit from budgets where id = d.id),
              (select unit from deleted_budgets where id = d.id),
              'usd') as unit
          ) u`,
      );
      return raised.some((row) => Number(row["value"]) === 1);
    },

    /**
     * Takes deliveries that are due. Each is put off to its next attempt, by these delays: what becomes of this one, no
     * other Worker sends it meanwhile, and a Worker that dies costs no more than an attempt. The last is put off for
     * ever. Those to disabled endpoints are dropped.
     */
    async claimDeliveries(
      org: string,
      { nowMs, limit, delaysMs }: { nowMs: number; limit: number; delaysMs: readonly number[] },
    ): Promise<ClaimedDelivery[]> {
      const claimed = await rows(
        sql`with due as materialized (
            select id from webhook_deliveries
            where organization_id = ${org} and due_at <= to_timestamp(${nowMs}::bigint / 1000.0)
            order by due_at limit ${limit}::int for update skip locked
          )
          update webhook_deliveries d set
            attempts = d.attempts + e.enabled::int,
            due_at = case when e.enabled then
              to_timestamp((${nowMs}::bigint + (${JSON.stringify(delaysMs)}::jsonb->>d.attempts)::bigint) / 1000.0) end,
            status = null,
            error = case when e.enabled then ${UNANSWERED} else 'the endpoint is disabled' end,
            updated_at = to_timestamp(${nowMs}::bigint / 1000.0)
          from due, webhook_endpoints e
          where d.id = due.id and e.id = d.endpoint_id
          returning d.id, d.attempts, d.payload, e.id as endpoint_id, e.url, e.sealed, e.enabled::int as enabled`,
      );
      return claimed.filter((row) => Number(row["enabled"]) === 1).map((row) => claimedRow.parse(row));
    },

    /**
     * Keeps how attempts ended; one that was claimed again since stays as it is. Returns when the next delivery is due, in
     * milliseconds; null: none waits.
     */
    async recordDeliveries(
      org: string,
      attempts: (Attempt & { id: string; attempts: number })[],
      nowMs: number,
    ): Promise<number | null> {
      const [row] = await rows(
        sql`with ended as (
            select * from jsonb_to_recordset(${storableJson(attempts)}::jsonb)
              as a(id text, attempts int, delivered boolean, status int, error text)
          ), recorded as (
            update webhook_deliveries d set
              due_at = case when a.delivered then null else d.due_at end,
              delivered_at = case when a.delivered then to_timestamp(${nowMs}::bigint / 1000.0) end,
              status = a.status,
              error = a.error,
              updated_at = to_timestamp(${nowMs}::bigint / 1000.0)
            from ended a where d.id = a.id and d.attempts = a.attempts
          )
          select trunc(extract(epoch from min(d.due_at)) * 1000)::bigint as value from webhook_deliveries d
          where d.organization_id = ${org} and d.due_at is not null
            and d.id not in (select id from ended where delivered)`,
      );
      const value = row?.["value"] ?? null;
      return value === null ? null : z.coerce.number().parse(value);
    },
  };
}
