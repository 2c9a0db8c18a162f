import { z } from "zod";
import { CALENDAR_KINDS } from "./calendar.ts";

// The policy documents that Redis holds: a key's, and the budgets of a scope. Written from Postgres rows, read by the
// gate; parsed once per version, then kept in the isolate's memory. Pure.

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
  z.object({ kind: z.enum(CALENDAR_KINDS) }),
  z.object({ kind: z.literal("duration"), seconds: z.number(), anchor: z.string() }),
  z.object({ kind: z.literal("total") }),
]);

const scopePolicy = z.array(
  z.object({
    id: z.string(),
    scope: z.object({
      kind: z.enum(["organization", "team", "member", "user", "key", "customer", "tag"]),
      id: z.string(),
    }),
    unit: z.enum(["usd", "requests", "tokens", "concurrent"]),
    limit: z.int().min(0),
    period,
    enforcement: z.enum(["hard", "soft", "shadow"]),
    onLapse: z.enum(["charge", "release"]),
    generation: z.int().min(1),
  }),
);
export type ScopePolicy = z.infer<typeof scopePolicy>;

/** Null: no key has this digest. */
export function parseKeyPolicy(json: string): KeyPolicy | null {
  return keyPolicy.nullable().parse(JSON.parse(json));
}

export function parseScopePolicy(json: string): ScopePolicy {
  return scopePolicy.parse(JSON.parse(json));
}
