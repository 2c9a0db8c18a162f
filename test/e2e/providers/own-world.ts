import { call, type Answer, type CallOptions } from "../../support/e2e-calls.ts";
import type { Rest } from "../../support/e2e-rest.ts";
import type { Rig } from "../../support/e2e-rig.ts";
import type { RecordedRequest, ScriptedProvider } from "../../support/scripted-provider.ts";

/** `own`: where the organization's own base URLs lead, another server than the deployment's. */
export type OwnWorldOf = () => { rig: Rig; rest: Rest; own: ScriptedProvider };

/** A call, and which of the two servers got it, if any. */
export async function sent(
  world: OwnWorldOf,
  options: CallOptions,
): Promise<{ answer: Answer; deployment: RecordedRequest[]; own: RecordedRequest[] }> {
  const { rig, own } = world();
  const before = [rig.provider.requests.length, own.requests.length] as const;
  const answer = await call(rig, options);
  return {
    answer,
    deployment: rig.provider.requests.slice(before[0]),
    own: own.requests.slice(before[1]),
  };
}
