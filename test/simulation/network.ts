import { pick } from "../support/schedule.ts";
import type { Scheduler } from "./scheduler.ts";

// What is between a Worker and the stores: every request and every reply is on its way by itself, so they overtake each
// other, and some are lost, doubled or late.

export type StoreName = "redis" | "postgres";

export interface NetworkMessage<T> {
  store: StoreName;
  /** As the trace shows it. */
  name: string;
  /** The request arrives. Called as often as copies of it do. */
  arrive: () => Promise<T>;
  /** Whether the network may double it, given the first copy's reply. */
  mayDouble?: (reply: T) => boolean;
}

export type Send = <T>(message: NetworkMessage<T>) => Promise<T>;

export const FATES = ["lose request", "lose reply", "late", "double"] as const;
export type Fate = (typeof FATES)[number];

export interface NetworkFaults {
  /** Messages that are still to be lost, late or doubled. */
  messages: number;
  /** What happens to them, one of these. */
  fates: readonly Fate[];
  /** Messages to which it happens rather, and to no others; null: to any. */
  hit: string | null;
  away: Set<StoreName>;
  /** Workers far from both stores: others get much done while their messages are on the way. */
  far: ReadonlySet<string>;
}

export class NoAnswer extends Error {
  override name = "NoAnswer";
}

const FAULT_CHANCE = 0.1;
const HIT_CHANCE = 0.6;
/** Later than any timer that overtakes messages on their way: others get a call done meanwhile. */
const FAR_MS = 2_100;
/** A broken connection is noticed at once, a silent one at the end of the attempt. */
const NOTICED_AFTER_MS = [0, 30, 2_000] as const;

export function createNetwork(scheduler: Scheduler, faults: NetworkFaults) {
  const { random, trace } = scheduler;

  function chanceOf(name: string): number {
    if (faults.hit === null) return FAULT_CHANCE;
    return name.startsWith(faults.hit) ? HIT_CHANCE : 0;
  }

  function fateOf(name: string): Fate | "arrive" {
    if (faults.messages === 0 || random() > chanceOf(name)) return "arrive";
    faults.messages -= 1;
    return pick(random, faults.fates) ?? "arrive";
  }

  return {
    /** The way out of one Worker. */
    linkOf(owner: string): Send {
      return <T>(message: NetworkMessage<T>) =>
        new Promise<T>((resolve, reject) => {
          const answer = (run: () => void) => scheduler.soon({ owner, run });
          const fail = () =>
            scheduler.after(pick(random, NOTICED_AFTER_MS) ?? 0, {
              owner,
              run: () => reject(new NoAnswer(message.name)),
            });
          const lateCopy = () =>
            scheduler.someday({
              owner: "network",
              async run() {
                trace.push(`  a late copy of ${owner} ${message.name} arrives`);
                await message.arrive().catch(() => undefined); // Its sender heard of a failure long ago.
              },
            });

          async function request(): Promise<void> {
            if (faults.away.has(message.store)) {
              trace.push(`${owner} ${message.name}: ${message.store} is away`);
              return void fail();
            }
            const fate = fateOf(message.name);
            trace.push(`${owner} ${message.name}${fate === "arrive" ? "" : ` (${fate})`}`);
            if (fate === "late") lateCopy();
            if (fate === "lose request" || fate === "late") return void fail();
            try {
              const reply = await message.arrive();
              if (fate === "lose reply") return void fail();
              if (fate === "double" && (message.mayDouble?.(reply) ?? true)) lateCopy();
              answer(() => resolve(reply));
            } catch (error) {
              answer(() => reject(error));
            }
          }
          // The sender may die, and the request arrive all the same.
          const sent = { owner: `network for ${owner}`, run: request };
          if (faults.far.has(owner)) scheduler.after(FAR_MS, sent);
          else scheduler.soon(sent);
        });
    },
  };
}
