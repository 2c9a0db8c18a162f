import { raiseRefusal } from "../alerts/raise.ts";
import type { CallLabels } from "../domain/scope.ts";
import type { Refusal } from "../errors.ts";
import { settleLeftAgain } from "../ledger/drainer.ts";
import { lapseHolds } from "../ledger/lapse.ts";
import { oneAtATime } from "../ledger/one-at-a-time.ts";
import { openEpoch } from "../ledger/open.ts";
import { missingCounter, rebuildCounters } from "../ledger/rebuild.ts";
import { StoreUnavailable } from "../services.ts";
import { epochInMemory, rememberEpoch } from "../store/epochs.ts";
import { admissionOf, admittedLines, type Admitted, type AdmittedLine, type Plan } from "./admission.ts";
import { admitUnheld } from "./admit-unheld.ts";
import type { GateDeps } from "./gate-deps.ts";
import { reserveLine } from "./lines.ts";
import { firstHold, nextHold, noteAttempt, release, replay, tidy, type PendingHold } from "./pending-hold.ts";
import {
  bringPolicies,
  confirmedPolicies,
  policiesInMemory,
  takeDocuments,
  type CallPolicies,
} from "./policies.ts";
import { budgetRefusal, storeRefusal } from "./refusals.ts";
import type { ProvenKey } from "./secret.ts";

/** Answers that ask for another round: stale policies, a cold store, missing counters, ended leases. */
const MAX_ROUNDS = 16;

/**
 * Sets money aside for a call, or says why not (laws 2, 9, 10, 14). `planFor` is pure and may run several times. In the
 * steady state this is one round trip.
 */
export async function admit<T>(
  deps: GateDeps,
  proven: ProvenKey,
  call: { requestId: string; labels: CallLabels },
  planFor: (policies: CallPolicies) => Plan<T>,
): Promise<Admitted<T>> {
  const org = proven.organizationId;
  let hold = firstHold(call.requestId, deps.books.now());
  try {
    for (let round = 0; round < MAX_ROUNDS; round++) {
      const policies = policiesInMemory(deps.books.memory, proven, call.labels);
      const plan = planFor(policies);
      if ("refusal" in plan) {
        // Memory may know less than the stores do, so what refuses, and what it says, is the confirmed policy.
        const confirmed = policies.complete
          ? await confirmedPolicies(deps, proven, call.labels)
          : await bringPolicies(deps, proven, call.labels, policies);
        const confirmedPlan = confirmed && planFor(confirmed);
        if (confirmedPlan && "refusal" in confirmedPlan) return refuse(deps, org, hold, confirmedPlan);
        continue;
      }
      const lines = plan.charged.map((charged) => reserveLine(charged, plan.tokens, hold.nowMs));
      noteAttempt(hold, lines, plan.facts);
      const { reply, unanswered } = await deps.books.store.reserve({
        organizationId: org,
        epoch: epochInMemory(deps.books.memory, org),
        nowMs: hold.nowMs,
        leaseMs: deps.books.leaseMs,
        holdId: hold.id,
        policies: policies.versions,
        lines,
        ...plan.reserve,
        facts: JSON.stringify(plan.facts),
      });
      hold.unanswered += unanswered;

      const admission = admissionOf(reply, hold, { plan, lines, policies });
      if (admission) {
        if (reply.kind === "ok" && reply.ended.length > 0) deps.waitUntil(tidy(deps, org, reply.ended));
        return { admission };
      }
      switch (reply.kind) {
        case "cold":
          await oneAtATime(deps.books, `open ${org}`, async () => {
            await enterEpoch(deps, org, await openEpoch(deps.books, org));
          });
          break;
        case "stale":
          await enterEpoch(deps, org, reply.epoch);
          await takeDocuments(deps, org, policies.versions, reply.documents);
          break;
        case "missing": {
          const missing = reply.indexes.flatMap((index) => plan.charged[index] ?? []);
          const made = missing.map((charged) => missingCounter(charged, hold.nowMs));
          await rebuildCounters(deps.books, org, reply.epoch, made);
          break;
        }
        case "lost": {
          const lost = { condemnedEpoch: reply.epoch, lostHolds: [hold.id] };
          await enterEpoch(deps, org, await openEpoch(deps.books, org, lost));
          break;
        }
        case "refused": {
          // No refusal rests on a hold whose lease has ended.
          if (reply.ended.length > 0 && (await lapseHolds(deps.books, org, reply.ended)).progressed) break;
          const states = admittedLines(plan.charged, lines, reply.counters);
          const inTheWay = reply.refused.flatMap((index) => states[index] ?? []);
          const refusal = budgetRefusal(inTheWay, plan.reserve.least, hold.nowMs);
          if (refusal.code === "budget_held" || refusal.code === "rate_limited") {
            deps.waitUntil(replay(deps, org));
          }
          raiseRefusal(deps, org, refusal, inTheWay);
          return refuse(deps, org, hold, { refusal, lines: states });
        }
        case "late":
        case "again":
        case "ok":
          // Too old to be told from a hold that was swept, or ended before we heard of it: a new hold.
          if (hold.unanswered > 0) deps.waitUntil(release(deps, org, hold));
          hold = nextHold(hold, deps.books.now());
          break;
      }
    }
  } catch (error) {
    if (!(error instanceof StoreUnavailable)) throw error;
    deps.books.report("store_unavailable", {
      organization: org,
      store: error.store,
      cause: String(error.cause),
    });
    const open = error.store === "redis" ? admitUnheld(deps, proven, call, hold, planFor) : null;
    if (open) return { admission: open };
    if (hold.sent) deps.waitUntil(release(deps, org, hold));
    return { refusal: storeRefusal(error.store) };
  }
  return refuse(deps, org, hold, { refusal: storeRefusal("redis") });
}

/** Whatever calls left in the epoch before is settled in this one, before anything is admitted in it. */
async function enterEpoch({ books }: GateDeps, org: string, epoch: number): Promise<void> {
  if (epoch === epochInMemory(books.memory, org)) return;
  await settleLeftAgain(books, org);
  rememberEpoch(books.memory, org, epoch);
}

function refuse<T>(
  deps: GateDeps,
  org: string,
  hold: PendingHold,
  refused: { refusal: Refusal; lines?: AdmittedLine[] },
): Admitted<T> {
  // A reserve that got no answer may still be on its way: without this it would hold money for nobody.
  if (hold.unanswered > 0) deps.waitUntil(release(deps, org, hold));
  return refused;
}
