// The names of what Redis holds. Everything of one organization shares a hash tag, so that one script may touch it.

const base = (organizationId: string) => `tg:{${organizationId}}`;

export const metaKey = (organizationId: string) => `${base(organizationId)}:meta`;
/** The last epoch that was begun: kept apart from the meta value, so that a loss of that alone doesn't forget it. */
export const epochKey = (organizationId: string) => `${base(organizationId)}:epoch`;
/** The number of the last claim of a policy document. */
export const claimsKey = (organizationId: string) => `${base(organizationId)}:claims`;
export const holdKey = (organizationId: string, holdId: string) => `${base(organizationId)}:hold:${holdId}`;
export const holdsKey = (organizationId: string) => `${base(organizationId)}:holds`;
/** Counters of instances of wildcards, by when they are looked at. */
export const instancesKey = (organizationId: string) => `${base(organizationId)}:instances`;
export const outboxKey = (organizationId: string) => `${base(organizationId)}:outbox`;
export const counterKey = (organizationId: string, counter: string) =>
  `${base(organizationId)}:budget:${counter}`;

/** A policy document: `key:<digest>`, or `scope:<kind>:<id>`. */
export const policyKey = (organizationId: string, policy: { kind: "key" | "scope"; id: string }) =>
  `${base(organizationId)}:${policy.kind}:${policy.id}`;

/** Counts of calls, of all organizations. */
export const METRICS_KEY = "tg:metrics";
