import { callOf, KINDS } from "./calls.ts";
import { drive } from "./client.ts";
import type { BenchRig } from "./rig.ts";

/** Calls of each kind: V8 has compiled then nearly all that it will. It goes on for some thousand calls. */
const CALLS = { unary: 3_000, stream: 600, "stream, usage hidden": 600 } as const;

/** So that no round measures an isolate's first calls. */
export async function warmUp(rig: BenchRig, secret: string): Promise<void> {
  for (const server of [rig.bare, rig.tollgate]) {
    for (const kind of KINDS) {
      await drive(server.url, () => callOf(kind, secret), { connections: 16, count: CALLS[kind] });
    }
  }
  await rig.quiet();
}
