import { pick, type Random } from "../support/schedule.ts";

// The order of everything: one thing happens at a time, which one a seed decides, and time is a number.

/** Something that happens once. `owner`: the Worker whose death takes it along. */
export interface Happening {
  owner: string;
  run: () => void | Promise<void>;
}

interface Timer extends Happening {
  dueMs: number;
}

export type Scheduler = ReturnType<typeof createScheduler>;

/** The longest that anything takes by itself, in milliseconds. */
const MAX_STEP_MS = 12;
/** A timer may overtake messages on their way only if it is due this soon: no message is older than a time-out. */
const OVERTAKING_MS = 2_000;
const OVERTAKING_CHANCE = 0.1;
const LATE_CHANCE = 0.06;

const realImmediate = globalThis.setImmediate;

/** All that the last happening set off has run once the event loop came around twice: streams take a turn of it. */
async function settled(): Promise<void> {
  await new Promise((resolve) => void realImmediate(resolve));
  await new Promise((resolve) => void realImmediate(resolve));
}

export function createScheduler(random: Random, startMs: number) {
  const trace: string[] = [];
  let nowMs = startMs;
  let ready: Happening[] = [];
  let timers: Timer[] = [];
  let late: Happening[] = [];
  const forgotten = new Set<string>();

  /** What happens next; null: nothing is left but late copies. */
  function next(): Happening | null {
    const [soonest] = timers.toSorted((a, b) => a.dueMs - b.dueMs);
    const due = timers.filter(({ dueMs }) => dueMs <= nowMs);
    const candidates: Happening[] = [...ready, ...due];
    const overtakes =
      soonest && soonest.dueMs - nowMs <= OVERTAKING_MS && random() < OVERTAKING_CHANCE ? soonest : undefined;
    const chosen = overtakes ?? pick(random, candidates) ?? soonest;
    if (!chosen) return null;
    if (chosen === soonest) nowMs = Math.max(nowMs, soonest.dueMs);
    ready = ready.filter((other) => other !== chosen);
    timers = timers.filter((other) => other !== chosen);
    return chosen;
  }

  function nextLate(): Happening | undefined {
    const [one] = late.splice(Math.floor(random() * late.length), 1);
    return one;
  }

  return {
    trace,
    random,
    now: () => nowMs,
    /** At any moment from now on. */
    soon(happening: Happening): void {
      if (!forgotten.has(happening.owner)) ready.push(happening);
    },
    /** Long after its sender gave it up; at the latest when all else is over. */
    someday: (happening: Happening) => void late.push(happening),
    /** Not before `milliseconds` have passed. Returns what cancels it. */
    after(milliseconds: number, happening: Happening): () => void {
      const timer: Timer = { ...happening, dueMs: nowMs + Math.max(0, milliseconds) };
      if (!forgotten.has(happening.owner)) timers.push(timer);
      return () => {
        timers = timers.filter((other) => other !== timer);
      };
    },
    advance(milliseconds: number): void {
      nowMs += milliseconds;
    },
    /** What a dead Worker waits for never comes. What it had sent is the network's, and stays. */
    forget(owner: string): void {
      forgotten.add(owner);
      ready = ready.filter((happening) => happening.owner !== owner);
      timers = timers.filter((timer) => timer.owner !== owner);
    },
    /** Lets one thing happen, once what came before it is settled. False: there is nothing left. */
    async step({ onlyLate = false } = {}): Promise<boolean> {
      const overdue = late.length > 0 && (onlyLate || random() < LATE_CHANCE) ? nextLate() : undefined;
      const chosen = overdue ?? (onlyLate ? null : next());
      if (!chosen) return false;
      nowMs += Math.floor(random() * MAX_STEP_MS);
      await chosen.run();
      return true;
    },
    settled,
    /** Messages and due timers; sleepers don't count. */
    isIdle: () => ready.length === 0,
    lateCopies: () => late.length,
  };
}
