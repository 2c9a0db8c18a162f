import { afterAll, beforeAll, expect, test } from "vitest";
import type { Books } from "../../src/ledger/books.ts";
import { drainOutbox } from "../../src/ledger/drain.ts";
import { lapseEnded } from "../../src/ledger/lapse.ts";
import { closeOrStrand, replayStranded } from "../../src/ledger/strand.ts";
import { StoreUnavailable } from "../../src/services.ts";
import { LEASE_MS, startRig, type Rig } from "../support/books-rig.ts";
import { ending, reserve, settling, type Call, type CallPlan } from "../support/calls.ts";
import { expectExactBooks, type Truth } from "../support/exact-books.ts";
import { createSchedule, pick, seededRandom, type Actor, type Random } from "../support/schedule.ts";

// Several Workers, any order of their messages, and any faults that the protocol promises to bear.

/** A seed that failed, to run it alone. */
const ONLY_SEED = process.env["BOOKS_SEED"];
const RUN_MS = ONLY_SEED === undefined ? Number(process.env["BOOKS_RUN_MS"] ?? 20_000) : 0;

const WORKERS = 2;
const CALLS_EACH = 2;
const TIDY_ROUNDS = 3;
const AMOUNT = 100;
const LIMIT = 250;
const PERIOD_MS = 3 * LEASE_MS;
const FLUSH_TIMES_MS = [0, 0, LEASE_MS / 12];
const TIME_CHANCE = 0.04;
const MEMORY_CHANCE = 0.04;

const MEMORY_FAULTS = ["emptied", "falls back", "meta", "outbox", "budget", "hold"] as const;
type MemoryFault = (typeof MEMORY_FAULTS)[number];

interface Made {
  plan: CallPlan;
  call: Call | null;
  /** What it costs if it is dispatched; "none": the provider refuses it. */
  cost: number | "none";
  dispatched: boolean;
  /** Both stores failed it at the end, so only its lease can end it. */
  failed: boolean;
  actor: Actor;
}

let rig: Rig;
beforeAll(async () => {
  rig = await startRig();
});
afterAll(() => rig.close());

test(
  "laws 1, 3, 4, 5, 6, 9, 12: after any schedule the books are exact",
  { timeout: RUN_MS + 60_000 },
  async () => {
    const endMs = Date.now() + RUN_MS;
    const firstSeed = Number(ONLY_SEED ?? Date.now() % 1_000_000_000);
    let seed = firstSeed;
    do {
      await runSchedule(seed++);
    } while (Date.now() < endMs);
    console.log(`${seed - firstSeed} schedules from seed ${firstSeed} on`);
    expect(seed).toBeGreaterThan(firstSeed);
  },
);

async function runSchedule(seed: number): Promise<void> {
  const random = seededRandom(seed);
  const org = rig.organization();
  rig.emptyRedis();
  // One kind of great misfortune a schedule: a Worker's death and a loss of memory together may lose a call.
  const memory = random() < 0.5 ? (pick(random, MEMORY_FAULTS) ?? null) : null;
  const schedule = createSchedule(random, rig.clock, {
    messages: memory === "falls back" ? 0 : memory ? 1 : 4,
    crashes: memory ? 0 : 2,
  });
  const made: Made[] = [];
  // A flush time is the window in which a loss of memory may cost entries.
  const flushMs = memory ? 0 : (pick(random, FLUSH_TIMES_MS) ?? 0);
  const defects: unknown[] = [];
  try {
    const follow = (actor: Actor, run: Promise<void>) =>
      schedule.follow(
        actor,
        run.catch((error) => defects.push(error)),
      );
    for (let i = 0; i < WORKERS; i++) {
      const worker = schedule.actor(`W${i}`);
      follow(worker, makeCalls(worker, { random, org, made, flushMs }));
    }
    const tidier = schedule.actor("BG");
    follow(tidier, tidy(tidier, org));
    await schedule.run(environment({ random, org, memory, trace: schedule.trace }));
    expect(defects).toEqual([]);
    await expectExactBooks(rig, org, truthsOf(made, memory));
    if (!memory) await expectNoOverspend(org, made);
  } catch (error) {
    const cause = error instanceof Error ? error.message : String(error);
    throw new Error(
      `BOOKS_SEED=${seed} (${memory ?? "no memory fault"}): ${cause}\n${schedule.trace.join("\n")}`,
      { cause: error },
    );
  }
}

async function makeCalls(
  actor: Actor,
  { random, org, made, flushMs }: { random: Random; org: string; made: Made[]; flushMs: number },
): Promise<void> {
  const books = booksOf(actor, flushMs);
  for (let i = 0; i < CALLS_EACH; i++) {
    const periodStartMs = rig.clock.now() - (rig.clock.now() % PERIOD_MS);
    const one: Made = {
      plan: {
        org,
        holdId: `${actor.name}.${i}`,
        amountNanoUsd: AMOUNT,
        lines: [
          { counter: "b1", limit: LIMIT, periodStartMs },
          { counter: `b${actor.name}`, periodStartMs },
          { counter: "calls", amount: 1, periodStartMs },
        ],
      },
      call: null,
      cost: pick(random, [0, 1, 60, 100, 130, "none"] as const) ?? 0,
      dispatched: false,
      failed: false,
      actor,
    };
    made.push(one);
    await makeCall(books, one).catch((error: unknown) => {
      if (!(error instanceof StoreUnavailable)) throw error;
      one.failed = true;
    });
  }
}

