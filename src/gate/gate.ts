import { refusalResponse, STATUS_BY_CODE, type Refusal } from "../errors.ts";
import { keySecretsOf } from "../key-secrets.ts";
import { routeOf } from "../providers/registry.ts";
import { StoreUnavailable } from "../services.ts";
import { authenticate, presentsKey } from "./authenticate.ts";
import { customRefusal } from "./custom-route.ts";
import type { GateDeps } from "./gate-deps.ts";
import { goesRound } from "./headers.ts";
import { meteredCall } from "./metered-call.ts";
import { asksForModels, modelList } from "./model-list.ts";
import { passThrough } from "./pass-through.ts";
import { recorder } from "./records.ts";
import { storeRefusal } from "./refusals.ts";
import type { ProvenKey } from "./secret.ts";

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
    const answered = meteredCall(deps, proven, { request, url, route, wire, requestId, startedAtMs, refuse });
    // A client who leaves ends all that nobody waits for: a reserve on its way would leave a hold that nobody settles, and calls
    // whose reserves went with it would wait.
    deps.waitUntil(answered.catch(() => undefined));
    return await answered;
  } catch (error) {
    if (error instanceof StoreUnavailable) {
      deps.books.report("store_unavailable", { store: error.store, cause: String(error.cause) });
      return refuse(storeRefusal(error.store));
    }
    deps.books.report("gate_failed", { request: requestId, cause: String(error) });
    return refuse({ code: "internal_error", message: "Tollgate failed on this call." });
  }
}
