import type { Border, Message } from "./borders.ts";
import { Lost } from "./faults.ts";
import type { VirtualClock } from "./virtual-clock.ts";

// Runs several Workers one message at a time, in an order and with faults that a seed decides: the same seed, the same run.

export type Random = () => number;

/** Mulberry32: small, fast, and the same on every machine. */
export function seededRandom(seed: number): Random {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let x = Math.imul(state ^ (state >>> 15), 1 | state);
    x = (x + Math.imul(x ^ (x >>> 7), 61 | x)) ^ x;
    return ((x ^ (x >>> 14)) >>> 0) / 2 ** 32;
  };
}

export const pick = <T>(random: Random, items: readonly T[]): T | undefined =>
  items[Math.floor(random() * items.length)];

export interface Actor {
  name: string;
  border: Border;
  sleep: (milliseconds: number) => Promise<void>;
  isDead(): boolean;
}

export interface FaultBudget {
  /** Messages lost, late or doubled. */
  messages: number;
  crashes: number;
}

interface Waiting {
  actor: string;
  message: Message;
  resolve: (reply: unknown) => void;
  reject: (error: unknown) => void;
}

const FATES = ["lose_request", "lose_reply", "delay", "double"] as const;
const FAULT_CHANCE = 0.08;
const CRASH_CHANCE = 0.02;
const LATE_CHANCE = 0.1;
const MAX_STEPS = 2_000;
/** Turns of the event loop in which actors may be busy with what isn't a message: a digest, on another thread. */
const MAX_IDLE_TURNS = 1_000_000;

export function createSchedule(random: Random, clock: VirtualClock, budget: FaultBudget) {
  const trace: string[] = [];
  const dead = new Set<string>();
  const late: Waiting[] = [];
  let waiting: Waiting[] = [];
  const running = new Set<string>();

  function actor(name: string): Actor {
    const border: Border = (message) =>
      new Promise((resolve, reject) => {
        // A dead Worker's code never hears of anything again.
        if (!dead.has(name)) waiting.push({ actor: name, message, resolve, reject });
      });
    const sleep = async (milliseconds: number) => {
      const send = async () => clock.advance(milliseconds);
      await border({ border: "redis", name: `sleeps ${milliseconds} ms`, send });
    };
    return { name, border, sleep, isDead: () => dead.has(name) };
  }

  /** Until a message waits. False: none will, for whoever is still running is dead. */
  async function isAnyoneWaiting(): Promise<boolean> {
    for (let turn = 0; turn < MAX_IDLE_TURNS; turn++) {
      // All that the last reply set off by itself has run once the event loop comes around.
      await new Promise((resolve) => void setImmediate(resolve));
      if (waiting.length > 0) return true;
      if ([...running].every((name) => dead.has(name))) return false;
    }
    throw new Error("an actor waits for what is no message");
  }

  async function deliverLate(): Promise<void> {
    const [one] = late.splice(Math.floor(random() * late.length), 1);
    if (!one) return;
    trace.push(`${one.actor}'s late ${one.message.name} arrives`);
    await one.message.send().catch(() => undefined); // Its sender heard of a failure long ago.
  }

  async function deliver(one: Waiting): Promise<void> {
    const { name } = one.message;
    const fate = fateOf(one);
    trace.push(`${one.actor} ${name}${fate === "arrive" ? "" : `: ${fate}`}`);
    if (fate === "delay" || fate === "double") late.push(one);
    if (fate === "arrive" || fate === "double") await one.message.send().then(one.resolve, one.reject);
    if (fate === "lose_reply") await one.message.send().catch(() => undefined);
    if (fate !== "arrive" && fate !== "double") one.reject(new Lost(name));
  }

  function fateOf({ message }: Waiting): (typeof FATES)[number] | "arrive" {
    if (message.name.startsWith("sleeps") || budget.messages === 0 || random() > FAULT_CHANCE)
      return "arrive";
    budget.messages -= 1;
    const fate = pick(random, FATES) ?? "arrive";
    // The protocol assumes that no network doubles a reserve whose first copy was refused.
    return fate === "double" && message.name === "reserve" ? "lose_reply" : fate;
  }

  return {
    trace,
    actor,
    /** What an actor does: the schedule doesn't end before it. */
    follow({ name }: Actor, run: Promise<unknown>): void {
      running.add(name);
      const end = () => running.delete(name);
      run.then(end, end);
    },
    /** Until nobody waits for anything any more. `between` runs before each message, and may do anything. */
    async run(between: () => void | Promise<void>): Promise<void> {
      for (let step = 0; step < MAX_STEPS; step++) {
        if (!(await isAnyoneWaiting())) break;
        await between();
        if (late.length > 0 && random() < LATE_CHANCE) await deliverLate();
        const one = pick(random, waiting);
        if (!one) continue;
        waiting = waiting.filter((other) => other !== one);
        if (budget.crashes > 0 && random() < CRASH_CHANCE) {
          budget.crashes -= 1;
          dead.add(one.actor);
          waiting = waiting.filter((other) => other.actor !== one.actor);
          trace.push(`${one.actor} dies before ${one.message.name}`);
        } else await deliver(one);
      }
      if (waiting.length > 0) throw new Error("the schedule doesn't end");
      while (late.length > 0) await deliverLate();
    },
  };
}
