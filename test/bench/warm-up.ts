import { callOf, KINDS } from "./calls.ts";
import { drive } from "./client.ts";
import type { BenchRig } from "./rig.ts";

/** Calls of each kind: V8 has compiled then what it will. */
const CALLS = 300;

/** So that no round measures an isolate's first calls. */
export async function warmUp(rig: BenchRig, secret: string): Promise<void> {
  for (const server of [rig.bare, rig.tollgate]) {
    for (const kind of KINDS) {
      await drive(server.url, () => callOf(kind, secret), { connections: 16, count: CALLS });
    }
  }
  await rig.quiet();
}
