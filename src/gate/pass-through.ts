import type { Refusal } from "../errors.ts";
import type { Provider } from "../providers/provider.ts";
import { compatibleRoute, providerNamed, type Route } from "../providers/registry.ts";
import { upstreamOf } from "../providers/upstream.ts";
import type { Reading } from "../providers/wire.ts";
import { storeRefusal } from "./refusals.ts";
import { settleTold } from "./background.ts";
import { nowhere } from "./call-plan.ts";
import { watchClient } from "./client-watch.ts";
import { putCredential } from "./credential.ts";
import { noSuchProvider } from "./custom-route.ts";
import { forward } from "./forward.ts";
import type { GateDeps } from "./gate-deps.ts";
import { clientHeaders, upstreamHeaders } from "./headers.ts";
import { labelsOf, tooManyTags } from "./labels.ts";
import { allowanceRefusal, keyRefusal } from "./plan.ts";
import { confirmedPolicies, type CallPolicies } from "./policies.ts";
import type { ProvenKey } from "./secret.ts";
import { redact } from "./redact.ts";
import { readToldAnswer } from "./told-answer.ts";
import { readAnswer } from "./unary.ts";
import { upstreamUrl } from "./upstream-url.ts";

const UNREACHABLE: Refusal = { code: "provider_unreachable", message: "The provider can't be reached." };

/** Passes a call on that reserves and books nothing: free ones, and those of keys under no usd budget (law 11). */
export async function passThrough(
  deps: GateDeps,
  proven: ProvenKey,
  { request, url, route, requestId }: { request: Request; url: URL; route: Route; requestId: string },
): Promise<{ response: Response } | { refusal: Refusal }> {
  const labelled = labelsOf(request.headers, undefined);
  if ("refusal" in labelled) return labelled;
  const policies = await confirmedPolicies(deps, proven, labelled.labels);
  if (!policies) return { refusal: storeRefusal("redis") };
  const aimed = aimOf(route, deps.config.DEFAULT_PROVIDER);
  if (aimed === null)
    return { refusal: { code: "endpoint_not_allowed", message: `Nothing is at ${route.path}.` } };
  const refusal = passRefusal(deps, policies, aimed);
  if (refusal) return { refusal };
  const upstream = upstreamOf(deps.config, aimed.provider, aimed, policies.ownProvider(aimed.provider.name));
  if (!upstream) return { refusal: nowhere(aimed.provider.name) };
  const client = watchClient(request.signal, 0);
  const outgoing = {
    url: upstreamUrl(upstream.baseUrl, aimed.path, url),
    method: request.method,
    headers: upstreamHeaders(request.headers, { own: upstream.own !== undefined }),
    body: request.body,
  };
  const secrets = await putCredential(deps, upstream, outgoing);
  if (secrets === null) return { refusal: UNREACHABLE };
  const timeoutMs = deps.config.PROVIDER_TIMEOUT_SECONDS * 1_000;
  const dispatched = await forward(deps.fetch, outgoing, { timeoutMs, client });
  if ("failed" in dispatched) {
    return dispatched.failed === "provider_timeout"
      ? { refusal: { code: "provider_timeout", message: "The provider didn't answer in time." } }
      : { refusal: UNREACHABLE };
  }
  const { response, abort } = dispatched;
  const headers = clientHeaders(response.headers, secrets, [["x-tollgate-request-id", requestId]]);
  if (response.ok && aimed.tells) {
    const told = await readToldAnswer(response, aimed.tells, {
      client,
      secrets,
      abort,
      idleMs: timeoutMs,
      time: deps.books,
    });
    if (!told) return { refusal: { code: "provider_unreachable", message: "The provider broke off." } };
    const settled = (reading: Reading) =>
      settleTold(deps, proven.organizationId, aimed.provider.name, reading);
    deps.waitUntil(told.reading.then(settled));
    return { response: new Response(told.body, { status: response.status, headers }) };
  }
  if (response.status < 400)
    return { response: new Response(response.body, { status: response.status, headers }) };
  const { bytes } = await readAnswer(response, { client, abort, idleMs: timeoutMs });
  return { response: new Response(redact(bytes, secrets), { status: response.status, headers }) };
}

type Aimed = Route & { provider: Provider };

/** Where a call goes whose model, if it has one, isn't read: at `/v1` to the default provider. */
function aimOf(route: Route, defaultProvider: string): Aimed | null {
  if (route.provider !== null) return { ...route, provider: route.provider };
  const provider = providerNamed(defaultProvider);
  const compatible = provider && compatibleRoute(provider, route.method, route.path);
  return compatible && { ...compatible, envelope: route.envelope };
}

function passRefusal(deps: GateDeps, policies: CallPolicies, route: Aimed): Refusal | null {
  const { key } = policies;
  const refusal = keyRefusal(key, deps.books.now());
  if (refusal || !key) return refusal;
  if (!policies.labels) return tooManyTags();
  if (policies.customerBlocked) return { code: "customer_blocked", message: "This customer is blocked." };
  const { name, custom } = route.provider;
  if (custom && !policies.ownProvider(name)) return noSuchProvider(name);
  const forbidden = allowanceRefusal(key, { provider: name, path: route.path });
  if (forbidden || route.metering === "free") return forbidden;
  // A budget for some models may cover the one that this body names, so it counts too.
  if (policies.charged.some(({ budget }) => budget.unit === "usd")) {
    return {
      code: "endpoint_not_allowed",
      message: `${route.path} can't be metered yet, and this key is under a usd budget.`,
    };
  }
  // The body that names the model isn't read here, so a list of models couldn't be kept.
  return key.models
    ? { code: "endpoint_not_allowed", message: `${route.path} can't be held to this key's list of models.` }
    : null;
}
