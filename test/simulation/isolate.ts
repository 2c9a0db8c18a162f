import type { Config } from "../../src/env.ts";
import type { GateDeps } from "../../src/gate/gate-deps.ts";
import type { Books } from "../../src/ledger/books.ts";
import type { Ledger } from "../../src/ledger/ledger.ts";
import { fetchPolicy, type Publisher } from "../../src/ledger/publish.ts";
import { StoreUnavailable } from "../../src/services.ts";
import { createMemory } from "../../src/store/memory.ts";
import type { After, Command, Redis, Told } from "../../src/store/redis.ts";
import { createStore, type Store } from "../../src/store/store.ts";
import { together } from "../../src/store/together.ts";
import type { Send } from "./network.ts";
import { commandName, scriptName } from "./redis-side.ts";
import type { World } from "./world.ts";

// One Worker: the real code, with every await on something outside in the scheduler's hands.

export interface Isolate {
  name: string;
  deps: GateDeps;
  /** How operators bring to Redis what they changed. */
  publisher: Publisher;
  /** Requests and waitUntil promises that aren't over. */
  busy: number;
  dead: boolean;
}

export function createIsolate(
  world: World,
  { name, skewMs, config }: { name: string; skewMs: number; config: Config },
): Isolate {
  const { scheduler } = world;
  const send = world.network.linkOf(name);
  const now = () => scheduler.now() + skewMs;
  const sleep = (milliseconds: number) =>
    new Promise<void>((run) => void scheduler.after(milliseconds, { owner: name, run }));
  const after: After = (milliseconds, callback) => {
    let isKept = true;
    scheduler.after(milliseconds, { owner: name, run: () => void (isKept && callback()) });
    return () => void (isKept = false);
  };
  const redis = redisBehind(world, send, name);
  const run = world.scenario.sendsTogether ? together(redis, { now, after }) : redis.run;
  const store = withShortLives(createStore(run, sleep));
  const ledger = ledgerBehind(send, noticing(world, name));
  const books: Books = {
    store: world.breaks.store?.(store) ?? store,
    ledger,
    memory: createMemory(),
    now,
    sleep,
    after,
    nonce: () => `x${(world.made.nonces += 1)}`,
    leaseMs: config.HOLD_LEASE_SECONDS * 1_000,
    flushMs: config.LEDGER_FLUSH_SECONDS * 1_000,
    report: (event, details) => {
      scheduler.trace.push(`${name} reports ${event} ${JSON.stringify(details["cause"] ?? "")}`);
      world.reports.push({ isolate: name, event, details });
      if (event === "gate_failed") world.violated("14", `the gate failed: ${String(details["cause"])}`);
    },
  };
  const publisher: Publisher = {
    ...books,
    read: (_org, policy) =>
      postgres(send, `read ${policy.kind} ${policy.id}`, async () => {
        const { version, json } = world.documents.read(policy);
        return { version, json: world.breaks.publish?.(json) ?? json };
      }),
  };
  const isolate: Isolate = {
    name,
    publisher,
    busy: 0,
    dead: false,
    deps: {
      config,
      books,
      fetchPolicy: (org, policy) => fetchPolicy(publisher, org, policy),
      fetch: world.provider(name),
      record: () => undefined,
      newId: () => `req_${String((world.made.requests += 1)).padStart(4, "0")}`,
      waitUntil: (promise) => void keepBusy(promise),
    },
  };
  async function keepBusy(promise: Promise<unknown>): Promise<void> {
    isolate.busy += 1;
    try {
      await promise;
    } catch (error) {
      world.violated("12", `what a Worker was to finish failed: ${String(error)}`);
    } finally {
      isolate.busy -= 1;
    }
  }
  return isolate;
}

/** Runs take minutes, and counters of instances live for days: here a sweep forgets whatever holds nothing. */
function withShortLives(store: Store): Store {
  return {
    ...store,
    listInstances: (org, made, nowMs) =>
      store.listInstances(
        org,
        made.map((one) => ({ ...one, life: 1 })),
        nowMs,
      ),
  };
}

/** Sees who carries what between the stores. */
function noticing({ ledger, carrying }: World, isolate: string): Ledger {
  return {
    ...ledger,
    async snapshot(...args) {
      carrying.snapshot.set(isolate, ledger.rows().length);
      return ledger.snapshot(...args);
    },
    async book(...args) {
      carrying.outbox.delete(isolate);
      return ledger.book(...args);
    },
  };
}

