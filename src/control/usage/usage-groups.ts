import { type SQL, sql } from "drizzle-orm";

// What a report can be grouped by.

export const GROUPS = ["day", "model", "provider", "key", "team", "user", "customer", "tag"] as const;
export type Group = (typeof GROUPS)[number];

/** What a report shows of a group; null: the calls have none. */
export type GroupValue = string | null;

/** Columns of the calls that are summed; `tag` is that of a join. */
const COLUMNS: Record<Group, SQL> = {
  day: sql`day`,
  model: sql`model`,
  provider: sql`provider`,
  key: sql`key_id`,
  team: sql`team_id`,
  user: sql`user_id`,
  customer: sql`customer`,
  tag: sql`tag`,
};

export function columnOf(group: Group): SQL {
  return COLUMNS[group];
}

/** Days come first, whatever place they have among the groups. */
export function sortOrder(groups: readonly Group[]): Group[] {
  return groups.toSorted((a, b) => Number(b === "day") - Number(a === "day"));
}

/**
 * By what a group is sorted: the latest day first, names as their bytes, those that have none last. All of it ascends and
 * is never null, so that one comparison of rows finds what comes after a cursor.
 */
export function sortKeyOf(group: Group): SQL {
  const column = COLUMNS[group];
  return group === "day" ? sql`-(day - date '1970-01-01')` : sql`coalesce('0' || ${column}, '1') collate "C"`;
}

/** The sort key of a value that is known. */
export function sortKeyAt(group: Group, value: GroupValue): SQL {
  if (group === "day") return sql`-(${value}::date - date '1970-01-01')`;
  return sql`${value === null ? "1" : `0${value}`}::text`;
}
