import { deliverDue } from "../alerts/deliver.ts";
import { drainOutbox } from "../ledger/drain.ts";
import { forgetUnused } from "../ledger/instances.ts";
import { lapseHolds } from "../ledger/lapse.ts";
import { closeOrStrand, replayBehindRefusal } from "../ledger/strand.ts";
import type { ReserveLine } from "../store/admission.ts";
import type { GateDeps } from "./gate-deps.ts";

/** A hold that is asked for: what must be known to take the question back. */
export interface PendingHold {
  id: string;
  /** Retries send the first attempt's time, so that a copy that comes late is known to be late. */
  nowMs: number;
  sent: boolean;
  /** Attempts that got no answer: each may still arrive. */
  unanswered: number;
  number: number;
  /** Every counter that any attempt named, with its period: what a release must be able to touch. */
  lines: Map<string, number>;
  facts: Record<string, unknown>;
}

export function firstHold(requestId: string, nowMs: number): PendingHold {
  return newHold(requestId.replace(/^req_/, "hold_"), nowMs, 1);
}

export function nextHold({ id, number }: PendingHold, nowMs: number): PendingHold {
  return newHold(`${id.replace(/-\d+$/, "")}-${number + 1}`, nowMs, number + 1);
}

function newHold(id: string, nowMs: number, number: number): PendingHold {
  return { id, nowMs, sent: false, unanswered: 0, number, lines: new Map(), facts: {} };
}

export function noteAttempt(hold: PendingHold, lines: ReserveLine[], facts: Record<string, unknown>): void {
  for (const { counter, periodStartMs } of lines) hold.lines.set(counter, periodStartMs);
  hold.sent = true;
  hold.facts = facts;
}

/** Gives a hold back whose call was never dispatched. */
export async function release(
  deps: GateDeps,
  org: string,
  hold: Pick<PendingHold, "id" | "lines" | "facts">,
): Promise<void> {
  try {
    const lines = [...hold.lines].map(([counter, periodStartMs]) => ({ counter, periodStartMs, actual: 0 }));
    await closeOrStrand(deps.books, org, {
      mode: "release",
      holdId: hold.id,
      amountNanoUsd: 0,
      lines,
      // If it lapsed meanwhile, an entry takes that back, and says so.
      facts: JSON.stringify({ ...hold.facts, outcome: "released", estimated: false, overrun: 0 }),
    });
  } catch (error) {
    // Neither store can be told: the lease's end charges the hold, visibly, and an operator can void it.
    deps.books.report("release_lost", { organization: org, hold: hold.id, cause: String(error) });
  }
}

/** Ends leases that a reserve found ended, and forgets what nobody uses any more. */
export async function tidy(deps: GateDeps, org: string, ended: string[]): Promise<void> {
  try {
    const { lapsed } = await lapseHolds(deps.books, org, ended);
    if (lapsed > 0) await drainOutbox(deps.books, org, { force: false });
    await forgetUnused(deps.books, org);
    await deliverDue(deps, org);
  } catch (error) {
    // Later calls find the same leases ended, and the same instances unused.
    deps.books.report("sweep_failed", { organization: org, cause: String(error) });
  }
}

/** What refuses a call may be a hold whose settle stranded. */
export async function replay({ books }: GateDeps, org: string): Promise<void> {
  try {
    await replayBehindRefusal(books, org);
  } catch (error) {
    // The next refusal looks again, and so does every drain.
    books.report("replay_failed", { organization: org, cause: String(error) });
  }
}
