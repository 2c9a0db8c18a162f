import type { IsolateMemory } from "./memory.ts";
import type { Closing } from "./settlement.ts";

// Calls of an isolate that drain an organization's outbox for its others. Pure, over the isolate's memory.

export interface Drainer {
  /** It may have died with its request, so it takes no more after a while. */
  takesUntilMs: number;
  /** What others left to it: entries in the outbox, by their ids, and the closes to send again where Redis lost them. */
  left: Map<string, Closing>;
}

/** The one to which others may leave theirs, if there is one. */
export function drainerOf({ drainers }: IsolateMemory, org: string, nowMs: number): Drainer | undefined {
  return drainers.get(org)?.find(({ takesUntilMs }) => nowMs < takesUntilMs);
}

/** Longer than one that takes no more needs to finish. */
const FORGOTTEN_MS = 60_000;

/** Those that died are forgotten: what was left to them is in the outbox. */
export function noteDrainer(
  { drainers }: IsolateMemory,
  org: string,
  { drainer, nowMs }: { drainer: Drainer; nowMs: number },
): void {
  const others = (drainers.get(org) ?? []).filter(({ takesUntilMs }) => nowMs < takesUntilMs + FORGOTTEN_MS);
  drainers.set(org, [...others, drainer]);
}

export function forgetDrainer({ drainers }: IsolateMemory, org: string, drainer: Drainer): void {
  const others = (drainers.get(org) ?? []).filter((other) => other !== drainer);
  if (others.length === 0) drainers.delete(org);
  else drainers.set(org, others);
}

/** All that is left to any of them. */
export function leftOf({ drainers }: IsolateMemory, org: string): Closing[] {
  return (drainers.get(org) ?? []).flatMap(({ left }) => Array.from(left.values()));
}
