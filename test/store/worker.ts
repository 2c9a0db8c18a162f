import type { Head } from "../../src/domain/books-model/drain.ts";
import { endedLeases } from "../../src/domain/books-model/books.ts";
import type { Books } from "../../src/ledger/books.ts";
import { StoreUnavailable } from "../../src/services.ts";
import { createMemory } from "../../src/store/memory.ts";
import { ENDED_BATCH } from "../../src/store/scripts/reserve.ts";
import { book, bookedFor, nextEpoch, snapshot, type FakeLedger } from "./fake-ledger.ts";
import type { Lockstep } from "./lockstep.ts";
import { entriesOf, packHead } from "./pack.ts";
import type { Fate, Turn } from "./scheduler.ts";

// The stores as one Worker reaches them: each call is a message that waits for its turn and may be lost, doubled or late.

/** The attempts that the store makes for one call. */
const MAX_ATTEMPTS = 4;

export interface World {
  redis: Lockstep;
  ledger: FakeLedger;
  stranded: Map<string, unknown>;
  nowMs: number;
  leaseMs: number;
  /** Messages on their way that nobody waits for. */
  late: { label: string; arrive: () => Promise<unknown> }[];
  nonces: number;
  /** Postgres was away: with a loss of memory on top, what it didn't get is lost. */
  postgresFailed: boolean;
}

export function reachBooks(world: World, turn: Turn, skewMs: number): Books {
  const toRedis = redisMessages(world, turn);
  const toPostgres = postgresMessages(world, turn);
  const { redis, ledger } = world;
  const read = async <T>(label: string, look: () => T) => (await toRedis(label, async () => look())).reply;
  return {
    store: {
      reserve: (input) =>
        toRedis(`reserve ${input.holdId}`, () => redis.reserve(input), { isDoubled: false }),
      confirm: async (_, policies) => (await toRedis("confirm", () => redis.confirm(policies))).reply,
      settle: async (input) => {
        const { reply } = await toRedis(`${input.mode} ${input.holdId}`, () => redis.settle(input));
        return reply.kind === "ok" ? { ...reply, head: reply.head && packHead(reply.head) } : reply;
      },
      lapse: async (input) => (await toRedis("lapse", () => redis.lapse(input))).reply,
      drain: async (_, input) => {
        const { reply } = await toRedis("drain", () => redis.drain(input));
        return reply.kind === "head" ? { ...reply, head: packHead(reply.head) } : reply;
      },
      trim: async (_, input) => (await toRedis("trim", () => redis.trim(input))).reply,
      open: async (input) => (await toRedis("open", () => redis.open(input))).reply,
      rebuild: async (input) => (await toRedis("rebuild", () => redis.rebuild(input))).reply,
      listInstances: () => Promise.reject(new Error("these Workers have no instances")),
      dueInstances: () => Promise.reject(new Error("these Workers forget nothing")),
      forgetInstances: () => Promise.reject(new Error("these Workers forget nothing")),
      claimPolicy: () => Promise.reject(new Error("these Workers claim no policies")),
      putPolicy: () => Promise.reject(new Error("these Workers put no policies")),
      renew: () => Promise.reject(new Error("these Workers renew no leases")),
      balance: () => Promise.reject(new Error("these Workers change no balances")),
      refresh: () => Promise.reject(new Error("these Workers compare nothing")),
      endedHolds: (_, nowMs) =>
        read("ended holds", () => endedLeases(redis.books(), nowMs).slice(0, ENDED_BATCH)),
      readHolds: (_, ids) => read("read holds", () => ids.map((id) => redis.books().holds[id] ?? null)),
      holdsAfter: () => Promise.reject(new Error("these Workers list no holds")),
      readCounters: (_, names) =>
        read("read counters", () => {
          const { meta, counters } = redis.books();
          return { meta, counters: names.map((name) => counters[name] ?? null) };
        }),
      ping: () => Promise.resolve(),
    },
    ledger: {
      nextEpoch: () => toPostgres("next epoch", () => nextEpoch(ledger)),
      booked: (_, epoch, holdId) =>
        toPostgres(`booked ${holdId}`, () => {
          const { lines, ...booked } = bookedFor(ledger, epoch, holdId);
          const rows = lines.map((l) => ({
            counter: l.counter,
            period_start: l.periodStartMs,
            amount: l.amount,
          }));
          return { ...booked, lines: rows };
        }),
      bookedAmong: (_, ids) =>
        toPostgres(
          "booked among",
          () => new Set(ledger.rows.map(({ id }) => id).filter((id) => ids.includes(id))),
        ),
      snapshot: (_, epoch, counters) => toPostgres("snapshot", () => snapshot(ledger, epoch, counters)),
      book: (_, head, rows) => {
        const entries = entriesOf(rows);
        const whole: Head = { ...head, entries, drainUntilMs: 0 };
        return toPostgres("book", () => {
          const verdict = book(ledger, whole);
          if (verdict.result === "fenced") return verdict;
          const { entryCount: entry_count } = verdict;
          const { epoch: e, n, tag } = verdict.watermark;
          return {
            result: verdict.result,
            watermark: { e, n, tag },
            entry_count,
            stranded: world.stranded.size > 0,
            alerts_due_at: null,
            alerts_fault: null,
          };
        });
      },
      strand: (_, holdId, settle) =>
        toPostgres(`strand ${holdId}`, () => {
          if (!world.stranded.has(holdId)) world.stranded.set(holdId, settle);
        }),
      stranded: () =>
        toPostgres("stranded", () => [...world.stranded].map(([holdId, settle]) => ({ holdId, settle }))),
      strandedDone: (_, holdId) =>
        toPostgres(`stranded done ${holdId}`, () => {
          world.stranded.delete(holdId);
        }),
      keepBackgroundCall: () => Promise.reject(new Error("these Workers make no call in the background")),
      tellBackgroundEnd: () => Promise.reject(new Error("these Workers make no call in the background")),
      backgroundDone: () => Promise.reject(new Error("these Workers make no call in the background")),
      raiseAlert: () => Promise.resolve(false),
      raiseExpiry: () => Promise.resolve(false),
      raiseDrift: () => Promise.resolve(false),
      claimDeliveries: () => Promise.resolve([]),
      recordDeliveries: () => Promise.resolve(null),
      ping: () => Promise.resolve(),
    },
    now: () => Math.max(0, world.nowMs + skewMs),
    sleep: () => Promise.resolve(),
    after: () => () => undefined,
    nonce: () => `n${++world.nonces}`,
    leaseMs: world.leaseMs,
    flushMs: 0,
    memory: createMemory(),
    report: () => undefined,
  };
}

