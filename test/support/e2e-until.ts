import { setTimeout as wait } from "node:timers/promises";

const WAIT_MS = 25_000;
const POLL_MS = 25;

/** Looks until there is something to see; throws after a bound, and says what it waited for. */
export async function until<T>(what: string, look: () => Promise<T | undefined> | T | undefined): Promise<T> {
  const deadline = Date.now() + WAIT_MS;
  while (Date.now() < deadline) {
    const found = await look();
    if (found !== undefined) return found;
    await wait(POLL_MS);
  }
  throw new Error(`Waited ${WAIT_MS} ms for ${what}`);
}
