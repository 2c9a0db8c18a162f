import { booksModel } from "../../src/domain/budget.ts";
import { emptyBooks, type Books, type Step } from "../../src/domain/books-model/books.ts";
import { fetchPolicy, publishPolicy, type Publisher } from "../../src/ledger/publish.ts";
import { StoreUnavailable } from "../../src/services.ts";
import { Lost } from "../support/faults.ts";
import { createSchedule, pick, seededRandom, type Actor } from "../support/schedule.ts";
import { createVirtualClock } from "../support/virtual-clock.ts";
import type { Store } from "../../src/store/store.ts";

// Who brings one policy document from Postgres to Redis, in any order: readers who miss it, operators who change it,
// messages that are lost, doubled or late, Workers that die, and a Redis that loses memory once. The Workers are the
// real ones, Redis is the pure model.

const ORG = "org_races";
const POLICY = { kind: "key", id: "digest" } as const;
const NAME = "key:digest";
const LOSSES = ["document", "document", "claims", "emptied", "falls back"] as const;
const LOSS_CHANCE = 0.2;
const EARLY_LOSS_CHANCE = 0.03;
const SNAPSHOT_CHANCE = 0.1;
const STARTS_LATER_MS = 40;
const MAX_ATTEMPTS = 4;

/** The model's steps, which a test may break. */
export type PolicySteps = Pick<typeof booksModel, "claimPolicy" | "putPolicy" | "open">;

export interface Race {
  /** Versions older than an answered change that stood for a reserve to use. */
  broken: string[];
  /** Workers that got what they asked for, or that a store failed. */
  ends: { brought: number; unavailable: number };
  trace: string[];
}

export async function runRace(seed: number, steps: PolicySteps = booksModel): Promise<Race> {
  const random = seededRandom(seed);
  const clock = createVirtualClock(0);
  const schedule = createSchedule(random, clock, { messages: 3, crashes: random() < 0.3 ? 1 : 0 });
  const race: Race = { broken: [], ends: { brought: 0, unavailable: 0 }, trace: schedule.trace };
  const state = { version: 0, answered: 0, epochs: 0, nonces: 0, fellBackTo: -1 };
  let books = emptyBooks();
  let snapshot: Books | null = null;
  let loss = random() < 0.8 ? pick(random, LOSSES) : undefined;

  const take = <Reply>({ books: after, reply }: Step<Reply>): Reply => {
    books = after;
    const standing = books.policies[NAME];
    const isUsed = standing && "json" in standing && standing.epoch === books.meta?.epoch;
    const isOld = isUsed && standing.version < state.answered && standing.epoch !== state.fellBackTo;
    if (isOld) race.broken.push(`version ${standing.version} stands, ${state.answered} was answered`);
    return reply;
  };
  const open = (condemnedEpoch: number, newEpoch: number) =>
    take(steps.open(books, { organizationId: ORG, newEpoch, condemnedEpoch, lostHolds: [] }));

  function publisherOf(actor: Actor): Publisher {
    const redis = <T>(name: string, run: () => T) => reach(actor, "redis", { name, run });
    const postgres = <T>(name: string, run: () => T) => reach(actor, "postgres", { name, run });
    const store: Pick<Store, "claimPolicy" | "putPolicy" | "open"> = {
      claimPolicy: (_, policy, nonce) => redis("claim", () => take(steps.claimPolicy(books, policy, nonce))),
      putPolicy: (_, policy, put) =>
        redis("put", () => take(steps.putPolicy(books, policy, put, clock.now()))),
      open: ({ condemnedEpoch, newEpoch }) => redis("open", () => open(condemnedEpoch, newEpoch)),
    };
    return {
      store,
      ledger: { nextEpoch: () => postgres("next epoch", () => (state.epochs += 1)) },
      now: () => clock.now(),
      sleep: actor.sleep,
      nonce: () => `x${(state.nonces += 1)}`,
      report: () => undefined,
      read: () => postgres("read", () => ({ version: state.version, json: `{"v":${state.version}}` })),
    };
  }

  async function work(actor: Actor, run: (publisher: Publisher) => Promise<unknown>): Promise<void> {
    await actor.sleep(Math.floor(random() * STARTS_LATER_MS));
    try {
      await run(publisherOf(actor));
      race.ends.brought += 1;
    } catch (error) {
      if (!(error instanceof StoreUnavailable)) throw error;
      race.ends.unavailable += 1;
    }
  }

  const reader = (publisher: Publisher) => fetchPolicy(publisher, ORG, POLICY);
  async function operator(publisher: Publisher): Promise<void> {
    const changed = (state.version += 1);
    schedule.trace.push(`${changed} is committed`);
    await publishPolicy(publisher, ORG, POLICY);
    schedule.trace.push(`${changed} is answered`);
    state.answered = Math.max(state.answered, changed);
  }

  async function loseMemory(): Promise<void> {
    const standing = books.policies[NAME];
    if (snapshot === null && standing && random() < SNAPSHOT_CHANCE) snapshot = books;
    // Rather while there is an answered change to forget.
    if (!loss || random() > (state.answered > 0 ? LOSS_CHANCE : EARLY_LOSS_CHANCE)) return;
    const lost = loss;
    loss = undefined;
    schedule.trace.push(`Redis: ${lost}`);
    if (lost === "document") books = { ...books, policies: {} };
    if (lost === "claims") books = { ...books, claims: 0 };
    if (lost === "emptied") books = emptyBooks();
    if (lost !== "falls back" || !snapshot) return;
    books = snapshot;
    state.fellBackTo = books.meta?.epoch ?? -1;
    // A drain sees it, and condemns the epoch.
    const drain = schedule.actor("drain");
    void work(drain, () =>
      reach(drain, "redis", { name: "condemn", run: () => open(state.fellBackTo, (state.epochs += 1)) }),
    );
  }

  const crew = [reader, reader, operator, reader, operator, reader];
  const working = crew.map((run, i) => work(schedule.actor(`${run.name} ${i}`), run));
  await schedule.run(loseMemory);
  await Promise.race([Promise.all(working), new Promise((resolve) => void setImmediate(resolve))]);
  return race;
}

/** As the stores' clients send: Redis again where nothing is heard, Postgres once. */
async function reach<T>(
  actor: Actor,
  border: "redis" | "postgres",
  { name, run }: { name: string; run: () => T },
): Promise<T> {
  const attempts = border === "redis" ? MAX_ATTEMPTS : 1;
  for (let attempt = 0; attempt < attempts; attempt++) {
    try {
      return (await actor.border({ border, name, send: async () => run() })) as T; // As run returned it.
    } catch (error) {
      if (!(error instanceof Lost)) throw error;
    }
  }
  throw new StoreUnavailable(border);
}