/** As the store sends: again with the same arguments where nothing is heard, so many times and then no more. */
function redisMessages(world: World, turn: Turn) {
  return async <T>(label: string, arrive: () => Promise<T>, { isDoubled = true } = {}) => {
    for (let unanswered = 0; unanswered < MAX_ATTEMPTS; unanswered++) {
      const fate = await turn(label);
      if (fate === "lost") world.late.push({ label, arrive });
      else {
        const reply = await arrive();
        // A network that doubles a reserve whose first copy was refused is excluded by assumption.
        if (fate === "doubled" && isDoubled) world.late.push({ label, arrive });
        if (fate !== "unanswered") return { reply, unanswered };
      }
    }
    throw new StoreUnavailable("redis");
  };
}

/** One attempt each. */
function postgresMessages(world: World, turn: Turn) {
  return async <T>(label: string, arrive: () => T): Promise<T> => {
    const fate: Fate = await turn(label);
    const late = { label, arrive: async () => arrive() };
    world.postgresFailed ||= fate === "lost" || fate === "unanswered";
    if (fate === "lost") world.late.push(late);
    if (fate === "lost") throw new StoreUnavailable("postgres");
    const answer = arrive();
    if (fate === "doubled") world.late.push(late);
    if (fate === "unanswered") throw new StoreUnavailable("postgres");
    return answer;
  };
}
