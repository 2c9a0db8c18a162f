// A stream of calls over several Workers while an operator changes something: which calls had started before the change was
// answered, and which after. It is told by the order of things alone, not by their times.

import { heldAt, type Answer } from "./e2e-calls.ts";
import type { Rig } from "./e2e-rig.ts";
import { until } from "./e2e-until.ts";

/** Calls that are on their way at once. */
const LANES = 4;
/** How many calls each lane makes, at least, before the change begins and after it was answered. */
const CALLS_EACH = 3;
const MAX_CALLS = 400;

export interface Traffic {
  /** Started before the change was answered: it may have come too late for them. */
  before: Answer[];
  /** Started when it had been answered. */
  after: Answer[];
  /** The one that was at the provider's all the while. */
  inFlight: Answer;
}

let gates = 0;

/** `send`: makes one call; `lane` and `n` count both. The one in flight is sent with a gate. */
export async function trafficDuring(
  rig: Rig,
  {
    send,
    change,
  }: {
    send: (options: { lane: number; n: number; changed: boolean; gate?: string }) => Promise<Answer>;
    change: () => Promise<unknown>;
  },
): Promise<Traffic> {
  gates += 1;
  const gate = `traffic-${gates}`;
  const pending = send({ lane: 0, n: 0, changed: false, gate });
  await until("a call to be in flight", () => heldAt(rig, gate)[0]);

  const before: Answer[] = [];
  const after: Answer[] = [];
  let changed = false;
  const enough = Promise.withResolvers<void>();
  const lanes = Array.from({ length: LANES }, async (_, lane) => {
    for (let n = 1, late = 0; late < CALLS_EACH; n++) {
      if (n > MAX_CALLS) throw new Error("the change was never answered");
      const isLate = changed;
      (isLate ? after : before).push(await send({ lane, n, changed: isLate }));
      if (isLate) late += 1;
      if (before.length >= LANES * CALLS_EACH) enough.resolve();
    }
  });
  const changing = enough.promise.then(change).then(() => {
    changed = true;
  });
  await Promise.all([changing, ...lanes]);
  rig.provider.open(gate);
  return { before, after, inFlight: await pending };
}
