// Tables as RFC 4180 has them. Pure.

/**
 * What spreadsheets take for the beginning of a formula, in both widths, and the apostrophe itself: one more before it makes
 * it text, and whoever takes one away has what was there.
 */
const FORMULA = /^['=+\-@\t\r\n\uFF1D\uFF0B\uFF0D\uFF20]/;
const QUOTED = /[",\r\n]/;

/** Numbers, and texts that are numbers of ours, stay as they are; null is an empty field. */
export interface CsvCell {
  value: string | number | null;
  /** The text of somebody else. */
  foreign?: boolean;
}

export function csvOf(header: readonly string[], rows: readonly (readonly CsvCell[])[]): string {
  const lines = [header.map((name) => quoted(name)), ...rows.map((row) => row.map(fieldOf))];
  return lines.map((fields) => `${fields.join(",")}\r\n`).join("");
}

function fieldOf({ value, foreign = false }: CsvCell): string {
  const text = value === null ? "" : String(value);
  return quoted(foreign && FORMULA.test(text) ? `'${text}` : text);
}

function quoted(text: string): string {
  return QUOTED.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
