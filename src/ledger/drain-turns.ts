import type { IsolateMemory } from "../store/memory.ts";
import { DRAIN_LEASE_MS } from "../store/scripts/head.ts";

// Calls of one isolate that wait for their entries take turns at the drain: whoever has it books the others' entries with
// its own, and they see so in memory. If each asked Redis for itself, a busy isolate would ask several times a call.

/** The next turn is somebody else's after this. */
const TURN_MS = 25;
/** Of a settle: long ago it has been seen by whoever waited for it. */
const MAX_REMEMBERED = 5_000;

/** Whether this call shall ask for the drain: then the others wait. */
export function takesTurn({ drainAskedUntilMs }: IsolateMemory, org: string, nowMs: number): boolean {
  if (nowMs < (drainAskedUntilMs.get(org) ?? 0)) return false;
  drainAskedUntilMs.set(org, nowMs + TURN_MS);
  return true;
}

/** This isolate has the drain: nobody else would get it meanwhile. */
export function noteDrain({ drainAskedUntilMs }: IsolateMemory, org: string, nowMs: number): void {
  drainAskedUntilMs.set(org, nowMs + DRAIN_LEASE_MS);
}

export function noteDrained({ drainAskedUntilMs }: IsolateMemory, org: string): void {
  drainAskedUntilMs.delete(org);
}

export function rememberBooked({ bookedEntries }: IsolateMemory, entryIds: Iterable<string>): void {
  for (const id of entryIds) bookedEntries.add(id);
  for (const id of bookedEntries) {
    if (bookedEntries.size <= MAX_REMEMBERED) break;
    bookedEntries.delete(id);
  }
}
