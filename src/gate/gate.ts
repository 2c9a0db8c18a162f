import { raiseExpiry } from "../alerts/raise.ts";
import { refusalResponse, STATUS_BY_CODE, type Refusal } from "../errors.ts";
import type { BodyEdit } from "../providers/framing/json-edit.ts";
import { keySecretsOf } from "../key-secrets.ts";
import { routeOf, type Route } from "../providers/registry.ts";
import type { Wire } from "../providers/wire.ts";
import { StoreUnavailable } from "../services.ts";
import type { Admission } from "./admission.ts";
import { admit } from "./admit.ts";
import { answer } from "./answer.ts";
import { rateLimitHeaders } from "./answer-headers.ts";
import { authenticate, presentsKey } from "./authenticate.ts";
import { planCall, type CallPlan, type PlannedCall } from "./call-plan.ts";
import { watchClient } from "./client-watch.ts";
import { putCredential } from "./credential.ts";
import { customRefusal } from "./custom-route.ts";
import { forward, type Dispatched } from "./forward.ts";
import type { GateDeps } from "./gate-deps.ts";
import { goesRound, upstreamHeaders } from "./headers.ts";
import { labelsOf } from "./labels.ts";
import { asksForModels, modelList } from "./model-list.ts";
import { passThrough } from "./pass-through.ts";
import { release } from "./pending-hold.ts";
import { recorder } from "./records.ts";
import { storeRefusal } from "./refusals.ts";
import type { ProvenKey } from "./secret.ts";
import { settleGuarantee } from "./settle.ts";
import { understand } from "./understand.ts";
import { upstreamUrl } from "./upstream-url.ts";

/** For nobody to read. */
const LEFT_EARLY: Refusal = { code: "provider_unreachable", message: "The client left; nothing was sent." };

/** The way of a request. Null where the path is none of the data plane's. */
export async function gate(deps: GateDeps, request: Request): Promise<Response | null> {
  const url = new URL(request.url);
  const route = routeOf(request.method, url.pathname);
  if (!route) return null;
  const requestId = deps.newId("req");
  const startedAtMs = deps.books.now();
  const record = recorder(deps, { requestId, route, startedAtMs });
  let proven: ProvenKey | null = null;
  const refuse = (refusal: Refusal) => {
    record({ outcome: "refused", code: refusal.code, status: STATUS_BY_CODE[refusal.code], by: proven });
    return refusalResponse(refusal, route.envelope, requestId);
  };

  const custom = route.provider?.custom ? route.provider : null;
  // To a client without a key there is nothing behind a name that only its organization knows.
  if (custom && !presentsKey(request.headers, url)) return null;
  proven = await authenticate(request.headers, url, keySecretsOf(deps.config));
  if (!proven) return refuse({ code: "invalid_key", message: "The API key is missing, or is none of ours." });
  if (goesRound(request.headers))
    return refuse({ code: "invalid_request", message: "The call goes round: a base_url leads back here." });
  try {
    const refusal = custom && (await customRefusal(deps, proven, custom.name));
    if (refusal) return refuse(refusal);
    if (asksForModels(route)) {
      const listed = await modelList(deps, proven, requestId);
      if ("refusal" in listed) return refuse(listed.refusal);
      record({ outcome: "passed", status: listed.response.status, by: proven });
      return listed.response;
    }
    if (route.metering === null || route.metering === "free") {
      const passed = await passThrough(deps, proven, { request, url, route, requestId });
      if ("refusal" in passed) return refuse(passed.refusal);
      record({ outcome: "passed", status: passed.response.status, by: proven });
      return passed.response;
    }
    const wire = route.metering;
    return await meteredCall(deps, proven, { request, url, route, wire, requestId, startedAtMs, refuse });
  } catch (error) {
    if (error instanceof StoreUnavailable) {
      deps.books.report("store_unavailable", { store: error.store, cause: String(error.cause) });
      return refuse(storeRefusal(error.store));
    }
    deps.books.report("gate_failed", { request: requestId, cause: String(error) });
    return refuse({ code: "internal_error", message: "Tollgate failed on this call." });
  }
}

async function meteredCall(
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
