import { matchesGlob } from "../domain/glob.ts";
import type { KeyPolicy } from "../domain/policy.ts";
import type { Refusal } from "../errors.ts";
import type { AuthScheme, Provider } from "../providers/provider.ts";
import type { Wire } from "../providers/wire.ts";
import { compatibleRoute, providerNamed, splitModel, type Route } from "../providers/registry.ts";

// What a key's policy makes of a call, before any budget is asked. Pure.

export interface Target {
  provider: Provider;
  /** The provider's own name of the model. */
  model: string;
  /** The provider's own path. */
  path: string;
  auth: AuthScheme;
  /** The format as this provider speaks it: it reads the same facts from a body as the route's own. */
  wire: Wire;
}

/** Why the key can't be used at all, or null. */
export function keyRefusal(policy: KeyPolicy | null, nowMs: number): Refusal | null {
  if (policy === null) return { code: "invalid_key", message: "No such API key." };
  if (policy.revoked) return { code: "key_revoked", message: "This API key was revoked." };
  if (!policy.enabled) return { code: "key_disabled", message: "This API key is disabled." };
  if (policy.expiresAtMs !== null && policy.expiresAtMs <= nowMs) {
    return { code: "key_expired", message: "This API key has expired." };
  }
  return null;
}

/** What the names in a body mean. */
export interface Naming {
  aliases: Record<string, string>;
  defaultProvider: string;
  /** Whether the key's organization or team has added a provider of this name. */
  isOwn: (name: string) => boolean;
}

/** The provider and the model that a body's model names for this key: after aliases, then prefixes (R20). */
export function targetOf(
  model: string,
  route: Route,
  { aliases, defaultProvider, isOwn }: Naming,
): { target: Target } | { refusal: Refusal } {
  const wire = wireOf(route);
  if (wire === null) throw new Error("a call that isn't metered has no target");
  const alias = Object.hasOwn(aliases, model) ? aliases[model] : undefined;
  // A provider's own base URL takes its own model names, which may contain slashes; an alias always has a prefix.
  const named =
    alias !== undefined || route.provider === null
      ? splitModel(alias ?? model, isOwn)
      : { provider: null, model };
  const plain =
    route.path.startsWith("/v1/messages") && named.provider === null ? splitModel(named.model, isOwn) : named;
  const provider = plain.provider ?? route.provider ?? providerNamed(defaultProvider);
  if (provider === null) throw new Error("the default provider is none of ours");
  if (route.provider !== null) {
    const { path, auth } = route;
    if (provider.name === route.provider.name)
      return { target: { provider, model: plain.model, path, auth, wire } };
    return {
      refusal: {
        code: "model_not_allowed",
        message: `The model ${model} belongs to ${provider.name}, which this URL doesn't lead to.`,
        param: "model",
      },
    };
  }
  const compatible = compatibleRoute(provider, route.method, route.path);
  // Another format at the same path would be metered by the wrong rules.
  const spoken = compatible && wireOf(compatible);
  if (!compatible || !spoken || spoken.name !== wire.name) {
    return {
      refusal: {
        code: "endpoint_not_allowed",
        message: `${provider.name} isn't reached through ${route.path}.`,
      },
    };
  }
  const { path, auth } = compatible;
  return { target: { provider, model: plain.model, path, auth, wire: spoken } };
}

function wireOf({ metering }: Route): Wire | null {
  return metering === "free" ? null : metering;
}

/** Why the key may not use this provider, endpoint or model, or null. `model`: absent where the call names none. */
export function allowanceRefusal(
  policy: KeyPolicy,
  call: { provider: string; path: string; model?: string },
): Refusal | null {
  if (policy.providers && !policy.providers.includes(call.provider)) {
    return { code: "provider_not_allowed", message: `This key may not use the provider ${call.provider}.` };
  }
  if (policy.endpoints && !policy.endpoints.some((pattern) => matchesGlob(pattern, call.path))) {
    return { code: "endpoint_not_allowed", message: `This key may not use ${call.path}.` };
  }
  const { model } = call;
  if (policy.models && model !== undefined) {
    const names = [model, `${call.provider}/${model}`];
    if (!policy.models.some((pattern) => names.some((name) => matchesGlob(pattern, name)))) {
      return {
        code: "model_not_allowed",
        message: `This key may not use the model ${model}.`,
        param: "model",
      };
    }
  }
  return null;
}
