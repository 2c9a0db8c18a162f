import { ORGANIZATION_CALLS } from "./count.ts";
import { LATENCY_BUCKETS_MS, seriesOf, STORE_LATENCY, STORES } from "./series.ts";

// The text that Prometheus reads: https://prometheus.io/docs/instrumenting/exposition_formats/. Pure.

const HELP: Record<string, string> = {
  tollgate_calls_total: "Calls that went to a provider, by how they ended",
  tollgate_refusals_total: "Calls that were refused, by code",
  [ORGANIZATION_CALLS]: "Calls of an organization, refused ones too",
  tollgate_hold_nano_usd_total: "What holds set aside",
  tollgate_cost_nano_usd_total: "What calls cost",
  tollgate_estimated_total: "Calls whose usage nobody stated",
  tollgate_overruns_total: "Calls that cost more than their hold",
  tollgate_overrun_nano_usd_total: "What they cost beyond it",
  tollgate_lapses_total: "Holds whose settle never came",
  tollgate_drift_total: "Counters that reconcile found wrong; 0 is the promise",
  tollgate_events_total: "What went wrong or was mended, by its event in the log",
  [STORE_LATENCY]: "Answers of a store, as a Worker waited for them",
  tollgate_holds: "Holds now, in flight or lapsed and not yet swept",
  tollgate_outbox_entries: "Settled entries that Postgres doesn't have yet",
  tollgate_drain_lag_seconds: "Age of the oldest of them",
};

/** The books of one organization now. */
export interface BooksGauges {
  organizationId: string;
  holds: number;
  outboxEntries: number;
  /** Null: the outbox is empty. */
  oldestEntryAtMs: number | null;
}

export function exposition(
  counted: ReadonlyMap<string, number>,
  books: BooksGauges[],
  nowMs: number,
): string {
  const lines = new Map<string, string[]>();
  const put = (name: string, series: string, value: number) => {
    lines.set(name, [...(lines.get(name) ?? []), `${series} ${value}`]);
  };
  for (const [series, value] of [...counted].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const name = series.split("{", 1)[0] ?? series;
    if (name in HELP) put(name, series, value);
  }
  for (const line of histogram(counted)) put(STORE_LATENCY, line.series, line.value);
  for (const { organizationId: organization, holds, outboxEntries, oldestEntryAtMs } of books) {
    const lag = oldestEntryAtMs === null ? 0 : Math.max(0, nowMs - oldestEntryAtMs) / 1_000;
    put("tollgate_holds", seriesOf("tollgate_holds", { organization }), holds);
    put("tollgate_outbox_entries", seriesOf("tollgate_outbox_entries", { organization }), outboxEntries);
    put("tollgate_drain_lag_seconds", seriesOf("tollgate_drain_lag_seconds", { organization }), lag);
  }
  const blocks = [...lines].map(
    ([name, values]) =>
      `# HELP ${name} ${HELP[name]}\n# TYPE ${name} ${typeOf(name)}\n${values.join("\n")}\n`,
  );
  return blocks.join("");
}

function typeOf(name: string): string {
  if (name === STORE_LATENCY) return "histogram";
  return name.endsWith("_total") ? "counter" : "gauge";
}

/** Each bucket is kept with what falls into it alone, and shown with all below. */
function histogram(counted: ReadonlyMap<string, number>): { series: string; value: number }[] {
  const ends = [...LATENCY_BUCKETS_MS.map((ms) => String(ms / 1_000)), "+Inf"];
  return STORES.flatMap((store) => {
    let count = 0;
    const buckets = ends.map((le) => {
      const series = seriesOf(`${STORE_LATENCY}_bucket`, { store, le });
      count += counted.get(series) ?? 0;
      return { series, value: count };
    });
    if (count === 0) return [];
    const sum = (counted.get(seriesOf(`${STORE_LATENCY}_milliseconds`, { store })) ?? 0) / 1_000;
    buckets.push({ series: seriesOf(`${STORE_LATENCY}_sum`, { store }), value: sum });
    buckets.push({ series: seriesOf(`${STORE_LATENCY}_count`, { store }), value: count });
    return buckets;
  });
}
