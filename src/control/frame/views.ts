// How rows are shown: money as decimal USD, times in RFC 3339 UTC, optional fields absent. Pure.

export function timeOf(ms: number): string {
  return new Date(ms).toISOString();
}

/** Optional fields are absent where they are null. */
export function withoutNulls<T extends Record<string, unknown>>(fields: T): Partial<T> {
  const present = Object.entries(fields).filter(([, value]) => value !== null && value !== undefined);
  return Object.fromEntries(present) as Partial<T>; // A subset of T's own entries.
}
