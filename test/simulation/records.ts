import type { HoldLine } from "../../src/store/packed.ts";
import type { PlannedCall } from "./scenario.ts";

// What truly became of each call, as its client, its provider and Redis itself saw it.

/** What the provider counted; `unknown`: it told nobody, or nobody who would tell the gate. */
export type Bill = { input: number; output: number } | "nothing" | "unknown";

export interface TrueHold {
  holdId: string;
  /** As Redis took it. */
  lines: HoldLine[];
  amountNanoUsd: number;
}

export interface CallRecord {
  planned: PlannedCall;
  requestId: string;
  /** The isolate that serves it. */
  servedBy: string;
  status: number | null;
  code: string | null;
  answered: boolean;
  dispatched: boolean;
  bill: Bill;
  /** What it counted, whether or not its answer got through. */
  counted: Bill;
  holds: Map<string, TrueHold>;
  /** Whether the last refusal that Redis gave was due. */
  refusal: { due: boolean; why: string } | null;
}

export interface Report {
  isolate: string;
  event: string;
  details: Record<string, unknown>;
}

export const holdPrefix = (requestId: string): string => requestId.replace(/^req_/, "hold_");

/** A later hold of the same call ends with its number: hold_0007-2. */
export const isHoldOf = (holdId: string, { requestId }: CallRecord): boolean =>
  holdId.replace(/-\d+$/, "") === holdPrefix(requestId);
