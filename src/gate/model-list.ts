import { priceView } from "../domain/price-views.ts";
import type { Refusal } from "../errors.ts";
import { listedModels } from "../providers/prices/listed-models.ts";
import { providerNamed, type Route } from "../providers/registry.ts";
import { upstreamOf } from "../providers/upstream.ts";
import { storeRefusal } from "./admit.ts";
import type { GateDeps } from "./gate-deps.ts";
import { allowanceRefusal, keyRefusal } from "./plan.ts";
import { confirmedPolicies, type CallPolicies } from "./policies.ts";
import { priceFor } from "./price-for.ts";
import type { ProvenKey } from "./secret.ts";

/** What calls at `/v1` name their models for; a key that may not use it is shown what it could name. */
const CHAT_PATH = "/v1/chat/completions";
const NO_LABELS = { customer: null, tags: [] };

/** `GET /v1/models`: no provider's list, but what the key may use at `/v1`, with prices. */
export const asksForModels = ({ provider, method, path }: Route): boolean =>
  provider === null && method === "GET" && path === "/v1/models";

/** In the shape of https://platform.openai.com/docs/api-reference/models/list. Throws StoreUnavailable. */
export async function modelList(
  deps: GateDeps,
  proven: ProvenKey,
  requestId: string,
): Promise<{ response: Response } | { refusal: Refusal }> {
  const policies = await confirmedPolicies(deps, proven, NO_LABELS);
  if (!policies) return { refusal: storeRefusal("redis") };
  const refusal = keyRefusal(policies.key, deps.books.now());
  if (refusal) return { refusal };
  const headers = { "x-tollgate-request-id": requestId };
  return { response: Response.json({ object: "list", data: modelsOf(deps, policies) }, { headers }) };
}

function modelsOf(deps: GateDeps, policies: CallPolicies): object[] {
  const { key } = policies;
  if (!key) return [];
  const aliases = Object.entries({ ...policies.modelAliases, ...key.modelAliases });
  const named = aliases.flatMap(([id, target]) => {
    const slash = target.indexOf("/");
    return slash > 0 ? [{ id, provider: target.slice(0, slash), model: target.slice(slash + 1) }] : [];
  });
  const listed = listedModels().map((model) =>
    Object.assign({ id: `${model.provider}/${model.model}` }, model),
  );
  return [...named, ...listed].flatMap(({ id, provider, model }) => {
    if (!isReachable(deps, provider)) return [];
    if (allowanceRefusal({ ...key, endpoints: null }, { provider, path: CHAT_PATH, model })) return [];
    const price = priceFor(policies, { provider, model, atMs: deps.books.now() });
    return [
      { id, object: "model", created: 0, owned_by: provider, ...(price && { pricing: priceView(price) }) },
    ];
  });
}

/** At `/v1`, with a credential. */
function isReachable({ config }: GateDeps, name: string): boolean {
  const provider = providerNamed(name);
  if (!provider || provider.compatiblePath === null) return false;
  return upstreamOf(config, provider, { auth: provider.auth, path: CHAT_PATH })?.apiKey !== undefined;
}
