import type { ChargedBudget } from "../domain/charged-budgets.ts";
import type { Refusal } from "../errors.ts";
import type { CounterState, ReserveLine, ReserveReply } from "../store/admission.ts";
import type { PendingHold } from "./pending-hold.ts";
import type { CallPolicies } from "./policies.ts";

// What a call asks to set aside, and what was set aside for it. Pure.

/** What the call would set aside, or why the policies refuse it; made anew whenever a policy changed. */
export type Plan<T> =
  | { refusal: Refusal }
  | {
      /** In nano-USD; see the reserve script. */
      reserve: { want: number; tight: number; least: number };
      /** The estimate that budgets of tokens hold. */
      tokens: number;
      charged: ChargedBudget[];
      facts: Record<string, unknown>;
      extra: T;
    };

export interface AdmittedLine {
  charged: ChargedBudget;
  line: ReserveLine;
  /** After this reserve; null where it is only known that it holds. */
  state: { spent: number; held: number } | null;
}

export interface Admission<T> {
  holdId: string;
  amountNanoUsd: number;
  lines: AdmittedLine[];
  facts: Record<string, unknown>;
  policies: CallPolicies;
  extra: T;
}

/** A call that is admitted or refused. `lines`: for the headers of rate limits, which stand on both. */
export type Admitted<T> = { admission: Admission<T> } | { refusal: Refusal; lines?: AdmittedLine[] };

export type AcceptedPlan<T> = Exclude<Plan<T>, { refusal: Refusal }>;

/** What the script set aside; also where it did so on an attempt whose answer was lost. */
export function admissionOf<T>(
  reply: ReserveReply,
  hold: PendingHold,
  made: { plan: AcceptedPlan<T>; lines: ReserveLine[]; policies: CallPolicies },
): Admission<T> | null {
  const { plan, lines, policies } = made;
  const common = { holdId: hold.id, facts: plan.facts, policies, extra: plan.extra };
  if (reply.kind === "ok") {
    const states = admittedLines(plan.charged, lines, reply.counters);
    return { ...common, amountNanoUsd: reply.amountNanoUsd, lines: states };
  }
  if (reply.kind !== "again" || reply.state !== "h") return null;
  // An attempt whose answer was lost may have been made under other policies: then its hold is none for this call.
  if (reply.lines.length !== plan.charged.length) return null;
  const states = plan.charged.flatMap((charged, i): AdmittedLine[] => {
    const held = reply.lines.find(({ counter }) => counter === charged.counter);
    const line = lines[i];
    return held && line
      ? [{ charged, line: { ...line, periodStartMs: held.periodStartMs }, state: null }]
      : [];
  });
  if (states.length !== reply.lines.length) return null;
  return { ...common, amountNanoUsd: reply.amountNanoUsd, lines: states };
}

export function admittedLines(
  charged: ChargedBudget[],
  lines: ReserveLine[],
  counters: CounterState[],
): AdmittedLine[] {
  return charged.flatMap((each, i) => {
    const [line, counter] = [lines[i], counters[i]];
    if (!line || !counter) return [];
    const { periodStartMs, spent, held } = counter;
    return [{ charged: each, line: { ...line, periodStartMs }, state: { spent, held } }];
  });
}
