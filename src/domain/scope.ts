import { WILDCARD } from "./charged-budgets.ts";

// What a call charges: the scopes of its key, and of what it names. Pure.

export const SCOPE_KINDS = ["organization", "team", "member", "user", "key", "customer", "tag"] as const;
export type ScopeKind = (typeof SCOPE_KINDS)[number];

export interface ScopeRef {
  kind: ScopeKind;
  /** A member's is "<team id>/<user id>"; a customer's and a tag's are the caller's own words. */
  id: string;
}

/** What the scopes are derived from: the key's own place in the organization. */
export interface KeyPlace {
  organizationId: string;
  /** Absent while only the key's text is known. */
  keyId?: string;
  teamId?: string | null;
  userId?: string | null;
}

/** What a call names beyond its key. */
export interface CallLabels {
  customer: string | null;
  tags: readonly string[];
}

export const MAX_TAGS = 10;
export const MAX_LABEL_BYTES = 256;

/**
 * The scopes that a call of this key charges, exactly (law 8). Broadest first. The user of a team key is among them for
 * the budgets that count team spend, and for no others (R2): see chargedBudgets.
 */
export function scopesOf(place: KeyPlace, labels: CallLabels): ScopeRef[] {
  const scopes: ScopeRef[] = [{ kind: "organization", id: place.organizationId }];
  if (place.teamId) scopes.push({ kind: "team", id: place.teamId });
  if (place.teamId && place.userId) scopes.push({ kind: "member", id: memberId(place.teamId, place.userId) });
  if (place.userId) scopes.push({ kind: "user", id: place.userId });
  if (place.keyId !== undefined) scopes.push({ kind: "key", id: place.keyId });
  if (labels.customer !== null) scopes.push({ kind: "customer", id: labels.customer });
  for (const tag of new Set(labels.tags)) scopes.push({ kind: "tag", id: tag });
  return scopes;
}

export const memberId = (teamId: string, userId: string) => `${teamId}/${userId}`;

/**
 * True for a customer or tag that a budget can stand on: text with no control characters, neither empty nor too long, nor
 * the word for all of them.
 */
export function isLabel(text: string): boolean {
  if (text === "" || text === WILDCARD || /\p{Cc}/u.test(text) || !text.isWellFormed()) return false;
  return new TextEncoder().encode(text).length <= MAX_LABEL_BYTES;
}
