import type { IsolateMemory } from "./memory.ts";
import type { Closing } from "./settlement.ts";

// Calls of an isolate that drain an organization's outbox for its others. Pure, over the isolate's memory.

/** What others left to a call that drains. It may have died with its request, so it takes no more after a while. */
export interface Drainer {
  takesUntilMs: number;
  left: LeftEntry[];
}

/** An entry in the outbox whose call is over, and the close to send again where Redis lost it. */
export interface LeftEntry {
  entryId: string;
  closing: Closing;
}

/** The one to which others may leave theirs, if there is one. */
export function drainerOf({ drainers }: IsolateMemory, org: string, nowMs: number): Drainer | undefined {
  const drainer = drainers.get(org);
  return drainer && nowMs < drainer.takesUntilMs ? drainer : undefined;
}
