import { sql, type SQL } from "drizzle-orm";
import { storableJson } from "./storable-json.ts";

/** A response that a provider makes in the background. Its id is the provider's own. */
export interface ResponseRef {
  provider: string;
  responseId: string;
}

/** Providers keep a response for thirty days: who asks for it later hears nothing of it. */
const KEPT_MS = 30 * 86_400_000;
/** At most, on the way of each new call. */
const FORGOTTEN_AT_ONCE = 50;

/**
 * The rows of background_responses. A call and the end of its response are each told in one statement, which answers with
 * the other if it is there: whoever comes second settles, in whatever order they come. Throws StoreUnavailable.
 */
export function backgroundResponses(rows: (statement: SQL) => Promise<Record<string, unknown>[]>) {
  return {
    /**
     * Keeps what the hold's settle needs, and forgets rows of the organization that are older than any response. Returns how
     * the response ended, if somebody has heard of it; else null.
     */
    async keepBackgroundCall(
      org: string,
      { provider, responseId }: ResponseRef,
      { holdId, call, nowMs }: { holdId: string; call: unknown; nowMs: number },
    ): Promise<unknown> {
      const [row] = await rows(
        sql`with forgotten as (delete from background_responses where ctid in (select ctid from background_responses where organization_id = ${org} and created_at < ${moment(nowMs - KEPT_MS)} and response_id <> ${responseId} order by created_at limit ${FORGOTTEN_AT_ONCE})) insert into background_responses as old (organization_id, provider, response_id, hold_id, call, created_at) values (${org}, ${provider}, ${responseId}, ${holdId}, ${storableJson(call)}::jsonb, ${moment(nowMs)}) on conflict (organization_id, provider, response_id) do update set hold_id = coalesce(old.hold_id, excluded.hold_id), call = coalesce(old.call, excluded.call) returning hold_id, reading`,
      );
      // A second call of the same id isn't the one that the row is of.
      return row?.["hold_id"] === holdId ? (row["reading"] ?? null) : null;
    },

    /** Keeps how a response ended. Returns the call whose hold waits for it; null where none does, or it is settled. */
    async tellBackgroundEnd(
      org: string,
      { provider, responseId }: ResponseRef,
      { reading, nowMs }: { reading: unknown; nowMs: number },
    ): Promise<unknown> {
      const [row] = await rows(
        sql`insert into background_responses as old (organization_id, provider, response_id, reading, created_at) values (${org}, ${provider}, ${responseId}, ${storableJson(reading)}::jsonb, ${moment(nowMs)}) on conflict (organization_id, provider, response_id) do update set reading = coalesce(old.reading, excluded.reading) where old.done_at is null returning call`,
      );
      return row?.["call"] ?? null;
    },

    async backgroundDone(org: string, { provider, responseId }: ResponseRef): Promise<void> {
      await rows(
        sql`update background_responses set done_at = now() where organization_id = ${org} and provider = ${provider} and response_id = ${responseId}`,
      );
    },
  };
}

const moment = (ms: number): SQL => sql`to_timestamp(${ms}::bigint / 1000.0)`;
