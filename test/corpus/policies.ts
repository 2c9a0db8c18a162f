import { MAX_NANO_USD } from "../../src/domain/money.ts";
import type { OwnProvider } from "../../src/domain/policy.ts";
import { sealCredential } from "../../src/providers/own-credential.ts";
import { customNamed } from "../../src/providers/registry.ts";
import type { Budget } from "../../src/domain/charged-budgets.ts";
import type { KeyRow } from "../simulation/documents.ts";
import { KEY_SECRET, PROVIDER_SECRET, UPSTREAM } from "./bindings.ts";

/** Of the largest limit that there is: no call is refused or clamped for want of money. */
export function budgetOf(org: string): Budget {
  return {
    id: "bud_vast",
    scope: { kind: "organization", id: org },
    unit: "usd",
    limit: MAX_NANO_USD,
    period: { kind: "total" },
    models: null,
    enforcement: "hard",
    onLapse: "charge",
    onStoreOutage: "closed",
    includeTeamSpend: false,
    adjustments: [],
    generation: 1,
  };
}

/** `allowUnpriced`: the second key, for models that have no price. */
export function keyOf(org: string, key: { digest: string; allowUnpriced: boolean }): KeyRow {
  return {
    id: "key_1",
    ...key,
    organizationId: org,
    teamId: null,
    userId: null,
    enabled: true,
    revoked: false,
    expiresAtMs: null,
    models: null,
    endpoints: null,
    providers: null,
    modelAliases: null,
    tags: [],
    whenShort: "reject",
    minOutputTokens: 1,
    onDisconnect: "drain",
  };
}

/** The organization's own of a name that Tollgate doesn't know; null for one that it does, or that can't be a provider's. */
export async function providerOf(organizationId: string, name: string): Promise<OwnProvider | null> {
  if (!customNamed(name)) return null;
  const owned = { organizationId, teamId: "", name, baseUrl: UPSTREAM };
  const sealed = await sealCredential({ apiKey: PROVIDER_SECRET }, owned, [KEY_SECRET]);
  return { ...owned, kind: "openai-compatible", sealed };
}
