import { priceView } from "../domain/price-views.ts";
import type { Refusal } from "../errors.ts";
import { listedModels } from "../providers/prices/listed-models.ts";
import { customNamed, providerNamed, type Route } from "../providers/registry.ts";
import { upstreamOf } from "../providers/upstream.ts";
import { storeRefusal } from "./refusals.ts";
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
  // Of a provider that the organization added itself, only what it has a price of its own for is known.
  const own = policies.priceOverrides
    .filter(({ provider, model }) => customNamed(provider) && !model.includes("*"))
    .map(({ provider, model }) => ({ id: `${provider}/${model}`, provider, model }));
  return [...named, ...listed, ...own].flatMap(({ id, provider, model }) => {
    if (!isReachable(deps, policies, provider)) return [];
    if (allowanceRefusal({ ...key, endpoints: null }, { provider, path: CHAT_PATH, model })) return [];
    const price = priceFor(policies, { provider, model, atMs: deps.books.now() });
    return [
      { id, object: "model", created: 0, owned_by: provider, ...(price && { pricing: priceView(price) }) },
    ];
  });
}

/** At `/v1`: with a credential, or without one where its owner says that it needs none. */
function isReachable({ config }: GateDeps, policies: CallPolicies, name: string): boolean {
  const own = policies.ownProvider(name);
  const provider = providerNamed(name) ?? (own ? customNamed(name) : null);
  if (!provider || provider.compatiblePath === null) return false;
  const upstream = upstreamOf(config, provider, { auth: provider.auth, path: CHAT_PATH }, own);
  return upstream !== null && (own !== null || upstream.apiKey !== undefined);
}
