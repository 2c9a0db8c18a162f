import { counterKey, holdKey, metaKey, outboxKey, policyKey } from "../../src/store/keys.ts";
import { pick } from "../support/schedule.ts";
import { createIsolate, type Isolate } from "./isolate.ts";
import { LEASE_SECONDS, ORGANIZATION, type Carried, type MemoryFault } from "./scenario.ts";
import { trueSpent } from "./view.ts";
import { configOf, type World } from "./world.ts";

// What goes wrong between two steps: clocks that leap, Workers that die, stores that are away, memory that is lost.

const LEASE_MS = LEASE_SECONDS * 1_000;
const LEAPS_MS = [LEASE_MS / 3, LEASE_MS + 1, 95_000, 300_000] as const;
const LEAP_CHANCE = 0.015;
const CRASH_CHANCE = 0.02;
/** Memory is lost rather while there is something to lose. */
const MEMORY_CHANCE = 0.15;
const IDLE_MEMORY_CHANCE = 0.004;
const AIMED_MEMORY_CHANCE = 0.05;
/** Where only its bearer is still at work: the rest has ended, and will be forgotten. */
const LAST_MEMORY_CHANCE = 0.7;
const OUTAGE_CHANCE = 0.03;
const OUTAGES_MS = [300, 4_000, 4_000, 20_000] as const;

export function createMisfortunes(world: World, isolates: Isolate[]) {
  const { scheduler, scenario } = world;
  const { random, trace } = scheduler;
  const left = { ...scenario.misfortunes };
  let snapshot: string | null = null;
  let replaced = 0;

  function leap(): void {
    left.leaps -= 1;
    const milliseconds = pick(random, LEAPS_MS) ?? LEASE_MS;
    trace.push(`${milliseconds / 1_000} s pass`);
    scheduler.advance(milliseconds);
  }

  function crash(): void {
    const slot = Math.floor(random() * isolates.length);
    const victim = isolates[slot];
    if (!victim || victim.busy === 0) return;
    left.crashes -= 1;
    trace.push(`${victim.name} DIES`);
    victim.dead = true;
    world.deadIsolates.add(victim.name);
    scheduler.forget(victim.name);
    const name = `${victim.name}${"'".repeat((replaced += 1))}`;
    isolates[slot] = createIsolate(world, {
      name,
      skewMs: scenario.skewsMs[slot] ?? 0,
      config: configOf(scenario),
    });
  }

  function isWorthLosing(fault: MemoryFault): boolean {
    // What a change just brought is what an older read may take the place of.
    if (fault === "document") return world.answered.size > 0;
    const view = world.watch.lastSeen();
    if (!view) return false;
    if (fault === "outbox" || fault === "counter") return view.outbox.some(({ lines }) => lines.length > 0);
    return [...view.holds.values()].some(({ state }) => state === "h");
  }

  function isCarried(what: Carried): boolean {
    const { carrying, ledger } = world;
    if (what === "outbox") return carrying.outbox.size > 0;
    const newest = what === "snapshot" ? Infinity : ledger.rows().length;
    return [...carrying.snapshot.values()].some((length) => length < newest);
  }

  function aimedChance(): number {
    return isolates.every(({ busy }) => busy === 0) ? LAST_MEMORY_CHANCE : AIMED_MEMORY_CHANCE;
  }

  function memoryChance(fault: MemoryFault): number {
    const { aim } = scenario;
    if (aim && snapshot !== null) return isCarried(aim) ? aimedChance() : 0;
    return isWorthLosing(fault) ? MEMORY_CHANCE : IDLE_MEMORY_CHANCE;
  }

  async function loseMemory(): Promise<void> {
    const { redis, watch } = world;
    if (left.memory === "falls back" && snapshot === null) {
      snapshot = await redis.snapshot();
      trace.push("(a snapshot is taken)");
      return;
    }
    const fault = left.memory;
    left.memory = null;
    trace.push(`REDIS: ${fault}`);
    world.memory.faulted = true;
    const view = await watch.look();
    if (fault === "emptied" || fault === "meta") await watch.forgetHolds();
    if (fault === "falls back") {
      await watch.forgetHolds();
      await redis.restore(snapshot ?? "");
      const after = await watch.look();
      world.memory.fellBackTo = after.meta?.epoch ?? null;
      for (const [counter, { periodStartMs }] of view.counters) {
        const known = after.counters.get(counter)?.spent ?? 0;
        watch.forget(counter, Math.max(0, trueSpent(view, world.ledger, { counter, periodStartMs }) - known));
      }
      world.memory.old = true;
      return;
    }
    if (fault === "emptied") {
      await redis.restore("");
      await redis.forgetScripts();
      return;
    }
    if (fault === "outbox") {
      world.memory.old = view.outbox.length > 0;
      // The epoch that a drain begins then has counters without these, until who settled them settles them again.
      const booked = new Set(world.ledger.rows().map(({ id }) => id));
      for (const { id, lines } of view.outbox) {
        if (booked.has(id)) continue;
        for (const { counter, delta } of lines) watch.forget(counter, Math.max(0, delta));
      }
    }
    if (fault === null) return;
    if (fault === "hold") world.memory.lostHoldIn = view.meta?.epoch ?? null;
    // What stands in the outbox too is the harder to make anew.
    const unbooked = view.outbox.flatMap(({ lines }) => lines.map(({ counter }) => counter));
    const counters = unbooked.length > 0 ? unbooked : [...view.counters.keys()];
    const key = {
      meta: metaKey(ORGANIZATION),
      outbox: outboxKey(ORGANIZATION),
      counter: counterKey(ORGANIZATION, pick(random, counters) ?? ""),
      hold: holdKey(ORGANIZATION, pick(random, [...view.holds.keys()]) ?? ""),
      document: policyKey(ORGANIZATION, { kind: "scope", id: `organization:${ORGANIZATION}` }),
    }[fault];
    // A counter or a hold that is lost is forgotten for admission, as if all were.
    await watch.forgetHolds();
    await redis.look("DEL", key);
  }

  return {
    async between(): Promise<void> {
      if (left.leaps > 0 && random() < LEAP_CHANCE) leap();
      if (left.crashes > 0 && random() < CRASH_CHANCE) crash();
      if (left.memory && random() < memoryChance(left.memory)) await loseMemory();
      if (left.outage && random() < OUTAGE_CHANCE) {
        trace.push(`${left.outage} goes away`);
        world.faults.away.add(left.outage);
        left.outage = null;
        const back = () => world.faults.away.clear();
        scheduler.after(pick(random, OUTAGES_MS) ?? 0, { owner: "stores", run: back });
      }
    },
    /** From now on nothing goes wrong any more. */
    end(): void {
      world.faults.messages = 0;
      world.faults.away.clear();
      Object.assign(left, { leaps: 0, crashes: 0, memory: null, outage: null });
    },
  };
}
