import { newId } from "../../ids.ts";
import type { KeyRow } from "../../ledger/rows.ts";
import type { KeySettings } from "./key-input.ts";

// Rows of keys from the fields of a body.

const DEFAULT_MIN_OUTPUT_TOKENS = 256;

export function newKeyRow(
  made: { organizationId: string; digest: string; hint: string; now: Date },
  settings: KeySettings,
): KeyRow {
  return {
    id: newId("key"),
    organizationId: made.organizationId,
    digest: made.digest,
    hint: made.hint,
    createdAt: made.now,
    updatedAt: made.now,
    revokedAt: null,
    previousDigest: null,
    previousEndsAt: null,
    teamId: null,
    userId: null,
    name: null,
    enabled: true,
    expiresAt: null,
    models: null,
    endpoints: null,
    providers: null,
    modelAliases: null,
    tags: null,
    metadata: null,
    whenShort: "clamp",
    minOutputTokens: DEFAULT_MIN_OUTPUT_TOKENS,
    onDisconnect: "drain",
    allowUnpriced: false,
    ...columnsOf(settings),
  };
}

/** The columns that a body sets: an absent field isn't among them, null is the field's default. */
export function columnsOf(settings: KeySettings): Partial<KeyRow> {
  const given: { [Column in keyof KeyRow]?: KeyRow[Column] | undefined } = {
    name: settings.name,
    teamId: settings.team_id,
    userId: settings.user_id,
    enabled: settings.enabled,
    expiresAt: settings.expires_at,
    models: settings.models,
    endpoints: settings.endpoints,
    providers: settings.providers,
    modelAliases: settings.model_aliases,
    tags: settings.tags,
    metadata: settings.metadata,
    whenShort: settings.when_short === null ? "clamp" : settings.when_short,
    minOutputTokens:
      settings.min_output_tokens === null ? DEFAULT_MIN_OUTPUT_TOKENS : settings.min_output_tokens,
    onDisconnect: settings.on_disconnect === null ? "drain" : settings.on_disconnect,
    allowUnpriced: settings.allow_unpriced === null ? false : settings.allow_unpriced,
  };
  const set = Object.entries(given).filter(([, value]) => value !== undefined);
  return Object.fromEntries(set) as Partial<KeyRow>; // What is left of `given` has no undefined in it.
}
