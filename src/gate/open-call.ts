import { deliverDue } from "../alerts/deliver.ts";
import type { Unit } from "../domain/charged-budgets.ts";
import type { Closing } from "../store/settlement.ts";
import { closeOrStrand } from "../ledger/strand.ts";
import type { Admission } from "./admission.ts";
import type { GateDeps } from "./gate-deps.ts";
import { settledAmount, shadowRefusals } from "./lines.ts";
import { recordOf } from "./records.ts";
import type { CallEnd } from "./settle.ts";

/** A call that holds money: all that its settle needs, as plain data, for one that is settled by another request. */
export interface OpenCall {
  holdId: string;
  amountNanoUsd: number;
  lines: { counter: string; periodStartMs: number; unit: Unit }[];
  facts: Record<string, unknown>;
  shadowRefusals: string[];
  startedAtMs: number;
  admittedAtMs?: number;
}

export function openCallOf<T>(
  admission: Admission<T>,
  { startedAtMs, admittedAtMs }: { startedAtMs: number; admittedAtMs: number },
): OpenCall {
  const { holdId, amountNanoUsd, lines, facts } = admission;
  return {
    holdId,
    amountNanoUsd,
    lines: lines.map(({ charged, line: { counter, periodStartMs } }) => ({
      counter,
      periodStartMs,
      unit: charged.budget.unit,
    })),
    facts,
    shadowRefusals: shadowRefusals(lines),
    startedAtMs,
    admittedAtMs,
  };
}

/** Replaces the hold by what the call cost. Idempotent by hold. False where neither store could be told. */
export async function closeCall(deps: GateDeps, org: string, call: OpenCall, end: CallEnd): Promise<boolean> {
  const { holdId, amountNanoUsd, facts } = call;
  const overrun = Math.max(0, end.costNanoUsd - amountNanoUsd);
  if (overrun > 0) {
    const key = facts["key_id"];
    deps.books.report("overrun", { organization: org, hold: holdId, key, nano_usd: overrun });
  }
  const endedAtMs = deps.books.now();
  try {
    await closeOrStrand(deps.books, org, closingOf(call, end, { overrun, nowMs: endedAtMs }));
    deps.waitUntil(deliverDue(deps, org));
    return true;
  } catch (error) {
    // Neither store could be told within the retries: the lease's end charges the hold, visibly.
    deps.books.report("settle_lost", { organization: org, hold: holdId, cause: String(error) });
    return false;
  } finally {
    const settleMs = Math.max(0, deps.books.now() - endedAtMs);
    deps.record({
      ...recordOf(org, call, end),
      overrunNanoUsd: overrun,
      durationMs: endedAtMs - call.startedAtMs,
      settleMs,
    });
  }
}

function closingOf(
  { holdId, amountNanoUsd, lines, facts, shadowRefusals, startedAtMs }: OpenCall,
  end: CallEnd,
  { overrun, nowMs }: { overrun: number; nowMs: number },
): Closing {
  return {
    mode: "settle",
    holdId,
    amountNanoUsd: end.costNanoUsd,
    lines: lines.map(({ counter, periodStartMs, unit }) => ({
      counter,
      periodStartMs,
      actual: settledAmount({ budget: { unit } }, end),
    })),
    facts: JSON.stringify({
      ...facts,
      hold: amountNanoUsd,
      overrun,
      outcome: end.outcome,
      status: end.status,
      usage: end.usage,
      estimated: end.estimated,
      ...(end.model === null ? {} : { model: end.model }),
      service_tier: end.serviceTier,
      provider_cost: end.providerCostNanoUsd ?? null,
      price_version: end.priceVersion,
      first_byte_ms: end.firstByteMs,
      shadow_refusals: shadowRefusals,
      duration_ms: Math.max(0, nowMs - startedAtMs),
    }),
  };
}
