import * as z from "zod";
import { callFilterQuery } from "../books/call-filters.ts";
import { moment, oneOf, shortText } from "../frame/fields.ts";
import { pageQuery } from "../frame/pages.ts";
import { GROUPS, type Group } from "./usage-groups.ts";

// The query of a report. Pure.

/** A cursor holds a value of each group, so it is longer than other lists' are. */
const MAX_CURSOR_LENGTH = 8_192;
const GROUPS_DETAIL = `must be some of ${GROUPS.join(", ")}, each once, with commas between`;
const DAY = /^\d{4}-\d{2}-\d{2}$/;

const groups = z.string().transform((text, context): Group[] => {
  const parsed = z.array(z.enum(GROUPS)).safeParse(text.split(","));
  if (parsed.success && new Set(parsed.data).size === parsed.data.length) return parsed.data;
  context.issues.push({ code: "custom", message: GROUPS_DETAIL, input: text });
  return z.NEVER;
});

/** A time, or a date that stands for its first moment in UTC. */
const momentOrDay = z
  .string()
  .transform((text) => (DAY.test(text) ? `${text}T00:00:00Z` : text))
  .pipe(moment);

export const usageQuery = z.strictObject({
  limit: pageQuery.limit.unwrap().optional(),
  cursor: z.string().min(1).max(MAX_CURSOR_LENGTH).optional(),
  organization_id: shortText.optional(),
  ...callFilterQuery,
  group_by: groups.default([]),
  /** At or after `from`, before `to`. */
  from: momentOrDay.optional(),
  to: momentOrDay.optional(),
  order: oneOf(["group", "cost"]).default("group"),
  format: oneOf(["json", "csv"]).default("json"),
});
export type UsageQuery = z.infer<typeof usageQuery>;
