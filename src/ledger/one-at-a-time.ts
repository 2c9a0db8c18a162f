import type { Turn } from "../store/memory.ts";
import type { Books } from "./books.ts";

/** So long one call's work is waited for: it may have died with its request. */
export const PATIENCE_MS = 5_000;
/** Between two looks at it: doubled each time, up to the longest. */
const FIRST_WAIT_MS = 5;
const LONGEST_WAIT_MS = 80;
/** Those that died stay, and are let go all together. */
const MAX_TURNS = 20_000;

/**
 * Work that brings to the stores, or to memory, what many calls of an isolate miss at once: one does it, the others wait.
 * Resolves with the work's value for who did it. Null: another call did it; who waited asks the stores again, which alone
 * say what counts. Where that call fails, or takes too long, each does it for itself.
 */
export async function oneAtATime<T>(
  { memory: { turns }, now, sleep }: Pick<Books, "memory" | "now" | "sleep">,
  name: string,
  work: () => Promise<T>,
): Promise<T | null> {
  const other = turns.get(name);
  if (!other || now() >= other.endsAtMs) return asOne(turns, name, now() + PATIENCE_MS, work);
  // Not awaited as a promise: one of a request that ended is never resolved.
  for (let waitMs = FIRST_WAIT_MS; now() < other.endsAtMs; waitMs = Math.min(2 * waitMs, LONGEST_WAIT_MS)) {
    await sleep(waitMs);
    if (other.state === "done") return null;
    if (other.state === "failed") break;
  }
  return work();
}

async function asOne<T>(
  turns: Map<string, Turn>,
  name: string,
  endsAtMs: number,
  work: () => Promise<T>,
): Promise<T> {
  const turn: Turn = { endsAtMs, state: "under way" };
  if (turns.size >= MAX_TURNS) turns.clear();
  turns.set(name, turn);
  try {
    const value = await work();
    turn.state = "done";
    return value;
  } catch (error) {
    turn.state = "failed";
    throw error;
  } finally {
    if (turns.get(name) === turn) turns.delete(name);
  }
}
