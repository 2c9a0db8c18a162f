import { periodAt } from "../domain/period.ts";
import { counterName, type Budget } from "../domain/scope.ts";
import type { Refusal } from "../errors.ts";
import { closeOrStrand, replayBehindRefusal } from "../ledger/strand.ts";
import { drainOutbox } from "../ledger/drain.ts";
import { lapseHolds } from "../ledger/lapse.ts";
import { openEpoch } from "../ledger/open.ts";
import { rebuildCounters } from "../ledger/rebuild.ts";
import { StoreUnavailable } from "../services.ts";
import type { CounterState, ReserveLine, ReserveReply } from "../store/admission.ts";
import { epochInMemory, rememberEpoch } from "../store/epochs.ts";
import type { GateDeps } from "./gate-deps.ts";
import { confirmedPolicies, policiesInMemory, takeDocuments, type CallPolicies } from "./policies.ts";
import { budgetRefusal } from "./refusals.ts";
import type { ProvenKey } from "./secret.ts";

/** What the call would set aside, or why the policies refuse it; made anew whenever a policy changed. */
export type Plan<T> =
  | { refusal: Refusal }
  | { reserve: { want: number; tight: number; least: number }; facts: Record<string, unknown>; extra: T };

export interface Admission<T> {
  holdId: string;
  amountNanoUsd: number;
  /** `state`: after this reserve; null where it is only known that it holds. */
  counters: { budget: Budget; line: ReserveLine; state: Omit<CounterState, "periodStartMs"> | null }[];
  facts: Record<string, unknown>;
  policies: CallPolicies;
  extra: T;
}

/** Answers that ask for another round: stale policies, a cold store, missing counters, ended leases. */
const MAX_ROUNDS = 16;
const STORE_RETRY_SECONDS = 2;

/**
 * Sets money aside for a call, or says why not (laws 2, 9, 10, 14). `planFor` is pure and may run several times. In the
 * steady state this is one round trip.
 */
export async function admit<T>(
  deps: GateDeps,
  proven: ProvenKey,
  requestId: string,
  planFor: (policies: CallPolicies) => Plan<T>,
): Promise<{ admission: Admission<T> } | { refusal: Refusal }> {
  const org = proven.organizationId;
  const { books } = deps;
  let hold = firstHold(requestId, books.now());
  const settled = async (outcome: { admission: Admission<T> } | { refusal: Refusal }) => {
    // A reserve that got no answer may still be on its way: without this it would hold money for nobody.
    if ("refusal" in outcome && hold.unanswered > 0) deps.waitUntil(release(deps, org, hold));
    return outcome;
  };

  try {
    for (let round = 0; round < MAX_ROUNDS; round++) {
      const policies = policiesInMemory(proven);
      const plan = planFor(policies);
      if ("refusal" in plan) {
        // Memory may know less than the stores do, so what refuses, and what it says, is the confirmed policy.
        const confirmed = await confirmedPolicies(deps, proven);
        const confirmedPlan = confirmed && planFor(confirmed);
        if (confirmedPlan && "refusal" in confirmedPlan) return await settled(confirmedPlan);
        continue;
      }
      const lines = policies.budgets.map((budget) => reserveLine(budget, hold.nowMs));
      for (const { counter, periodStartMs } of lines) hold.lines.set(counter, periodStartMs);
      hold.sent = true;
      hold.facts = plan.facts;
      const { reply, unanswered } = await books.store.reserve({
        organizationId: org,
        epoch: epochInMemory(org),
        nowMs: hold.nowMs,
        leaseMs: books.leaseMs,
        holdId: hold.id,
        policies: policies.versions,
        lines,
        ...plan.reserve,
        facts: JSON.stringify(plan.facts),
      });
      hold.unanswered += unanswered;
      const granted = grantOf(reply, lines);
      if (granted) {
        if (reply.kind === "ok" && reply.ended.length > 0) deps.waitUntil(tidy(deps, org, reply.ended));
        const counters = policies.budgets.flatMap((budget, i) => {
          const [line, state] = [lines[i], granted.counters[i]];
          return line && state
            ? [{ budget, line: { ...line, periodStartMs: state.periodStartMs }, state }]
            : [];
        });
        const { facts, extra } = plan;
        return {
          admission: {
            holdId: hold.id,
            amountNanoUsd: granted.amountNanoUsd,
            counters,
            facts,
            policies,
            extra,
          },
        };
      }
      switch (reply.kind) {
        case "cold":
          rememberEpoch(org, await openEpoch(books, org));
          break;
        case "stale":
          rememberEpoch(org, reply.epoch);
          await takeDocuments(deps, org, policies.versions, reply.documents);
          break;
        case "missing":
          await rebuildCounters(
            books,
            org,
            reply.epoch,
            reply.indexes.flatMap((index) => lines[index] ?? []),
          );
          break;
        case "lost":
          rememberEpoch(
            org,
            await openEpoch(books, org, { condemnedEpoch: reply.epoch, lostHolds: [hold.id] }),
          );
          break;
        case "refused": {
          // No refusal rests on a hold whose lease has ended.
          if (reply.ended.length > 0 && (await lapseHolds(books, org, reply.ended)).progressed) break;
          const refused = reply.refused.flatMap(({ index, spent, held }) => {
            const budget = policies.budgets[index];
            return budget ? [{ budget, spent, held }] : [];
          });
          const refusal = budgetRefusal(refused, plan.reserve.least, hold.nowMs);
          if (refusal.code === "budget_held") deps.waitUntil(replay(deps, org));
          return await settled({ refusal });
        }
        case "late":
        case "again":
        case "ok":
          // Too old to be told from a hold that was swept, or ended before we heard of it: a new hold.
          if (hold.unanswered > 0) deps.waitUntil(release(deps, org, hold));
          hold = nextHold(hold, books.now());
          break;
      }
    }
  } catch (error) {
    if (!(error instanceof StoreUnavailable)) throw error;
    books.report("store_unavailable", { organization: org, store: error.store, cause: String(error.cause) });
    if (hold.sent) deps.waitUntil(release(deps, org, hold));
    return { refusal: storeRefusal(error.store) };
  }
  return settled({ refusal: storeRefusal("redis") });
}

