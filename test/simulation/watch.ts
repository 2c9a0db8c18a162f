import type { Counter, Hold } from "../../src/store/packed.ts";
import { judgeRefusal } from "./judge-refusal.ts";
import type { DueLine } from "./oracle.ts";
import { isHoldOf } from "./records.ts";
import type { RanScript, ScriptName } from "./redis-side.ts";
import { checkSent } from "./reserve-checks.ts";
import { readReserve } from "./sent-reserve.ts";
import { takeView, trueHeld, trueSpent, type View } from "./view.ts";
import type { Parts } from "./world.ts";

// What must hold at every step, looked at whenever a script ran.

const MAX_SHOWN = 40;
/** Scripts that change no counter and no hold. */
const QUIET = new Set<ScriptName>(["confirm", "drain", "claim_policy", "put_policy"]);

export type Watch = ReturnType<typeof createWatch>;

export function createWatch(world: Parts) {
  const known = { holds: new Set<string>(), counters: new Set<string>() };
  /** What a loss of memory may have let through, by counter. */
  const forgotten = new Map<string, number>();
  /** The highest limit under which a call was admitted, by counter and period. */
  const limits = new Map<string, number>();
  const violated = (law: string, message: string) => world.violated(law, message);

  let lastSeen: View | null = null;
  const look = async () => {
    const view = await takeView(world.redis, known);
    lastSeen = view;
    for (const id of view.leases) known.holds.add(id);
    return view;
  };

  /** Every live hold is forgotten for admission. */
  async function forgetHolds(): Promise<void> {
    const { holds } = await look();
    for (const hold of holds.values()) {
      if (hold.state !== "h") continue;
      for (const { counter, amount } of hold.lines) forget(counter, amount);
    }
  }
  function forget(counter: string, amount: number): void {
    forgotten.set(counter, (forgotten.get(counter) ?? 0) + amount);
  }

  async function afterReserve({ keys, args, reply }: RanScript): Promise<void> {
    const sent = readReserve(keys, args);
    const record = [...world.records.values()].find((one) => isHoldOf(sent.holdId, one));
    const [kind] = reply;
    if (!record || (kind !== "ok" && kind !== "refused")) return;
    for (const { counter } of sent.lines) known.counters.add(counter);
    known.holds.add(sent.holdId);
    const view = await look();
    const due = checkSent(world, record, sent, view.meta?.epoch);
    if (!due) return;
    if (kind === "refused") {
      record.refusal = judgeRefusal(world, view, sent, due);
      return;
    }
    const hold = view.holds.get(sent.holdId);
    if (!hold) return violated("5", `${sent.holdId} was admitted and isn't there`);
    record.holds.set(sent.holdId, {
      holdId: sent.holdId,
      lines: hold.lines,
      amountNanoUsd: hold.amountNanoUsd,
    });
    for (const line of hold.lines) checkAdmitted(view, line, due.get(line.counter));
  }

  function checkAdmitted(view: View, line: Hold["lines"][number], due: DueLine | undefined): void {
    if (!due) return;
    if (!Number.isSafeInteger(line.amount) || line.amount < 0)
      violated("13", `${line.counter} holds ${line.amount}`);
    const place = `${line.counter} ${line.periodStartMs}`;
    limits.set(place, Math.max(limits.get(place) ?? 0, due.limit));
    if (!due.hard) return;
    const spent = trueSpent(view, world.ledger, line);
    const held = trueHeld(view, line);
    const allowed = due.limit + (forgotten.get(line.counter) ?? 0);
    if (spent + held > allowed && !world.memoryIsOld()) {
      violated("2", `${line.counter} admitted to spent ${spent} + held ${held} of ${allowed}`);
    }
    if (due.limit === 0) violated("2", `${line.counter} has limit 0 and admitted a call`);
  }

  function checkCounters(view: View): void {
    for (const [name, counter] of view.counters) {
      if (!view.meta || counter.epoch !== view.meta.epoch) continue;
      const place = { counter: name, periodStartMs: counter.periodStartMs };
      if (counter.held < 0) violated("4", `${name} holds ${counter.held}`);
      const held = trueHeld(view, place, (hold) => knows(counter, hold));
      // A hold that was lost stays held until somebody misses it, and condemns the epoch.
      const isMissed = world.memory.lostHoldIn !== counter.epoch;
      if (counter.held !== held && isMissed)
        violated("4", `${name} holds ${counter.held}, its live holds ${held}`);
      const spent = trueSpent(view, world.ledger, place);
      if (counter.spent !== spent && !world.memoryIsOld()) {
        violated("1", `${name} has spent ${counter.spent}, ledger and outbox say ${spent}`);
      }
    }
  }

  return {
    known,
    lastSeen: () => lastSeen,
    limits,
    forgotten,
    look,
    forget,
    forgetHolds,
    async before(name: ScriptName, args: string[]): Promise<void> {
      // An epoch that begins forgets the holds of the one before.
      if (name !== "open") return;
      const { meta } = await look();
      if (meta && String(meta.epoch) === args[1]) await forgetHolds();
    },
    async ran(script: RanScript): Promise<void> {
      const [kind] = script.reply;
      world.traceReply(script.name, String(kind).slice(0, MAX_SHOWN));
      if (script.name === "reserve") await afterReserve(script);
      if (!QUIET.has(script.name)) checkCounters(await look());
    },
  };
}

function knows(counter: Counter, hold: Hold): boolean {
  return counter.epoch === hold.epoch && counter.born <= hold.births;
}
