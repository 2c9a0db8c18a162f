import { type SQL, eq, sql } from "drizzle-orm";
import type * as z from "zod";
import type { ledgerEntries } from "../../ledger/books-schema.ts";
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

export type CallFilters = z.infer<z.ZodObject<typeof callFilterQuery>>;

/** The filters of a call of REST: a team's token has its own team as one, and no other. */
export function filtersWithin(c: ControlContext, { team, team_id, ...filters }: CallFilters): CallFilters {
  const within = teamOf(c, eitherOf({ team, team_id }, "team", "team_id"));
  return { ...filters, team: undefined, team_id: within ?? undefined };
}

/** As conditions on a table that has a call's columns. */
export function callFilters(
  query: CallFilters,
  table: typeof ledgerEntries | typeof usageTotals,
): (SQL | undefined)[] {
  const { customer, tag, model, provider } = query;
  const key = eitherOf(query, "key", "key_id");
  const team = eitherOf(query, "team", "team_id");
  const user = eitherOf(query, "user", "user_id");
  return [
    key === undefined ? undefined : eq(table.keyId, key),
    team === undefined ? undefined : eq(table.teamId, team),
    user === undefined ? undefined : eq(table.userId, user),
    customer === undefined ? undefined : eq(table.customer, customer),
    tag === undefined ? undefined : sql`${table.tags} @> ${JSON.stringify([tag])}::jsonb`,
    model === undefined ? undefined : eq(table.model, model),
    provider === undefined ? undefined : eq(table.provider, provider),
  ];
}

function eitherOf(
  query: CallFilters,
  short: "key" | "team" | "user",
  long: "key_id" | "team_id" | "user_id",
): string | undefined {
  const [a, b] = [query[short], query[long]];
  if (a !== undefined && b !== undefined && a !== b) throw badField(`/${short}`, `is not the ${long}`);
  return a ?? b;
}
