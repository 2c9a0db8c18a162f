import type { IsolateMemory } from "./memory.ts";

// When the next delivery of an organization is due, as its isolate knows it: from the drains on the way, so that a call with
// nothing to deliver asks nobody. Pure, over the isolate's memory.

/** Organizations of which an isolate remembers it; of others the next drain tells. */
const MAX_ORGANIZATIONS = 10_000;

/** `atMs` null: none waits. */
export function noteDue({ alertsDueAtMs }: IsolateMemory, org: string, atMs: number | null): void {
  if (atMs === null) alertsDueAtMs.delete(org);
  else {
    if (alertsDueAtMs.size >= MAX_ORGANIZATIONS) alertsDueAtMs.clear();
    alertsDueAtMs.set(org, atMs);
  }
}

/** Whether something is due. Who is told so takes it on: the isolate's other calls are told no. */
export function takeDue({ alertsDueAtMs }: IsolateMemory, org: string, nowMs: number): boolean {
  const atMs = alertsDueAtMs.get(org);
  if (atMs === undefined || nowMs < atMs) return false;
  alertsDueAtMs.delete(org);
  return true;
}
