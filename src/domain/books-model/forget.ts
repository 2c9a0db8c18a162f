import { counterOf, dueAtMs, memberOf, type Instance, type InstanceMember } from "../../store/instances.ts";
import { HELD_AGAIN_MS, IDLE_AGAIN_MS } from "../../store/scripts/forget.ts";
import { copyOf, counterIn, unchanged, type Books, type Step } from "./books.ts";

// Counters of instances that nobody uses any more (law 9: what comes back is rebuilt). Pure.

export function listInstances(books: Books, made: Instance[], nowMs: number): Step<void> {
  const next = copyOf(books);
  for (const one of made) next.instances[memberOf(one)] = dueAtMs(one, nowMs);
  return { books: next, reply: undefined };
}

/**
 * One that holds anything stays, whatever the time: rebuilt it would hold nothing (law 2). One whose period has no end
 * stays too: Redis ends it by its own clock, unless it is written before.
 */
export function forgetInstances(books: Books, members: InstanceMember[], nowMs: number): Step<number> {
  if (!books.meta) return unchanged(books, 0);
  const next = copyOf(books);
  let forgotten = 0;
  for (const member of members) {
    const dueMs = dueAgainMs(books, member, nowMs);
    if (dueMs !== null) next.instances[member] = dueMs;
    else {
      delete next.instances[member];
      delete next.counters[counterOf(member)];
      forgotten += 1;
    }
  }
  return { books: next, reply: forgotten };
}

/** Null: it may go. */
function dueAgainMs(books: Books, member: InstanceMember, nowMs: number): number | null {
  const counter = counterIn(books, counterOf(member));
  if (!counter) return null;
  if (counter.held !== 0) return nowMs + HELD_AGAIN_MS;
  if (member.startsWith("- ")) return nowMs + IDLE_AGAIN_MS;
  const endMs = counter.periodStartMs + Number.parseInt(member, 10);
  return endMs > nowMs ? endMs : null;
}
