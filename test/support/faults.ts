import type { Border, Message } from "./borders.ts";

// What a test does to a Worker's messages, by their names.

/**
 * `lose_request`: it never arrives. `lose_reply`: it arrives, and the Worker doesn't hear of it. `delay`: as lost, but
 * it arrives at `deliverLate`. `double`: a second copy arrives at `deliverLate`. A function runs before the message.
 */
export type Fate = "lose_request" | "lose_reply" | "delay" | "double" | (() => Promise<unknown>);

export type Faults = ReturnType<typeof createFaults>;

export class Lost extends Error {
  override name = "Lost";
}

/** Attempts of the script runner: so often a message must be lost for the Worker to give up. */
export const EVERY_ATTEMPT = 4;

/** So often Postgres must fail a settle's drain for it to leave its entry in the outbox. */
export const EVERY_LOOK = 2;

export function createFaults(deliver: (message: Message) => Promise<unknown>) {
  const rules: { name: string; fate: Fate; skip: number; times: number }[] = [];
  const away = new Set<Message["border"]>();
  const counts = new Map<string, number>();
  let late: Message[] = [];

  const border: Border = async (message) => {
    counts.set(message.name, (counts.get(message.name) ?? 0) + 1);
    if (away.has(message.border)) throw new Lost(`${message.border} is away`);
    const fate = await nextFate(message);
    if (fate === "delay" || fate === "double") late.push(message);
    if (fate === "arrive" || fate === "double") return deliver(message);
    // Nobody hears of its failure either.
    if (fate === "lose_reply") await deliver(message).catch(() => undefined);
    throw new Lost(message.name);
  };

  async function nextFate(message: Message): Promise<Exclude<Fate, Function> | "arrive"> {
    for (const rule of rules) {
      if (rule.name !== message.name || rule.times === 0) continue;
      if (rule.skip > 0) {
        rule.skip -= 1;
        continue;
      }
      rule.times -= 1;
      if (typeof rule.fate !== "function") return rule.fate;
      await rule.fate();
    }
    return "arrive";
  }

  return {
    border,
    /** The fate of the next message of this name, after `skip` that arrive, and of as many as `times` says. */
    on(name: string, fate: Fate, { skip = 0, times = 1 }: { skip?: number; times?: number } = {}): void {
      rules.push({ name, fate, skip, times });
    },
    /** The store can't be reached until `back`. */
    away: (store: Message["border"]) => void away.add(store),
    back: (store: Message["border"]) => void away.delete(store),
    /** All that was delayed or doubled arrives now, in its order. */
    async deliverLate(): Promise<void> {
      const messages = late;
      late = [];
      for (const message of messages) await deliver(message).catch(() => undefined); // Its sender is gone.
    },
    /** How often a message of this name was sent. */
    count: (name: string) => counts.get(name) ?? 0,
  };
}
