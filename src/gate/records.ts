import type { CallRecord } from "../observe/call-record.ts";
import type { Route } from "../providers/registry.ts";
import type { GateDeps } from "./gate-deps.ts";
import type { OpenCall } from "./open-call.ts";
import type { CallEnd } from "./settle.ts";

// What is recorded of calls that are over.

/** Of one call that holds no money: `by` is whose it is, if that is known. */
export function recorder(
  deps: Pick<GateDeps, "record" | "books">,
  { requestId, route, startedAtMs }: { requestId: string; route: Route; startedAtMs: number },
) {
  return ({
    by,
    ...ended
  }: Pick<CallRecord, "outcome" | "status" | "code"> & { by: { organizationId: string } | null }): void => {
    const durationMs = Math.max(0, deps.books.now() - startedAtMs);
    const provider = route.provider?.name ?? null;
    const organizationId = by?.organizationId;
    deps.record({ ...ended, requestId, organizationId, endpoint: route.path, provider, durationMs });
  };
}

/** Of one that was settled. */
export function recordOf(
  organizationId: string,
  { amountNanoUsd: holdNanoUsd, facts, startedAtMs, admittedAtMs }: OpenCall,
  { outcome, status, costNanoUsd, estimated, firstByteMs, model }: CallEnd,
): Omit<CallRecord, "durationMs"> {
  const fact = (name: string) => (typeof facts[name] === "string" ? facts[name] : undefined);
  return {
    organizationId,
    requestId: fact("request_id") ?? "",
    endpoint: fact("endpoint") ?? "",
    provider: fact("provider") ?? null,
    model: model ?? fact("model") ?? "",
    keyId: fact("key_id"),
    teamId: fact("team_id"),
    userId: fact("user_id"),
    stream: facts["stream"] === true,
    outcome,
    status,
    holdNanoUsd,
    costNanoUsd,
    estimated,
    admittedMs: admittedAtMs === undefined ? undefined : Math.max(0, admittedAtMs - startedAtMs),
    firstByteMs,
  };
}
