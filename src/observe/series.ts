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

const TO_ESCAPE = /[\\"\n]/;

function escaped(value: string): string {
  if (!TO_ESCAPE.test(value)) return value;
  return value
    .replaceAll("\\", String.raw`\\`)
    .replaceAll('"', String.raw`\"`)
    .replaceAll("\n", String.raw`\n`);
}

/** Upper ends of the buckets of a store's answers, in milliseconds. */
export const LATENCY_BUCKETS_MS = [2, 5, 10, 20, 50, 100, 250, 1_000, 8_000] as const;

export const STORE_LATENCY = "tollgate_store_duration_seconds";
export const STORES = ["redis", "postgres"] as const;

/** The names of a store's series, made once: its latency is counted several times a call. */
const LATENCY_SERIES = Object.fromEntries(
  STORES.map((store) => {
    const bucket = (le: string) => seriesOf(`${STORE_LATENCY}_bucket`, { store, le });
    const buckets = LATENCY_BUCKETS_MS.map((most) => ({ most, series: bucket(String(most / 1_000)) }));
    const sum = seriesOf(`${STORE_LATENCY}_milliseconds`, { store });
    return [store, { buckets, beyond: bucket("+Inf"), sum }];
  }),
);

export function addLatency(counts: Counts, store: (typeof STORES)[number], milliseconds: number): void {
  const series = LATENCY_SERIES[store];
  if (!series) return;
  add(counts, series.buckets.find(({ most }) => milliseconds <= most)?.series ?? series.beyond);
  add(counts, series.sum, Math.max(0, Math.round(milliseconds)));
}
