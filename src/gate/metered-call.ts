import { raiseExpiry } from "../alerts/raise.ts";
import type { Refusal } from "../errors.ts";
import type { BodyEdit } from "../providers/framing/json-edit.ts";
import type { Route } from "../providers/registry.ts";
import type { Wire } from "../providers/wire.ts";
import type { Admission } from "./admission.ts";
import { admit } from "./admit.ts";
import { answer } from "./answer.ts";
import { rateLimitHeaders } from "./answer-headers.ts";
import { planCall, type CallPlan, type PlannedCall } from "./call-plan.ts";
import { watchClient } from "./client-watch.ts";
import { putCredential } from "./credential.ts";
import { forward, type Dispatched } from "./forward.ts";
import type { GateDeps } from "./gate-deps.ts";
import { upstreamHeaders } from "./headers.ts";
import { labelsOf } from "./labels.ts";
import { release } from "./pending-hold.ts";
import type { ProvenKey } from "./secret.ts";
import { settleGuarantee } from "./settle.ts";
import { understand } from "./understand.ts";
import { upstreamUrl } from "./upstream-url.ts";

/** For nobody to read. */
const LEFT_EARLY: Refusal = { code: "provider_unreachable", message: "The client left; nothing was sent." };

/** The way of a call that costs money. `refuse`: makes a refusal the answer. */
export async function meteredCall(
  deps: GateDeps,
  proven: ProvenKey,
  {
    request,
    url,
    route,
    wire,
    requestId,
    startedAtMs,
    refuse,
  }: {
    request: Request;
    url: URL;
    route: Route;
    wire: Wire;
    requestId: string;
    startedAtMs: number;
    refuse: (refusal: Refusal) => Response;
  },
): Promise<Response> {
  const understood = await understand(request, { wire, path: route.path }, deps.config.MAX_BODY_BYTES);
  if ("refusal" in understood) return refuse(understood.refusal);
  const { call } = understood;
  const labelled = labelsOf(request.headers, call.facts.endUser);
  if ("refusal" in labelled) return refuse(labelled.refusal);
  const { labels } = labelled;
  const planned: PlannedCall = { request, route, call, requestId, labels, startedAtMs };

  const admitted = await admit(deps, proven, planned, (policies) => planCall(deps, planned, policies));
  if ("refusal" in admitted) {
    const response = refuse(admitted.refusal);
    const limits = rateLimitHeaders(admitted.lines ?? [], startedAtMs);
    for (const [name, value] of limits) response.headers.set(name, value);
    return response;
  }
  const { admission } = admitted;
  if (request.signal.aborted) {
    const { holdId: id, facts } = admission;
    const lines = new Map(admission.lines.map(({ line }) => [line.counter, line.periodStartMs]));
    deps.waitUntil(release(deps, proven.organizationId, { id, lines, facts }));
    return refuse(LEFT_EARLY);
  }
  const { upstream } = admission.extra;

  // From here on whatever happens ends in the settle.
  const settlement = settleGuarantee(deps, proven.organizationId, admission, startedAtMs);
  raiseExpiry(deps, proven.organizationId, admission.policies.key);
  const graceSeconds =
    admission.policies.key?.onDisconnect === "abort" ? 0 : deps.config.DISCONNECT_GRACE_SECONDS;
  const client = watchClient(request.signal, graceSeconds * 1_000);
  const idleMs = deps.config.PROVIDER_TIMEOUT_SECONDS * 1_000;
  try {
    const { edits, path, extraHeaders } = changesOf(admission);
    const outgoing = {
      url: upstreamUrl(upstream.baseUrl, path, url),
      method: request.method,
      headers: upstreamHeaders(request.headers, { own: upstream.own !== undefined }),
      body: call.edited(edits),
    };
    const secrets = await putCredential(deps, upstream, outgoing);
    const dispatched: Dispatched =
      secrets === null
        ? { failed: "provider_unreachable" }
        : await forward(deps.fetch, outgoing, { timeoutMs: idleMs, client });
    return await answer(dispatched, {
      planned,
      admission,
      client,
      time: deps.books,
      waitUntil: deps.waitUntil,
      secrets: secrets ?? [],
      idleMs,
      extraHeaders,
      end: settlement.end,
    });
  } catch (error) {
    // A fault of ours after the dispatch: the money may have been spent, so the hold is charged.
    settlement.end({
      outcome: "cut",
      costNanoUsd: admission.amountNanoUsd,
      usage: null,
      estimated: true,
      status: null,
      model: null,
      serviceTier: null,
      priceVersion: admission.extra.price?.version ?? null,
      firstByteMs: null,
    });
    throw error;
  }
}

/** The changes to the call, no others than these: the clamped limit, the ask for usage, the model's own name. */
function changesOf({ amountNanoUsd, extra }: Admission<CallPlan>): {
  edits: BodyEdit[];
  path: string;
  extraHeaders: [string, string][];
} {
  const { call } = extra;
  const { model, wire } = extra.target;
  const edits = wire.usageEdits(call.body, call.facts);
  let { path } = extra.target;
  if (model !== call.facts.model) {
    if (wire.pathFor) path = wire.pathFor(path, model);
    else edits.push({ path: ["model"], value: model });
  }
  const extraHeaders: [string, string][] = [];
  if (extra.estimate && amountNanoUsd < extra.estimate.tight) {
    const outputTokens = extra.estimate.clampFor(amountNanoUsd);
    edits.push(...wire.clampEdits(call.body, call.facts, outputTokens));
    extraHeaders.push(["x-tollgate-max-output-tokens", String(outputTokens)]);
  }
  return { edits, path, extraHeaders };
}
