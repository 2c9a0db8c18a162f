import { dueCost } from "./oracle.ts";
import { holdPrefix, isHoldOf, type CallRecord, type TrueHold } from "./records.ts";
import type { BookedRow } from "./memory-ledger.ts";
import type { World } from "./world.ts";

// Laws 5, 6, 8 and 12, call by call: each hold is in the ledger at what its call truly cost, or at what it held where
// nobody could tell, or not at all.

/** Outcomes of a call whose provider said nothing: the design books nothing for it, whatever it may have generated. */
const BROKEN_OFF = new Set(["timeout", "provider_unreachable"]);

/** Sums by "counter period". */
type Sums = Map<string, number>;

interface Booked {
  amount: number;
  sums: Sums;
  rows: BookedRow[];
}

export function checkCalls(world: World): void {
  for (const record of world.records.values()) {
    const rows = world.ledger.rows().filter(({ holdId }) => isHoldOf(holdId, record));
    const ids = new Set([...rows.map(({ holdId }) => holdId), ...record.holds.keys()]);
    const settled = [...ids].filter((id) => rows.some((row) => row.id === `${id}.s`));
    for (const id of ids) {
      const booked = sumOf(rows.filter(({ holdId }) => holdId === id));
      checkHold(world, record, id, booked);
    }
    checkDispatched(world, record, { settled, rows });
  }
}

function checkHold(world: World, record: CallRecord, id: string, booked: Booked): void {
  const { planned } = record;
  const name = `call ${planned.number} (${id})`;
  const settles = booked.rows.filter((row) => row.kind === "s");
  if (settles.length > 1) world.violated("5", `${name} was settled ${settles.length} times`);
  if (!Number.isSafeInteger(booked.amount)) world.violated("13", `${name} is booked at ${booked.amount}`);
  const hold = record.holds.get(id);
  const [settle] = settles;
  const outcome = settle?.facts["outcome"];
  const allowed: { what: string; amount: number; sums: Sums }[] = [];
  if (settle && outcome !== "released")
    allowed.push({ what: "its cost", ...costOf(world, record, settle, hold) });
  const lost = isLost(world, record, id);
  if (!settle || lost) {
    if (hold && lost) allowed.push({ what: "its hold", ...lapseOf(hold) });
    if (!record.dispatched || lost || isNotTheLast(record, id))
      allowed.push({ what: "nothing", amount: 0, sums: new Map() });
  } else if (outcome === "released") allowed.push({ what: "nothing", amount: 0, sums: new Map() });
  if (!allowed.some(({ amount, sums }) => amount === booked.amount && isSame(sums, booked.sums))) {
    const due = allowed.map(({ what, amount, sums }) => `${what} ${amount} ${show(sums)}`).join(" or ");
    world.violated(
      "5",
      `${name} is booked at ${booked.amount} ${show(booked.sums)}; due is ${due || "a settle"}`,
    );
  }
}

/** Law 12: what was dispatched is in the ledger, or held nothing that a lapse charges. Law 14: nothing goes out unheld. */
function checkDispatched(
  world: World,
  record: CallRecord,
  { settled, rows }: { settled: string[]; rows: BookedRow[] },
): void {
  if (!record.dispatched) return;
  const died = isLost(world, record, holdPrefix(record.requestId));
  const name = `call ${record.planned.number}`;
  const costs = settled.filter((id) =>
    rows.some((row) => row.id === `${id}.s` && row.facts["outcome"] !== "released"),
  );
  if (costs.length > 1) world.violated("5", `${name} was charged ${costs.length} times`);
  if (costs.length === 0 && !died) world.violated("12", `${name} was dispatched, and isn't in the ledger`);
  const lapsed = rows.some((row) => row.kind === "l");
  if (costs.length === 0 && !lapsed && record.holds.size > 0) {
    world.violated("12", `${name} was dispatched, and neither settled nor lapsed`);
  }
}

/** Nobody could tell the books how it ended: its Worker died, or both stores were away from it. */
function isLost(world: World, record: CallRecord, holdId: string): boolean {
  if (world.deadIsolates.has(record.servedBy)) return true;
  if (world.scenario.misfortunes.memory === "falls back" && world.memory.faulted && !record.dispatched)
    return true;
  return world.reports.some(
    ({ event, details }) =>
      (event === "settle_lost" || event === "release_lost") && details["hold"] === holdId,
  );
}

/** A hold that a later one took the place of was never what the call went out with. */
function isNotTheLast(record: CallRecord, id: string): boolean {
  return [...record.holds.keys()].at(-1) !== id;
}

function costOf(
  world: World,
  { planned, bill, counted: truth, requestId }: CallRecord,
  settle: BookedRow,
  hold: TrueHold | undefined,
): { amount: number; sums: Sums } {
  const stated = settle.facts["usage"] as { input_total?: number; output_total?: number } | null;
  const counted = { input: stated?.input_total ?? 0, output: stated?.output_total ?? 0 };
  const isKnown = bill !== "unknown";
  const usage = bill === "nothing" ? { input: 0, output: 0 } : bill === "unknown" ? counted : bill;
  const isEstimated = settle.facts["estimated"] === true;
  // What only an estimate could tell is marked as one; an answer that broke off may have said it before.
  const isTrue =
    typeof truth !== "string" && truth.input === counted.input && truth.output === counted.output;
  if (!isKnown && !isEstimated && !isTrue && !BROKEN_OFF.has(String(settle.facts["outcome"]))) {
    world.violated("5", `${requestId} states a usage that nobody reported`);
  }
  if (isKnown && isEstimated && bill !== "nothing" && planned.leavesAfterMs === null) {
    world.violated("5", `${requestId} is estimated, though its usage was reported`);
  }
  const booked = isEstimated ? counted : usage;
  const cost = dueCost(planned.model, booked);
  const lines = hold?.lines ?? settle.lines.map((line) => ({ ...line, amount: 0 }));
  const sums: Sums = new Map();
  for (const { counter, periodStartMs } of lines) {
    const unit =
      world.documents.state.budgets.find(({ id }) => id === /^[^~:]*/.exec(counter)?.[0])?.unit ?? "usd";
    const actual = { usd: cost, requests: 1, tokens: booked.input + booked.output, concurrent: 0 }[unit];
    sums.set(`${counter} ${periodStartMs}`, actual);
  }
  return { amount: cost, sums };
}

function lapseOf({ lines, amountNanoUsd }: TrueHold): { amount: number; sums: Sums } {
  const sums: Sums = new Map();
  for (const { counter, periodStartMs, amount, onLapse } of lines) {
    sums.set(`${counter} ${periodStartMs}`, onLapse === "c" ? amount : 0);
  }
  const isCharged = lines.length === 0 || lines.some(({ onLapse }) => onLapse === "c");
  return { amount: isCharged ? amountNanoUsd : 0, sums };
}

function sumOf(rows: BookedRow[]): Booked {
  const sums: Sums = new Map();
  for (const line of rows.flatMap((row) => row.lines)) {
    const place = `${line.counter} ${line.periodStartMs}`;
    sums.set(place, (sums.get(place) ?? 0) + line.amount);
  }
  return { amount: rows.reduce((sum, { amount }) => sum + amount, 0), sums, rows };
}

function isSame(one: Sums, other: Sums): boolean {
  const places = new Set([...one.keys(), ...other.keys()]);
  return [...places].every((place) => (one.get(place) ?? 0) === (other.get(place) ?? 0));
}

const show = (sums: Sums): string => JSON.stringify(Object.fromEntries(sums));
