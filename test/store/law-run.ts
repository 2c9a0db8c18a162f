import { closeHold } from "../../src/ledger/close.ts";
import { drainOutbox } from "../../src/ledger/drain.ts";
import { lapseEnded } from "../../src/ledger/lapse.ts";
import { replayStranded } from "../../src/ledger/strand.ts";
import { StoreUnavailable } from "../../src/services.ts";
import { runCall, type Call } from "./call.ts";
import { emptyLedger } from "./fake-ledger.ts";
import { checkAtRest, checkOnTheWay } from "./law-checks.ts";
import { BUDGETS, LEASE_MS, linesOf, type LawStep } from "./law-steps.ts";
import type { Lockstep } from "./lockstep.ts";
import { startTask, type Task, type Turn } from "./scheduler.ts";
import { reachBooks, type World } from "./worker.ts";

// Takes the steps, and says which laws were broken on the way. A trace of every message goes with it.

export const LAWS_ORGANIZATION = "org_laws";
const ORG = LAWS_ORGANIZATION;
/** Far more than any Worker sends to end what it began. */
const MAX_MESSAGES = 2_000;

export interface LawRun {
  world: World;
  calls: Call[];
  tasks: Task[];
  voided: Set<string>;
  losses: string[];
  /** Every epoch that was seen in force. */
  epochs: Set<number>;
  crashed: number;
  trace: string[];
  broken: string[];
}

export async function takeLawSteps(redis: Lockstep, steps: LawStep[]): Promise<LawRun> {
  const world: World = {
    redis,
    ledger: emptyLedger(),
    stranded: new Map(),
    nowMs: 10_000,
    leaseMs: LEASE_MS,
    late: [],
    nonces: 0,
    postgresFailed: false,
  };
  const run: LawRun = {
    world,
    calls: [],
    tasks: [],
    voided: new Set(),
    losses: [],
    epochs: new Set(),
    crashed: 0,
    trace: [],
    broken: [],
  };
  for (const step of steps) {
    await takeLawStep(run, step);
    checkOnTheWay(run);
    if (run.broken.length > 0) return run;
  }
  await comeToRest(run);
  return run;
}

async function takeLawStep(run: LawRun, step: LawStep): Promise<void> {
  const { world } = run;
  switch (step.step) {
    case "call": {
      await startCall(run, step);
      return;
    }
    case "run": {
      const task = pick(run.tasks, step.task);
      if (!task) return;
      for (let i = 0; i < step.before; i++) await send(run, task, "answered");
      await send(run, task, step.fate);
      return;
    }
    case "tick":
      world.nowMs += step.byMs;
      run.trace.push(`the clock says ${world.nowMs}`);
      return;
    case "tidy":
      await start(run, "tidy", step.skewMs, tidyUp);
      return;
    case "replay":
      await start(run, "replay", step.skewMs, replayStranded);
      return;
    case "void": {
      const call = pick(run.calls, step.call);
      if (call) await startVoid(run, call);
      return;
    }
    case "deliver": {
      const [message] = world.late.splice(step.message, 1);
      if (!message) return;
      run.trace.push(`late: ${message.label}`);
      await message.arrive();
      return;
    }
    case "crash": {
      const task = pick(run.tasks, step.task);
      if (!task) return;
      run.trace.push(`${task.name} dies before: ${task.next}`);
      run.tasks = run.tasks.filter((other) => other !== task);
      run.crashed += 1;
      const call = run.calls.find(({ holdId }) => holdId === task.name);
      if (call) call.end = "dead";
      return;
    }
    case "lose":
      // One loss of memory: two are more than the protocol promises to survive.
      if (run.losses.length > 0) return;
      run.losses.push(step.loss.key);
      run.trace.push(`REDIS LOSES ${JSON.stringify(step.loss)}`);
      await world.redis.lose(step.loss);
      return;
  }
}

async function startCall(run: LawRun, step: Extract<LawStep, { step: "call" }>): Promise<void> {
  const [least, tight, want] = [step.least, step.tight, step.want].sort((a, b) => a - b) as [
    number,
    number,
    number,
  ];
  const plan = {
    lines: (nowMs: number) => linesOf(step.budgets, nowMs),
    want,
    tight,
    least,
    costNanoUsd: step.costNanoUsd,
    actuals: (counter: string, costNanoUsd: number) => BUDGETS[counter]?.actual(costNanoUsd) ?? 0,
  };
  const call: Call = { holdId: `h${run.calls.length}`, plan, end: "running", isDispatched: false };
  run.calls.push(call);
  await start(run, call.holdId, step.skewMs, (books) => runCall(books, ORG, call));
}

/** As an operator voids: what is voided is known from the hold, or else from what is booked. */
async function startVoid(run: LawRun, { holdId }: Call): Promise<void> {
  await start(run, `void ${holdId}`, 0, async (books) => {
    const [hold] = await books.store.readHolds(ORG, [holdId]);
    const booked = run.world.ledger.rows.filter((row) => row.holdId === holdId);
    const lines = hold?.lines ?? booked.flatMap((row) => row.lines);
    if (!hold && booked.length === 0) return;
    const zero = lines.map(({ counter, periodStartMs }) => ({ counter, periodStartMs, actual: 0 }));
    const unique = [...new Map(zero.map((line) => [line.counter, line])).values()];
    await closeHold(books, ORG, { mode: "void", holdId, amountNanoUsd: 0, facts: "{}", lines: unique });
    run.voided.add(holdId);
  });
}

async function tidyUp(books: ReturnType<typeof reachBooks>): Promise<void> {
  await lapseEnded(books, ORG);
  await drainOutbox(books, ORG, { force: false });
}

async function start(
  run: LawRun,
  name: string,
  skewMs: number,
  work: (books: ReturnType<typeof reachBooks>, org: string) => Promise<unknown>,
): Promise<void> {
  run.trace.push(`${name} begins${skewMs ? `, its clock ${skewMs} ms off` : ""}`);
  const task = await startTask(name, async (turn: Turn) => {
    try {
      await work(reachBooks(run.world, turn, skewMs), ORG);
    } catch (error) {
      if (!(error instanceof StoreUnavailable)) throw error;
      run.trace.push(`${name} gives up`);
    }
  });
  if (task.next !== null) run.tasks.push(task);
}

async function send(run: LawRun, task: Task, fate: Parameters<Task["step"]>[0]): Promise<void> {
  if (task.next === null) return;
  run.trace.push(`${task.name}: ${task.next}${fate === "answered" ? "" : `, ${fate}`}`);
  await task.step(fate);
  if (task.next === null) run.tasks = run.tasks.filter((other) => other !== task);
}

const pick = <T>(all: T[], index: number): T | undefined => all[all.length === 0 ? 0 : index % all.length];

/** Every Worker ends what it began, leases end, all is drained: then the laws hold exactly. */
async function comeToRest(run: LawRun): Promise<void> {
  await finish(run);
  for (let round = 0; round < 4; round++) {
    run.world.nowMs += 2 * LEASE_MS;
    await start(run, "tidy", 0, tidyUp);
    await finish(run);
    await start(run, "replay", 0, replayStranded);
    await finish(run);
    await start(run, "drain", 0, (books, org) => drainOutbox(books, org, { force: true }));
    await finish(run);
  }
  checkAtRest(run);
}

async function finish(run: LawRun): Promise<void> {
  for (let sent = 0; run.tasks.length > 0; sent++) {
    if (sent > MAX_MESSAGES) throw new Error("a Worker doesn't come to its end");
    const task = pick(run.tasks, sent);
    if (task) await send(run, task, "answered");
  }
}
