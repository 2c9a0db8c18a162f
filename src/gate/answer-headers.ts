import { effectiveLimit, windowOf } from "../domain/charged-budgets.ts";
import { formatUsd } from "../domain/money.ts";
import type { Admission, AdmittedLine } from "./admission.ts";
import type { HeaderList } from "./headers.ts";

/** The headers of an admitted call: what it holds, the tightest usd budget that it is under, and its rate limits. */
export function admissionHeaders<T>(admission: Admission<T>, nowMs: number): HeaderList {
  const headers: HeaderList = [["x-tollgate-hold-usd", formatUsd(admission.amountNanoUsd)]];
  const [tightest] = admission.lines
    .filter(({ charged, state }) => state !== null && charged.budget.unit === "usd")
    .map((line) => ({ budget: line.charged.budget, remaining: remainingOf(line, nowMs) }))
    .sort((a, b) => a.remaining - b.remaining);
  if (tightest) {
    headers.push(["x-tollgate-budget-id", tightest.budget.id]);
    headers.push(["x-tollgate-budget-remaining-usd", formatUsd(tightest.remaining)]);
    const { endMs } = windowOf(tightest.budget, nowMs);
    if (endMs !== null) headers.push(["x-tollgate-budget-reset", new Date(endMs).toISOString()]);
  }
  return [...headers, ...rateLimitHeaders(admission.lines, nowMs)];
}

const QUOTA_UNITS = { requests: "requests", tokens: "tokens", concurrent: "concurrent-requests" } as const;

/** https://datatracker.ietf.org/doc/draft-ietf-httpapi-ratelimit-headers/: one item for each rate limit, by budget id. */
export function rateLimitHeaders(lines: AdmittedLine[], nowMs: number): HeaderList {
  const policies: string[] = [];
  const limits: string[] = [];
  for (const line of lines) {
    const { budget } = line.charged;
    if (budget.unit === "usd" || line.state === null || budget.enforcement !== "hard") continue;
    const { startMs, endMs } = windowOf(budget, nowMs);
    const limit = effectiveLimit(budget, nowMs);
    const window = endMs === null ? "" : `;w=${Math.ceil((endMs - startMs) / 1_000)}`;
    const left = endMs === null ? "" : `;t=${Math.max(0, Math.ceil((endMs - nowMs) / 1_000))}`;
    policies.push(`"${budget.id}";q=${limit}${window};qu="${QUOTA_UNITS[budget.unit]}"`);
    limits.push(`"${budget.id}";r=${remainingOf(line, nowMs)}${left}`);
  }
  if (policies.length === 0) return [];
  return [
    ["ratelimit-policy", policies.join(", ")],
    ["ratelimit", limits.join(", ")],
  ];
}

function remainingOf({ charged, state }: AdmittedLine, nowMs: number): number {
  if (state === null) return 0;
  return Math.max(0, effectiveLimit(charged.budget, nowMs) - state.spent - state.held);
}
