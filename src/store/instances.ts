// Counters of instances of wildcards: listed before they are made, forgotten once nobody uses them.

import type { InstanceLife } from "../domain/instance-life.ts";
import { counterKey, instancesKey, metaKey } from "./keys.ts";
import type { RunCommand, RunScript } from "./redis.ts";
import { integer, text, texts } from "./reply.ts";
import { FORGET, IDLE_MS, INSTANCE_BATCH } from "./scripts/forget.ts";

/** A member of the list, as Redis has it: `<life in milliseconds, or "-"> <counter>`. */
export type InstanceMember = string;

export interface Instance {
  counter: string;
  periodStartMs: number;
  life: InstanceLife;
}

export function instances(run: RunScript, command: RunCommand) {
  return {
    /** Before their counters are made: a Worker that dies in between leaves a member too much, never one too few. */
    async listInstances(org: string, made: Instance[], nowMs: number): Promise<void> {
      await command([
        "ZADD",
        instancesKey(org),
        ...made.flatMap((one) => [dueAtMs(one, nowMs), memberOf(one)]),
      ]);
    },

    /** Those to look at, at most INSTANCE_BATCH. */
    async dueInstances(org: string, nowMs: number): Promise<InstanceMember[]> {
      return texts(
        await command(["ZRANGEBYSCORE", instancesKey(org), "-inf", nowMs, "LIMIT", 0, INSTANCE_BATCH]),
      );
    },

    /** Returns how many are gone; what is in use, or holds something, is looked at another time. */
    async forgetInstances(org: string, members: InstanceMember[], nowMs: number): Promise<number> {
      const { reply } = await run({
        script: FORGET,
        keys: [
          metaKey(org),
          instancesKey(org),
          ...members.map((member) => counterKey(org, counterOf(member))),
        ],
        args: [nowMs, ...members],
      });
      return text(reply[0]) === "cold" ? 0 : integer(reply[1]);
    },
  };
}

export function memberOf({ counter, life }: Pick<Instance, "counter" | "life">): InstanceMember {
  return `${life === "idle" ? "-" : life} ${counter}`;
}

export function counterOf(member: InstanceMember): string {
  return member.slice(member.indexOf(" ") + 1);
}

export function dueAtMs({ periodStartMs, life }: Instance, nowMs: number): number {
  return life === "idle" ? nowMs + IDLE_MS : periodStartMs + life;
}