async function makeCall(books: Books, one: Made): Promise<void> {
  const { plan } = one;
  try {
    one.call = await reserve(books, plan);
  } catch (error) {
    if (!(error instanceof StoreUnavailable)) throw error;
    const lines = plan.lines.map(({ counter, periodStartMs = 0 }) => ({ counter, periodStartMs, amount: 0 }));
    await closeOrStrand(books, plan.org, ending({ ...plan, lines }, "release"));
  }
  if (!one.call) return;
  one.dispatched = one.cost !== "none";
  const closing = one.cost === "none" ? ending(one.call, "release") : settling(one.call, one.cost);
  await closeOrStrand(books, plan.org, closing);
}

async function tidy(actor: Actor, org: string): Promise<void> {
  const books = booksOf(actor);
  for (let round = 0; round < TIDY_ROUNDS; round++) {
    await actor.sleep(LEASE_MS / 4);
    try {
      await lapseEnded(books, org);
      if (await drainOutbox(books, org, { force: false })) await replayStranded(books, org);
    } catch (error) {
      if (!(error instanceof StoreUnavailable)) throw error;
    }
  }
}

const booksOf = ({ border, sleep }: Actor, flushMs = 0): Books =>
  rig.booksBehind(border, { sleep, flushMs, http: false });

/** Time that passes, the one memory fault, and what must hold at every moment. */
function environment(world: { random: Random; org: string; memory: MemoryFault | null; trace: string[] }) {
  const { random, org, trace } = world;
  let fault = world.memory;
  let epoch: string | null = null;
  const keepsEpoch = fault === null || fault === "budget";
  let snapshot: string | null = null;
  return async () => {
    if (random() < TIME_CHANCE) {
      const milliseconds = pick(random, [LEASE_MS / 3, LEASE_MS, 2 * LEASE_MS]) ?? LEASE_MS;
      trace.push(`${milliseconds / 1_000} s pass`);
      rig.clock.advance(milliseconds);
    }
    if (fault && random() < MEMORY_CHANCE) {
      if (fault === "falls back" && snapshot === null) {
        snapshot = rig.engine.snapshot();
        trace.push("(a snapshot is taken)");
      } else {
        trace.push(`Redis: ${fault}`);
        await loseMemory(fault, { random, org, snapshot });
        fault = null;
      }
    }
    const inForce = /^\d+/.exec((await rig.redis("GET", `tg:{${org}}:meta`)).toString())?.[0] ?? null;
    if (keepsEpoch && epoch !== null && inForce !== epoch) {
      throw new Error(`a false alarm: epoch ${inForce} though Redis lost nothing`);
    }
    epoch = inForce;
    for (const key of await keysOf(org, "budget")) {
      expect((await rig.redis("GET", key)).toString()).not.toMatch(/-\d+$/); // held is never negative
    }
  };
}

async function loseMemory(
  fault: MemoryFault,
  { random, org, snapshot }: { random: Random; org: string; snapshot: string | null },
): Promise<void> {
  if (fault === "emptied") return rig.emptyRedis();
  if (fault === "falls back") return rig.engine.restore(snapshot ?? "");
  const key = pick(random, await keysOf(org, fault));
  if (key !== undefined) await rig.redis("DEL", key);
}

async function keysOf(org: string, kind: string): Promise<string[]> {
  const keys = await rig.redis("KEYS", `tg:{${org}}:${kind}*`);
  return Array.isArray(keys) ? keys.filter((key) => !key.endsWith(":holds")).toSorted() : [];
}

function truthsOf(made: Made[], memory: MemoryFault | null): Truth[] {
  return made.map(({ plan, call, cost, dispatched, failed, actor }) => {
    const known = call ?? { ...plan, lines: [] };
    const ended = !failed && !actor.isDead();
    if (ended && dispatched && cost !== "none") return { call: known, cost };
    // A fall-back may forget a release, or a refusal's: then the lapse charges it, visibly.
    if (ended && memory !== "falls back") return { call: known, cost: "none" };
    return { call: known, cost: [0, AMOUNT, ...(cost === "none" ? [] : [cost])] };
  });
}

/** Law 3, for the budget that all share: in each period no more is spent than the limit and the overruns. */
async function expectNoOverspend(org: string, made: Made[]): Promise<void> {
  const rows = await rig.rows(
    "select period_start, spent from budget_totals where organization_id = $1 and counter = 'b1'",
    org,
  );
  for (const row of rows) {
    const overruns = made
      .filter(({ call }) => String(call?.lines[0]?.periodStartMs) === row["period_start"])
      .reduce((sum, { cost }) => sum + (cost === "none" ? 0 : Math.max(0, cost - AMOUNT)), 0);
    expect(Number(row["spent"])).toBeLessThanOrEqual(LIMIT + overruns);
  }
}
