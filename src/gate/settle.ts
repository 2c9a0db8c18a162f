import type { Usage } from "../domain/usage.ts";
import { closeOrStrand } from "../ledger/strand.ts";
import type { Admission } from "./admit.ts";
import { settledAmount, shadowRefusals } from "./lines.ts";
import type { GateDeps } from "./gate-deps.ts";

/** How a dispatched call ended, as the request resource names it. */
export type Outcome =
  | "completed"
  | "provider_error"
  | "provider_unreachable"
  | "timeout"
  | "cut"
  | "client_gone";

/** What is known of a dispatched call at its end. */
export interface CallEnd {
  outcome: Outcome;
  costNanoUsd: number;
  usage: Usage | null;
  estimated: boolean;
  /** What the provider stated that the call costs; absent where it stated nothing. */
  providerCostNanoUsd?: number;
  /** HTTP status of the provider's answer, or of ours in its place; null where the client left before either. */
  status: number | null;
  /** The model that answered; null where none was named. */
  model: string | null;
  serviceTier: string | null;
  priceVersion: string | null;
  firstByteMs: number | null;
}

/**
 * Registers the settle before the call is dispatched, so that nothing that happens to the call or its client can leave
 * the hold behind (law 12). Call `end` once; later calls change nothing.
 */
export function settleGuarantee<T>(
  deps: GateDeps,
  org: string,
  admission: Admission<T>,
  startedAtMs: number,
): { end: (end: CallEnd) => void } {
  const { promise, resolve } = Promise.withResolvers<CallEnd>();
  deps.waitUntil(promise.then((end) => settle(deps, org, admission, startedAtMs, end)));
  deps.waitUntil(renewUntil(deps, org, admission.holdId, promise));
  return { end: resolve };
}

/** A lease is renewed when this part of it has passed. */
const RENEWAL_SHARE = 1 / 2;

/** Keeps the lease of a call that runs longer than one (R3: no call is lapsed while its Worker lives). */
async function renewUntil(deps: GateDeps, org: string, holdId: string, end: Promise<unknown>): Promise<void> {
  const { books } = deps;
  const ended = end.then(() => "ended" as const);
  for (;;) {
    const next = await Promise.race([ended, books.sleep(books.leaseMs * RENEWAL_SHARE)]);
    if (next === "ended") return;
    try {
      if ((await books.store.renew(org, { holdId, nowMs: books.now(), leaseMs: books.leaseMs })) === "ended")
        return;
    } catch (error) {
      // The next one may get through; if none does, the lease ends and the settle corrects the lapse.
      books.report("renewal_failed", { organization: org, hold: holdId, cause: String(error) });
    }
  }
}

async function settle<T>(
  deps: GateDeps,
  org: string,
  { holdId, amountNanoUsd, lines, facts }: Admission<T>,
  startedAtMs: number,
  end: CallEnd,
): Promise<void> {
  const overrun = Math.max(0, end.costNanoUsd - amountNanoUsd);
  try {
    await closeOrStrand(deps.books, org, {
      mode: "settle",
      holdId,
      amountNanoUsd: end.costNanoUsd,
      lines: lines.map(({ charged, line }) => ({
        counter: line.counter,
        periodStartMs: line.periodStartMs,
        actual: settledAmount(charged, end),
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
        shadow_refusals: shadowRefusals(lines),
        duration_ms: Math.max(0, deps.books.now() - startedAtMs),
      }),
    });
  } catch (error) {
    // Neither store could be told within the retries: the lease's end charges the hold, visibly.
    deps.books.report("settle_lost", { organization: org, hold: holdId, cause: String(error) });
  }
  if (overrun > 0) {
    deps.books.report("overrun", {
      organization: org,
      hold: holdId,
      key: facts["key_id"],
      nano_usd: overrun,
    });
  }
}
