import * as z from "zod";
import { badField } from "./problem.ts";

// Lists: `?limit=&cursor=` in, `{data, has_more, next_cursor}` out. A cursor names the last item of the page before,
// never a position, so what is inserted in between neither repeats nor hides an item.

export const DEFAULT_LIMIT = 50;
const MAX_LIMIT = 200;
const MAX_CURSOR_LENGTH = 512;
const LIMIT_DETAIL = `must be a whole number from 1 to ${MAX_LIMIT}`;

/** The two parameters of every list. */
export const pageQuery = {
  limit: z
    .string()
    .regex(/^\d{1,4}$/, LIMIT_DETAIL)
    .transform(Number)
    .refine((limit) => limit >= 1 && limit <= MAX_LIMIT, LIMIT_DETAIL)
    .default(DEFAULT_LIMIT)
    .meta({ type: "integer", minimum: 1, maximum: MAX_LIMIT }),
  cursor: z.string().min(1).max(MAX_CURSOR_LENGTH).optional(),
};

export interface Page<T> {
  data: T[];
  has_more: boolean;
  next_cursor: string | null;
}

/** Makes a page of rows that were selected with one more than the limit, which tells whether there are more. */
export function pageOf<Row, View>(
  rows: Row[],
  limit: number,
  page: { view: (row: Row) => View; cursor: (last: Row) => CursorParts },
): Page<View> {
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  const more = rows.length > limit && last !== undefined;
  return {
    data: shown.map(page.view),
    has_more: more,
    next_cursor: more ? encodeCursor(page.cursor(last)) : null,
  };
}

export type CursorParts = readonly (string | number | null)[];

export function encodeCursor(parts: CursorParts): string {
  const bytes = new TextEncoder().encode(JSON.stringify(parts));
  const text = btoa(String.fromCharCode(...bytes));
  return text.replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

/** Reads a cursor that this list gave out; anything else is a 400. */
export function decodeCursor<T>(cursor: string | undefined, schema: z.ZodType<T>): T | undefined {
  if (cursor === undefined) return undefined;
  const parsed = schema.safeParse(jsonOf(cursor));
  if (!parsed.success) throw badField("/cursor", "is not a cursor of this list");
  return parsed.data;
}

/** How JSON writes the characters that Postgres can't take: a cursor of ours has none. */
const UNSTORABLE = /\\u(?:0000|d[89a-f])/i;

function jsonOf(cursor: string): unknown {
  try {
    const bytes = atob(cursor.replaceAll("-", "+").replaceAll("_", "/"));
    const text = new TextDecoder().decode(Uint8Array.from(bytes, (char) => char.charCodeAt(0)));
    return UNSTORABLE.test(text) ? undefined : JSON.parse(text);
  } catch {
    return undefined; // The schema refuses it.
  }
}
