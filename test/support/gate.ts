// The running Worker, its operator and its keys, as the tests of outcomes and faults want them.

import { createRest, type NewKey, type Rest } from "./e2e-rest.ts";
import { startRig, type Rig } from "./e2e-rig.ts";

export interface Gate extends Rig {
  rest: Rest;
  /** Each test has its own, so that it sees its own calls only. Its one budget never resets and is never short. */
  createKey(fields?: object): Promise<NewKey>;
}

/**
 * Short, so that a test of what happens afterwards needn't wait long. The provider's time-out isn't: a call that a test
 * holds open would be given up, and its hold released, wherever the test is slower than that.
 */
const BINDINGS = { DISCONNECT_GRACE_SECONDS: "1" };
const AMPLE_USD = "1000";

export async function startGate({
  bindings,
  ...options
}: Parameters<typeof startRig>[0] = {}): Promise<Gate> {
  return gateOf(await startRig({ ...options, bindings: { ...BINDINGS, ...bindings } }));
}

export function gateOf(rig: Rig): Gate {
  const rest = createRest(rig);
  return { ...rig, rest, createKey: (fields = {}) => rest.createKey([{ limit: AMPLE_USD }], fields) };
}
