import { counterIn } from "../../src/domain/books-model/books.ts";
import { brokenPromises } from "../../src/domain/books-model/laws.ts";
import type { Call } from "./call.ts";
import { sumByPeriod, totalOf, type LedgerRow } from "./fake-ledger.ts";
import type { LawRun } from "./law-run.ts";
import { BUDGETS } from "./law-steps.ts";

// What must be true on the way, and what at rest.

/** Laws 1 and 4 after every step. */
export function checkOnTheWay(run: LawRun): void {
  const { world, losses, broken } = run;
  const books = world.redis.books();
  run.epochs.add(books.meta?.epoch ?? 0);
  run.epochs.delete(0);
  if (losses.length === 0 && run.epochs.size > 1)
    broken.push("false alarm: a new epoch though Redis lost nothing");
  // A hold that was evicted is still in `held`, until its epoch is condemned.
  if (losses[0] !== "hold") broken.push(...brokenPromises(books));
  if (losses.length > 0 && losses[0] !== "counter") return;
  const undrained = books.outbox.filter(({ id }) => !world.ledger.rows.some((row) => row.id === id));
  for (const name of Object.keys(BUDGETS)) {
    const counter = counterIn(books, name);
    if (!counter) continue;
    const inOutbox = undrained
      .flatMap(({ lines }) => lines)
      .filter((line) => line.counter === name && line.periodStartMs === counter.periodStartMs)
      .reduce((sum, { delta }) => sum + delta, 0);
    const due = totalOf(world.ledger, name, counter.periodStartMs) + inOutbox;
    if (counter.spent !== due) broken.push(`law 1: ${name} says ${counter.spent}, ledger and outbox ${due}`);
  }
}

export function checkAtRest(run: LawRun): void {
  const { world, calls, losses, broken } = run;
  const books = world.redis.books();
  for (const name of Object.keys(BUDGETS)) {
    const counter = counterIn(books, name);
    if (!counter) continue;
    if (counter.held !== 0) broken.push(`law 4: at rest ${name} holds ${counter.held}`);
    const total = totalOf(world.ledger, name, counter.periodStartMs);
    if (counter.spent !== total)
      broken.push(`law 4: at rest ${name} says ${counter.spent}, the ledger ${total}`);
  }
  // A loss of memory together with a dead Worker or a dead Postgres may lose a call: the documented limit.
  const isDoubleFault = losses.some((key) => key !== "counter") && (run.crashed > 0 || world.postgresFailed);
  if (isDoubleFault) return;
  for (const call of calls) broken.push(...brokenByCall(run, call));
}

/** Laws 4, 5, 6 and 12, call by call. */
function brokenByCall(run: LawRun, call: Call): string[] {
  const { holdId, end } = call;
  const rows = run.world.ledger.rows.filter((row) => row.holdId === holdId);
  const of = `${holdId} (${end})`;
  if (end === "running") return [`${of} never ended`];
  if (end === "settled") return brokenBySettle(call, rows, of);
  if (end === "dead") return brokenByDeath(run, call, rows, of);
  const isZero = amountOf(rows) === 0 && periodsOf(rows).every(({ amount }) => amount === 0);
  return isZero ? [] : [`law 4: ${of} was given back, the ledger has ${JSON.stringify(rows)}`];
}

function brokenBySettle({ plan }: Call, rows: LedgerRow[], of: string): string[] {
  const broken: string[] = [];
  const cost = plan.costNanoUsd ?? 0;
  if (amountOf(rows) !== cost) broken.push(`law 5: ${of} cost ${cost}, the ledger has ${amountOf(rows)}`);
  for (const { counter } of plan.lines(0)) {
    const periods = periodsOf(rows).filter((line) => line.counter === counter);
    const booked = periods.reduce((total, { amount }) => total + amount, 0);
    const due = plan.actuals(counter, cost);
    if (booked !== due) broken.push(`law 5: ${of} is booked ${booked} in ${counter}, due is ${due}`);
    if (periods.length > 1) broken.push(`law 6: ${of} is booked in ${periods.length} periods of ${counter}`);
  }
  return broken;
}

/** It may have lapsed, or the settle was on its way: one of the two, if it was dispatched at all. */
function brokenByDeath(
  { voided, losses }: LawRun,
  { holdId, plan, isDispatched }: Call,
  rows: LedgerRow[],
  of: string,
): string[] {
  if (losses.some((key) => key !== "counter") || voided.has(holdId)) return [];
  const cost = isDispatched ? (plan.costNanoUsd ?? 0) : 0;
  const isSettled = rows.some(({ kind }) => kind === "s");
  if (isSettled && amountOf(rows) !== cost) {
    return [`law 5: ${of} cost ${cost}, the ledger has ${amountOf(rows)}`];
  }
  const isOwed = isDispatched && plan.costNanoUsd !== null && rows.length === 0;
  return isOwed ? [`law 12: ${of} was dispatched and is not in the ledger`] : [];
}

const amountOf = (rows: LedgerRow[]) => rows.reduce((total, { amount }) => total + amount, 0);

const periodsOf = (rows: LedgerRow[]) => sumByPeriod(rows.flatMap(({ lines }) => lines));
