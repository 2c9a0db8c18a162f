import type { IsolateMemory } from "../store/memory.ts";
import { DRAIN_LEASE_MS } from "../store/scripts/head.ts";

// Calls of one isolate that wait for their entries take turns at the drain: whoever has it books the others' entries with
// its own, and they see so in memory. If each asked Redis for itself, a busy isolate would ask several times a call.

/** The next turn is somebody else's after this. */
const TURN_MS = 25;
/**
 * Looks that a call leaves to others while somebody else has the turn. While this isolate's drains get on it leaves all of them:
 * where Postgres is slower than the calls, thousands wait, and Redis would be asked by each.
 */
const PATIENT_LOOKS = 4;
/** A drain gets on if it booked something in this time. */
const PROGRESS_MS = 5_000;
/** Of a settle: long ago it has been seen by whoever waited for it. */
const MAX_REMEMBERED = 5_000;

/** Whether this call shall ask for the drain at its `look`, counted from 0: then the others wait. */
export function takesTurn(
  memory: IsolateMemory,
  org: string,
  { look, nowMs }: { look: number; nowMs: number },
): boolean {
  const { drainAskedUntilMs, bookedAtMs } = memory;
  const getsOn = nowMs - (bookedAtMs.get(org) ?? 0) < PROGRESS_MS;
  const isPatient = getsOn || look < PATIENT_LOOKS;
  if (isPatient && nowMs < (drainAskedUntilMs.get(org) ?? 0)) return false;
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

export function rememberBooked(
  { bookedEntries, bookedAtMs }: IsolateMemory,
  org: string,
  { entryIds, nowMs }: { entryIds: Iterable<string>; nowMs: number },
): void {
  bookedAtMs.set(org, nowMs);
  for (const id of entryIds) bookedEntries.add(id);
  for (const id of bookedEntries) {
    if (bookedEntries.size <= MAX_REMEMBERED) break;
    bookedEntries.delete(id);
  }
}
