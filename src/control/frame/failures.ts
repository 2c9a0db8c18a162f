import { NeonDbError } from "@neondatabase/serverless";
import { StoreUnavailable } from "../../services.ts";
import { Problem } from "./problem.ts";

// Whatever a handler throws, as a problem. A foreign error's message reaches neither the client nor the log:
// drizzle's has the statement's parameters in it, and Postgres's may quote a value.

const RETRY_AFTER_SECONDS = 5;
const MAX_CAUSES = 5;
const MAX_FRAMES = 6;

/**
 * SQLSTATE classes that say "not now" or "not here", rather than that our statement is wrong: no database (3D),
 * connection (08), authorization (28), rolled back (40), resources (53), operator (57), system (58).
 */
const UNAVAILABLE_CLASSES = new Set(["08", "28", "3D", "40", "53", "57", "58"]);

/** SQLSTATEs of rows that don't fit beside others. Handlers look first; these are for what changed since they looked. */
const CONFLICTS: Record<string, Problem | undefined> = {
  "23503": new Problem("in_use", "Something refers to it, or what it refers to is gone"),
  "23505": new Problem("already_exists", "There is one already"),
};

/** The answer to an error of any kind; one that nobody expected is logged. */
export function problemOf(error: unknown, requestId: string): Problem {
  if (error instanceof Problem) return error;
  const store = unavailableStore(error);
  if (store) return storeProblem(store, `${store} can't be reached or didn't answer in time. Try again.`);
  const conflict = CONFLICTS[sqlStateOf(error) ?? ""];
  if (conflict) return conflict;
  logUnexpected(error, requestId);
  return new Problem(
    "internal_error",
    "Something went wrong on our side. Its request_id finds it in the log.",
  );
}

export function storeProblem(store: StoreUnavailable["store"], detail: string): Problem {
  return new Problem("store_unavailable", detail, {
    headers: { "retry-after": String(RETRY_AFTER_SECONDS) },
    members: { store },
  });
}

/** The SQLSTATE of a database error, wherever drizzle has wrapped it; undefined for anything else. */
export function sqlStateOf(error: unknown): string | undefined {
  const cause = causesOf(error).find((each) => each instanceof NeonDbError);
  return cause instanceof NeonDbError ? cause.code : undefined;
}

function unavailableStore(error: unknown): StoreUnavailable["store"] | null {
  for (const cause of causesOf(error)) {
    if (cause instanceof StoreUnavailable) return cause.store;
    if (!(cause instanceof NeonDbError)) continue;
    // Without a code it isn't Postgres that spoke: the fetch failed, timed out, or a proxy answered 5xx.
    if (cause.code === undefined || UNAVAILABLE_CLASSES.has(cause.code.slice(0, 2))) return "postgres";
  }
  return null;
}

function logUnexpected(error: unknown, requestId: string): void {
  const causes = causesOf(error);
  console.error(
    JSON.stringify({
      event: "control_plane_error",
      request_id: requestId,
      errors: causes.map((cause) => (cause instanceof Error ? cause.name : typeof cause)),
      sql_state: sqlStateOf(error),
      at: framesOf(causes[0]),
    }),
  );
}

/** The stack without its first lines, which repeat the message. */
function framesOf(error: unknown): string[] {
  if (!(error instanceof Error)) return [];
  const lines = (error.stack ?? "").split("\n").map((line) => line.trim());
  return lines.filter((line) => /^at .*:\d+:\d+\)?$/.test(line)).slice(0, MAX_FRAMES);
}

function causesOf(error: unknown): unknown[] {
  const causes = [error];
  for (let cause = error; cause instanceof Error && causes.length < MAX_CAUSES;) {
    cause = cause.cause;
    if (cause === undefined) break;
    causes.push(cause);
  }
  return causes;
}