function redisBehind(world: World, send: Send, isolate: string): Redis {
  const execute = (command: Command) => {
    const name = commandName(command);
    if (name === "drain" || name === "settle") world.carrying.outbox.add(isolate);
    if (name === "rebuild" || name === "refresh") world.carrying.snapshot.delete(isolate);
    return world.redis.execute(command, world.watch);
  };
  // A network that doubles a reserve whose first copy wasn't admitted is excluded by the protocol.
  const mayDouble = (command: Command, reply: unknown) =>
    scriptName(command) !== "reserve" || (Array.isArray(reply) && reply[0] === "ok");
  return {
    run: (command) =>
      send({
        store: "redis",
        name: labelOf(command),
        arrive: () => execute(command),
        mayDouble: (reply) => mayDouble(command, reply),
      }),
    runAll: (commands) =>
      send({
        store: "redis",
        name: commands.map(labelOf).join(" + "),
        async arrive() {
          const told: Told[] = [];
          for (const command of commands) {
            const one = execute(command).then((reply): Told => ({ reply }));
            told.push(await one.catch((error: unknown): Told => ({ error })));
          }
          return told;
        },
        mayDouble: (told) =>
          told.every((one, i) => "reply" in one && mayDouble(commands[i] ?? [], one.reply)),
      }),
  };
}

function labelOf(command: Command): string {
  const hold = command.map(String).find((argument) => /^hold_[^ ]+$/.test(argument));
  return hold === undefined ? commandName(command) : `${commandName(command)} ${hold}`;
}

export async function postgres<T>(send: Send, name: string, arrive: () => Promise<T>): Promise<T> {
  try {
    return await send({ store: "postgres", name, arrive });
  } catch (error) {
    throw new StoreUnavailable("postgres", error);
  }
}

function ledgerBehind(send: Send, ledger: Ledger): Ledger {
  const over =
    <Args extends unknown[], R>(name: string, call: (...args: Args) => Promise<R>) =>
    (...args: Args) =>
      postgres(send, name, () => call(...args));
  return {
    nextEpoch: over("next_epoch", (...args: Parameters<Ledger["nextEpoch"]>) => ledger.nextEpoch(...args)),
    booked: over("booked", (...args: Parameters<Ledger["booked"]>) => ledger.booked(...args)),
    bookedAmong: over("booked_among", (...args: Parameters<Ledger["bookedAmong"]>) =>
      ledger.bookedAmong(...args),
    ),
    snapshot: over("snapshot", (...args: Parameters<Ledger["snapshot"]>) => ledger.snapshot(...args)),
    book: over("book", (...args: Parameters<Ledger["book"]>) => ledger.book(...args)),
    strand: over("strand", (...args: Parameters<Ledger["strand"]>) => ledger.strand(...args)),
    stranded: over("stranded", (...args: Parameters<Ledger["stranded"]>) => ledger.stranded(...args)),
    strandedDone: over("stranded_done", (...args: Parameters<Ledger["strandedDone"]>) =>
      ledger.strandedDone(...args),
    ),
    keepBackgroundCall: over("keep_background", (...args: Parameters<Ledger["keepBackgroundCall"]>) =>
      ledger.keepBackgroundCall(...args),
    ),
    tellBackgroundEnd: over("tell_background", (...args: Parameters<Ledger["tellBackgroundEnd"]>) =>
      ledger.tellBackgroundEnd(...args),
    ),
    backgroundDone: over("background_done", (...args: Parameters<Ledger["backgroundDone"]>) =>
      ledger.backgroundDone(...args),
    ),
    // Alerts move no money: no schedule is spent on them.
    raiseAlert: (...args) => ledger.raiseAlert(...args),
    raiseExpiry: (...args) => ledger.raiseExpiry(...args),
    raiseDrift: (...args) => ledger.raiseDrift(...args),
    claimDeliveries: (...args) => ledger.claimDeliveries(...args),
    recordDeliveries: (...args) => ledger.recordDeliveries(...args),
    ping: over("ping", (...args: Parameters<Ledger["ping"]>) => ledger.ping(...args)),
  };
}
