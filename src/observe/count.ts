import { customNamed } from "../providers/registry.ts";
import type { CallRecord } from "./call-record.ts";
import { add, type Counts, seriesOf } from "./series.ts";

// What is counted of calls and of what went wrong. Pure.

export function countCall(counts: Counts, call: CallRecord): void {
  if (call.organizationId !== undefined)
    add(counts, seriesOf(ORGANIZATION_CALLS, { organization: call.organizationId }));
  if (call.code !== undefined) return add(counts, seriesOf("tollgate_refusals_total", { code: call.code }));
  const provider = providerLabel(call.provider);
  add(counts, seriesOf("tollgate_calls_total", { provider, outcome: call.outcome }));
  if (call.costNanoUsd) add(counts, seriesOf("tollgate_cost_nano_usd_total", { provider }), call.costNanoUsd);
  if (call.holdNanoUsd) add(counts, seriesOf("tollgate_hold_nano_usd_total", { provider }), call.holdNanoUsd);
  if (call.estimated) add(counts, seriesOf("tollgate_estimated_total", { provider }));
  if (call.overrunNanoUsd) {
    add(counts, seriesOf("tollgate_overruns_total", { provider }));
    add(counts, seriesOf("tollgate_overrun_nano_usd_total", { provider }), call.overrunNanoUsd);
  }
}

export const ORGANIZATION_CALLS = "tollgate_organization_calls_total";

/** Organizations choose the names of their own. */
function providerLabel(name: string | null): string {
  if (name === null) return "unknown";
  return customNamed(name) === null ? name : "custom";
}

/** A report of the books. Those of holds and counters say how many. */
export function countEvent(counts: Counts, event: string, details: Record<string, unknown>): void {
  add(counts, seriesOf("tollgate_events_total", { event }));
  if (event === "holds_lapsed") add(counts, "tollgate_lapses_total", Number(details["count"]));
  if (event === "books_drift") add(counts, "tollgate_drift_total", Number(details["counters"]));
}
