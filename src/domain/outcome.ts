/** How a dispatched call ends, as the request resource names it. Pure. */
export const OUTCOMES = [
  "completed",
  "provider_error",
  "provider_unreachable",
  "timeout",
  "cut",
  "client_gone",
] as const;
export type Outcome = (typeof OUTCOMES)[number];
