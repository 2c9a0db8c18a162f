import type { Refusal } from "../errors.ts";
import { storeRefusal } from "./refusals.ts";
import type { GateDeps } from "./gate-deps.ts";
import { keyRefusal } from "./plan.ts";
import { confirmedPolicies, policiesInMemory } from "./policies.ts";
import type { ProvenKey } from "./secret.ts";

const NO_LABELS = { customer: null, tags: [] };

/**
 * Why a call at an organization's own provider can't be one, before its body is read; or null. What memory has is asked for
 * nobody: the call itself confirms it. Throws StoreUnavailable.
 */
export async function customRefusal(
  deps: GateDeps,
  proven: ProvenKey,
  name: string,
): Promise<Refusal | null> {
  if (policiesInMemory(deps.books.memory, proven, NO_LABELS).ownProvider(name)) return null;
  const policies = await confirmedPolicies(deps, proven, NO_LABELS);
  if (!policies) return storeRefusal("redis");
  return (
    keyRefusal(policies.key, deps.books.now()) ?? (policies.ownProvider(name) ? null : noSuchProvider(name))
  );
}

export function noSuchProvider(name: string): Refusal {
  return {
    code: "not_found",
    message: `There is nothing at /${name}: it is no provider that Tollgate knows, nor one that this key's organization added.`,
  };
}
