// What was measured, beside its aim. Pure.

export interface Figure {
  name: string;
  unit: string;
  value: number;
  /** Of the bare Worker, in the same run. */
  bare?: number;
  /** `most` or `least`: of the value, or where there is a `bare` one and `ratio` is set, of their ratio. */
  aim?: { most: number } | { least: number };
  /** The aim is one of the ratio to the bare Worker. */
  ofRatio?: boolean;
}

export function median(values: readonly number[]): number {
  return percentile(values, 50);
}

/** By the nearest rank: a value that was measured. NaN of none. */
export function percentile(values: readonly number[], percent: number): number {
  const sorted = values.toSorted((one, other) => one - other);
  return sorted[Math.max(0, Math.ceil((sorted.length * percent) / 100) - 1)] ?? Number.NaN;
}

export function ratioOf({ value, bare }: Figure): number | undefined {
  return bare === undefined || bare === 0 ? undefined : value / bare;
}

/** Undefined where there is no aim. */
export function isMet(figure: Figure): boolean | undefined {
  const { aim, ofRatio, value } = figure;
  if (!aim) return undefined;
  const measured = ofRatio ? (ratioOf(figure) ?? Number.NaN) : value;
  return "most" in aim ? measured <= aim.most : measured >= aim.least;
}

/** One line of JSON. */
export function asJson(figure: Figure): string {
  return JSON.stringify({ ...figure, ratio: ratioOf(figure), met: isMet(figure) });
}

export function table(figures: readonly Figure[]): string {
  const rows = [HEAD, ...figures.map(cells)];
  const widths = HEAD.map((_, column) => Math.max(...rows.map((row) => (row[column] ?? "").length)));
  return rows
    .map((row) =>
      row.map((cell, i) => (i === 0 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0))),
    )
    .map((row) => row.join("  ").trimEnd())
    .join("\n");
}

const HEAD = ["", "measured", "bare", "ratio", "aim", "met"];

function cells(figure: Figure): string[] {
  const { name, unit, value, bare, aim, ofRatio } = figure;
  const ratio = ratioOf(figure);
  const met = isMet(figure);
  return [
    `${name}${unit === "" ? "" : `, ${unit}`}`,
    shown(value),
    bare === undefined ? "" : shown(bare),
    ratio === undefined ? "" : `${ratio.toFixed(2)} x`,
    aim ? `${"most" in aim ? `<= ${aim.most}` : `>= ${aim.least}`}${ofRatio ? " x" : ""}` : "",
    met === undefined ? "" : met ? "yes" : "no",
  ];
}

/** Three digits that count, or all of a whole number. */
function shown(value: number): string {
  if (Number.isNaN(value)) return "-";
  if (Math.abs(value) >= 100) return value.toFixed(0);
  return value === 0 ? "0" : value.toPrecision(3);
}
