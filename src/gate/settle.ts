import type { Outcome } from "../domain/outcome.ts";
import type { Usage } from "../domain/usage.ts";
import type { Admission } from "./admission.ts";
import { leavePending, type PendingAnswer } from "./background.ts";
import type { GateDeps } from "./gate-deps.ts";
import { closeCall, openCallOf, type OpenCall } from "./open-call.ts";

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
  /** It was answered before its end, which is to be heard of later. */
  pending?: PendingAnswer;
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
  const call = openCallOf(admission, { startedAtMs, admittedAtMs: deps.books.now() });
  const lease = keepLease(deps, org, admission.holdId);
  deps.waitUntil(promise.then((end) => settle(deps, org, call, end)));
  return {
    end(end) {
      lease.stop();
      resolve(end);
    },
  };
}

/** A lease is renewed when this part of it has passed. */
const RENEWAL_SHARE = 1 / 2;

/** Keeps the lease of a call that runs longer than one, until it is stopped (R3: no call is lapsed while its Worker lives). */
function keepLease({ books }: GateDeps, org: string, holdId: string): { stop: () => void } {
  const afterMs = books.leaseMs * RENEWAL_SHARE;
  let isKept = true;
  let cancel = books.after(afterMs, () => void renew());
  async function renew(): Promise<void> {
    try {
      const renewed = await books.store.renew(org, { holdId, nowMs: books.now(), leaseMs: books.leaseMs });
      if (renewed === "ended") return;
    } catch (error) {
      // The next one may get through; if none does, the lease ends and the settle corrects the lapse.
      books.report("renewal_failed", { organization: org, hold: holdId, cause: String(error) });
    }
    if (isKept) cancel = books.after(afterMs, () => void renew());
  }
  return {
    stop() {
      isKept = false;
      cancel();
    },
  };
}

async function settle(deps: GateDeps, org: string, call: OpenCall, end: CallEnd): Promise<void> {
  if (!end.pending) return void (await closeCall(deps, org, call, end));
  if (await leavePending(deps, org, call, end.pending)) return;
  // Nobody will settle it later, so the hold is charged.
  const costNanoUsd = call.amountNanoUsd;
  await closeCall(deps, org, call, { ...end, costNanoUsd, usage: null, estimated: true });
}
