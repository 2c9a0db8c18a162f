import { bytesProblems } from "./bytes.ts";
import type { Case } from "./cases.ts";
import type { Replay } from "./replay.ts";
import { differences, meteredOf } from "./score.ts";

export type Check = "usage" | "bytes" | "books" | "hold" | "tight" | "refusal" | "split";

export interface Problem {
  check: Check;
  text: string;
  /** Why this can't be otherwise, where that is known. */
  documented?: string;
}

/**
 * What became of a case. `unrouted`: Tollgate has no such path, or can't meter it yet. `free`: passed with nothing set
 * aside. `refused`: Tollgate didn't send it.
 */
export type State = "no_path" | "unrouted" | "refused" | "free" | "booked";

export interface Verdict {
  state: State;
  problems: Problem[];
}

export function verdictOf(recorded: Case, replayed: Replay | null): Verdict {
  if (!replayed) return { state: "no_path", problems: [] };
  const state = stateOf(replayed);
  const problems = booksProblems(recorded, replayed);
  if (state === "unrouted") return { state, problems };
  if (state === "refused") return { state, problems: [...problems, ...refusalProblems(recorded, replayed)] };
  // Where the bytes of the answer broke a law, its usage is still to be judged: each check says what it finds.
  problems.push(...bytesProblems(recorded, replayed).map((text) => ({ check: "bytes" as const, text })));
  if (recorded.billable) {
    const usage = differences(recorded, meteredOf(replayed.booked));
    problems.push(...usage.map((text) => ({ check: "usage" as const, text })));
  }
  return { state, problems };
}

function stateOf({ status, refusal, booked }: Replay): State {
  if (status === null || refusal === "endpoint_not_allowed" || refusal === "not_found") return "unrouted";
  if (refusal !== null) return "refused";
  return booked ? "booked" : "free";
}

function booksProblems({ billable, kind }: Case, { faults, booked, sent }: Replay): Problem[] {
  const problems: Problem[] = faults.map((text) => ({ check: "books", text }));
  if (booked && sent === null) problems.push({ check: "books", text: "booked, and nothing was sent" });
  if (booked && !billable && (booked.costNanoUsd !== 0 || booked.usage !== null)) {
    problems.push({ check: "books", text: `${kind} isn't billable, and ${booked.costNanoUsd} are booked` });
  }
  return problems;
}

/** What the provider refused, too, isn't missed. */
function refusalProblems({ status }: Case, { refusal, received }: Replay): Problem[] {
  if (status >= 400) return [];
  const message = /"message":"([^"]*)"/.exec(new TextDecoder().decode(received))?.[1] ?? "";
  return [{ check: "refusal", text: `${refusal}: ${message}` }];
}
