import type { Wire } from "./wire.ts";

/** The clamp of a format that has one field for its output limit: set where there is none, lowered where it is above. Pure. */
export function clampOf(field: string): Wire["clampEdits"] {
  return (_body, { outputLimit }, outputTokens) =>
    outputLimit === undefined || outputLimit > outputTokens ? [{ path: [field], value: outputTokens }] : [];
}
