import * as z from "zod";
import { eachUnit } from "./billed-units.ts";
import { CALENDAR_KINDS } from "./calendar.ts";
import { ENFORCEMENTS, UNITS } from "./charged-budgets.ts";
import { SCOPE_KINDS } from "./scope.ts";

// The policy documents that Redis holds: a key's, and a scope's. Written from Postgres rows, read by the gate; parsed
// once per version, then kept in the isolate's memory. Pure.

const keyPolicy = z.object({
  id: z.string(),
  organizationId: z.string(),
  teamId: z.string().nullable(),
  userId: z.string().nullable(),
  enabled: z.boolean(),
  revoked: z.boolean(),
  expiresAtMs: z.number().nullable(),
  models: z.array(z.string()).nullable(),
  endpoints: z.array(z.string()).nullable(),
  providers: z.array(z.string()).nullable(),
  modelAliases: z.record(z.string(), z.string()).nullable(),
  tags: z.array(z.string()),
  whenShort: z.enum(["clamp", "reject"]),
  minOutputTokens: z.int().min(1),
  onDisconnect: z.enum(["drain", "abort"]),
  allowUnpriced: z.boolean(),
});
export type KeyPolicy = z.infer<typeof keyPolicy>;

const period = z.discriminatedUnion("kind", [
  z.object({
    kind: z.enum(CALENDAR_KINDS),
    every: z.int().min(1).exactOptional(),
    timezone: z.string().exactOptional(),
    anchor: z.string().exactOptional(),
  }),
  z.object({ kind: z.literal("duration"), seconds: z.number(), anchor: z.string() }),
  z.object({ kind: z.literal("total") }),
]);

const budget = z.object({
  id: z.string(),
  scope: z.object({
    kind: z.enum(SCOPE_KINDS),
    id: z.string(),
    teamId: z.string().nullable().exactOptional(),
  }),
  unit: z.enum(UNITS),
  limit: z.int().min(0),
  period,
  models: z.array(z.string()).nullable(),
  enforcement: z.enum(ENFORCEMENTS),
  onLapse: z.enum(["charge", "release"]),
  onStoreOutage: z.enum(["closed", "open"]),
  includeTeamSpend: z.boolean(),
  adjustments: z.array(z.object({ amount: z.int(), untilMs: z.number().nullable() })),
  generation: z.int().min(1),
});

/** The kinds of scope that calls name themselves: too many to keep a document of each in Redis. */
export const LABEL_KINDS = ["customer", "tag"] as const;
export type LabelKind = (typeof LABEL_KINDS)[number];

const amount = z.int().min(0);
const priceOverride = z.object({
  provider: z.string(),
  model: z.string(),
  updatedAtMs: z.number(),
  multiplierNano: amount.exactOptional(),
  rates: z
    .object({
      input: amount.exactOptional(),
      output: amount.exactOptional(),
      cache_read: amount.exactOptional(),
      cache_write: amount.exactOptional(),
      cache_write_1h: amount.exactOptional(),
      reasoning: amount.exactOptional(),
      audio_input: amount.exactOptional(),
      audio_output: amount.exactOptional(),
      image_input: amount.exactOptional(),
      image_output: amount.exactOptional(),
    })
    .exactOptional(),
  units: z.object(eachUnit(amount.exactOptional())).exactOptional(),
  per_request: amount.exactOptional(),
  tool_calls: z.record(z.string(), amount).exactOptional(),
});

/** How a provider that Tollgate doesn't know by its name is called. */
export const PROVIDER_KINDS = ["openai-compatible"] as const;

const ownProvider = z.object({
  organizationId: z.string(),
  /** Empty: all of the organization's. */
  teamId: z.string(),
  name: z.string(),
  /** Null: a provider that Tollgate knows by this name. */
  kind: z.enum(PROVIDER_KINDS).nullable(),
  /** Null: where the deployment calls it. */
  baseUrl: z.string().nullable(),
  /** The credential, as `src/sealed.ts` has it. Null: none goes along. */
  sealed: z.object({ iv: z.string(), data: z.string() }).nullable(),
});
/** A provider as its organization or team calls it. It stands for itself: nothing of the deployment's credential is used. */
export type OwnProvider = z.infer<typeof ownProvider>;

const scopePolicy = z.object({
  budgets: z.array(budget),
  /** Of a customer: no call may name it. */
  blocked: z.boolean(),
  /** An organization's: its budgets for each ("*"), of any kind. */
  wildcards: z.array(budget),
  /** An organization's: the kinds of label of which some have a document of their own. */
  labelled: z.array(z.enum(LABEL_KINDS)),
  /** An organization's. */
  modelAliases: z.record(z.string(), z.string()).nullable(),
  /** An organization's; absent where it has none. */
  priceOverrides: z.array(priceOverride).exactOptional(),
  /** An organization's or a team's; absent where it has none. */
  providers: z.array(ownProvider).exactOptional(),
});
export type ScopePolicy = z.infer<typeof scopePolicy>;

/** Null: no key has this digest. */
export function parseKeyPolicy(json: string): KeyPolicy | null {
  return keyPolicy.nullable().parse(JSON.parse(json));
}

export function parseScopePolicy(json: string): ScopePolicy {
  return scopePolicy.parse(JSON.parse(json));
}
