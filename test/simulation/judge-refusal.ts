import type { Hold } from "../../src/store/packed.ts";
import type { DueLine } from "./oracle.ts";
import type { SentReserve } from "./sent-reserve.ts";
import { trueHeld, trueSpent, type View } from "./view.ts";
import type { Parts } from "./world.ts";

/** Law 2's other half: a refusal is due only if there is no room for the least that the call needs. */
export function judgeRefusal(
  world: Parts,
  view: View,
  sent: SentReserve,
  due: Map<string, DueLine>,
): { due: boolean; why: string } {
  const reasons = sent.lines.map((line) => {
    const wanted = due.get(line.counter);
    if (!wanted?.hard) return { due: false, why: "" };
    const counter = view.counters.get(line.counter);
    const place = { ...line, periodStartMs: Math.max(line.periodStartMs, counter?.periodStartMs ?? 0) };
    const needs = line.amount === "usd" ? sent.least : Number(line.amount);
    const live = (hold: Hold, onLapse: "c" | "r") => hold.leaseEndMs > sent.nowMs || onLapse === "c";
    const spent = world.memoryFaulted()
      ? Math.max(counter?.spent ?? 0, trueSpent(view, world.ledger, place))
      : trueSpent(view, world.ledger, place);
    // A hold that was lost is in the way until somebody misses it.
    const isLost = world.memory.lostHoldIn !== null && world.memory.lostHoldIn === counter?.epoch;
    const held = isLost ? counter.held : trueHeld(view, place, live);
    const why = `${line.counter}: spent ${spent} + held ${held} + ${needs} of ${wanted.limit}`;
    return { due: wanted.limit === 0 || spent + held + needs > wanted.limit, why };
  });
  return { due: reasons.some((reason) => reason.due), why: reasons.map(({ why }) => why).join("; ") };
}
