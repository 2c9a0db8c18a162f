import { type SQL, eq, sql } from "drizzle-orm";
import * as z from "zod";
import type { ledgerEntries } from "../../ledger/schema.ts";
import type { usageTotals } from "../../ledger/usage-schema.ts";
import { teamOf } from "../frame/access.ts";
import type { ControlContext } from "../frame/context.ts";
import { label, shortText } from "../frame/fields.ts";
import { badField } from "../frame/problem.ts";

// Which calls a list or a report is about.

/** `key` is short for `key_id`, and so on. */
export const callFilterQuery = {
  key: shortText.optional(),
  key_id: shortText.optional(),
  team: shortText.optional(),
  team_id: shortText.optional(),
  user: shortText.optional(),
  user_id: shortText.optional(),
  customer: label.optional(),
  tag: label.optional(),
  model: shortText.optional(),
  provider: shortText.optional(),
};

const query = z.object(callFilterQuery);
type CallQuery = z.infer<typeof query>;

/** Undefined: of any. */
export type CallFilters = Partial<
  Record<"keyId" | "teamId" | "userId" | "customer" | "tag" | "model" | "provider", string | undefined>
>;

/** What the query names, and of a team's token no calls but the team's. */
export function callFiltersOf(c: ControlContext, query: CallQuery): CallFilters {
  const { customer, tag, model, provider } = query;
  return {
    keyId: eitherOf(query, "key", "key_id"),
    teamId: teamOf(c, eitherOf(query, "team", "team_id")) ?? undefined,
    userId: eitherOf(query, "user", "user_id"),
    customer,
    tag,
    model,
    provider,
  };
}

/** The filters on a table that has a call's columns. */
export function conditionsOn(
  table: typeof ledgerEntries | typeof usageTotals,
  { keyId, teamId, userId, customer, tag, model, provider }: CallFilters,
): (SQL | undefined)[] {
  return [
    keyId === undefined ? undefined : eq(table.keyId, keyId),
    teamId === undefined ? undefined : eq(table.teamId, teamId),
    userId === undefined ? undefined : eq(table.userId, userId),
    customer === undefined ? undefined : eq(table.customer, customer),
    tag === undefined ? undefined : sql`${table.tags} @> ${JSON.stringify([tag])}::jsonb`,
    model === undefined ? undefined : eq(table.model, model),
    provider === undefined ? undefined : eq(table.provider, provider),
  ];
}

function eitherOf(
  query: CallQuery,
  short: "key" | "team" | "user",
  long: "key_id" | "team_id" | "user_id",
): string | undefined {
  const [a, b] = [query[short], query[long]];
  if (a !== undefined && b !== undefined && a !== b) throw badField(`/${short}`, `is not the ${long}`);
  return a ?? b;
}