export function storeRefusal(store: "redis" | "postgres"): Refusal {
  return {
    code: "store_unavailable",
    message: `A store that decides on budgets (${store}) can't be reached. No call is forwarded without it.`,
    retryAfterSeconds: STORE_RETRY_SECONDS,
  };
}

interface PendingHold {
  id: string;
  /** Retries send the first attempt's time, so that a copy that comes late is known to be late. */
  nowMs: number;
  sent: boolean;
  unanswered: number;
  number: number;
  /** Every counter that any attempt named, with its period: what a release must be able to touch. */
  lines: Map<string, number>;
  /** The facts it was sent with: a release that must take a lapse back writes an entry. */
  facts: Record<string, unknown>;
}

function firstHold(requestId: string, nowMs: number): PendingHold {
  return newHold(requestId.replace(/^req_/, "hold_"), nowMs, 1);
}

function nextHold({ id, number }: PendingHold, nowMs: number): PendingHold {
  return newHold(`${id.replace(/-\d+$/, "")}-${number + 1}`, nowMs, number + 1);
}

function newHold(id: string, nowMs: number, number: number): PendingHold {
  return { id, nowMs, sent: false, unanswered: 0, number, lines: new Map(), facts: {} };
}

function reserveLine(budget: Budget, nowMs: number): ReserveLine {
  return {
    counter: counterName(budget),
    periodStartMs: periodAt(budget.period, nowMs).startMs,
    limit: budget.limit,
    hard: budget.enforcement === "hard",
    amount: "usd",
    onLapse: budget.onLapse,
  };
}

/** What the script set aside; also where it did so on an attempt whose answer was lost. */
function grantOf(
  reply: ReserveReply,
  lines: ReserveLine[],
): { amountNanoUsd: number; counters: CounterState[] } | null {
  if (reply.kind === "ok") return reply;
  if (reply.kind !== "again" || reply.state !== "h") return null;
  // An attempt whose answer was lost may have been made under other policies: then its hold is none for this call.
  const same = reply.lines.every(({ counter }, i) => counter === lines[i]?.counter);
  if (reply.lines.length !== lines.length || !same) return null;
  const counters = reply.lines.map(({ periodStartMs, amount }) => ({
    periodStartMs,
    spent: 0,
    held: amount,
  }));
  return { amountNanoUsd: reply.amountNanoUsd, counters };
}

/** Releases the hold of an admitted call that won't be dispatched. */
export function giveBack<T>(
  deps: GateDeps,
  org: string,
  { holdId, counters, facts }: Admission<T>,
): Promise<void> {
  const lines = new Map(counters.map(({ line }) => [line.counter, line.periodStartMs]));
  return release(deps, org, { id: holdId, lines, facts });
}

/** Gives a hold back whose call was never dispatched. */
async function release(
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

async function replay({ books }: GateDeps, org: string): Promise<void> {
  try {
    await replayBehindRefusal(books, org);
  } catch (error) {
    // The next refusal looks again, and so does every drain.
    books.report("replay_failed", { organization: org, cause: String(error) });
  }
}

async function tidy(deps: GateDeps, org: string, ended: string[]): Promise<void> {
  try {
    const { lapsed } = await lapseHolds(deps.books, org, ended);
    if (lapsed > 0) await drainOutbox(deps.books, org, { force: false });
  } catch (error) {
    // Later calls and reads find the same leases ended.
    deps.books.report("lapse_failed", { organization: org, cause: String(error) });
  }
}
