// Counts in an isolate's memory, between two flushes. Pure.

/** By series: a name of Prometheus with its labels, as it stands in /metrics. */
export type Counts = Map<string, number>;

/** More kinds of calls than there are; a label that a client could choose would else fill the memory. */
const MAX_SERIES = 1_000;

export function add(counts: Counts, series: string, amount = 1): void {
  const before = counts.get(series);
  if (before !== undefined || counts.size < MAX_SERIES) counts.set(series, (before ?? 0) + amount);
}

/** `name{label="value"}`, escaped as https://prometheus.io/docs/instrumenting/exposition_formats/ says. */
export function seriesOf(name: string, labels: Record<string, string>): string {
  const pairs = Object.entries(labels).map(([label, value]) => `${label}="${escaped(value)}"`);
  return pairs.length === 0 ? name : `${name}{${pairs.join(",")}}`;
}

function escaped(value: string): string {
  return value
    .replaceAll("\\", String.raw`\\`)
    .replaceAll('"', String.raw`\"`)
    .replaceAll("\n", String.raw`\n`);
}

/** Upper ends of the buckets of a store's answers, in milliseconds. */
export const LATENCY_BUCKETS_MS = [2, 5, 10, 20, 50, 100, 250, 1_000, 8_000] as const;

export function addLatency(counts: Counts, store: string, milliseconds: number): void {
  const end = LATENCY_BUCKETS_MS.find((most) => milliseconds <= most);
  const le = end === undefined ? "+Inf" : String(end / 1_000);
  add(counts, seriesOf(`${STORE_LATENCY}_bucket`, { store, le }));
  add(counts, seriesOf(`${STORE_LATENCY}_milliseconds`, { store }), Math.max(0, Math.round(milliseconds)));
}

export const STORE_LATENCY = "tollgate_store_duration_seconds";
