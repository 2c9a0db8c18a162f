import type { ReserveInput, ReserveLine } from "../../src/store/admission.ts";
import type { SettleInput } from "../../src/store/settlement.ts";
import type { Watermark } from "../../src/store/packed.ts";
import { readBooks } from "./read-books.ts";
import { newOrganization, type OpenStore } from "./stores.ts";

// One organization in a store, and its steps with all but the telling arguments filled in.

/** The start of a period that all counters are in, unless a test says otherwise. */
export const T0 = Date.UTC(2026, 5, 1);
export const PERIOD_MS = 86_400_000;
export const LEASE_MS = 900_000;
export const EPOCH = 1;
export const FACTS = '{"key_id":"key_1","note":"two words; commas, too"}';

export function line(counter: string, over: Partial<ReserveLine> = {}): ReserveLine {
  return { counter, periodStartMs: T0, limit: 100, hard: true, amount: "usd", onLapse: "charge", ...over };
}

type SettleLine = SettleInput["lines"][number];

function whole(
  { counter = "b1", periodStartMs = T0, actual, booked = 0 }: Partial<SettleLine>,
  amount: number,
) {
  return { counter, periodStartMs, actual: actual ?? amount, booked };
}

type ReserveOver = Partial<ReserveInput> & { lines: ReserveLine[] };
type SettleOver = Partial<Omit<SettleInput, "lines">> & { lines?: Partial<SettleLine>[] };

export type Organization = Awaited<ReturnType<typeof openOrganization>>;

/** Opens the first epoch, with counters at what they are given. */
export async function openOrganization(
  { store, run }: OpenStore,
  counters: Record<string, number> = { b1: 0 },
) {
  const org = newOrganization();
  let nonces = 0;
  await store.open({ organizationId: org, newEpoch: EPOCH, condemnedEpoch: 0, lostHolds: [] });
  const made = Object.entries(counters).map(([counter, spent]) => ({ counter, periodStartMs: T0, spent }));
  const watermark = { epoch: 0, n: 0, tag: "-", entryCount: 0 };
  await store.rebuild({ organizationId: org, epoch: EPOCH, watermark, counters: made });
  const read = () => readBooks(run, org);

  async function close(mode: SettleInput["mode"], holdId: string, amount: number, over: SettleOver = {}) {
    const held = (await read()).holds[holdId]?.lines ?? [];
    const lines = over.lines ?? held.map(({ counter }) => ({ counter }));
    return store.settle({
      organizationId: org,
      mode,
      holdId,
      nowMs: T0 + 1,
      leaseMs: LEASE_MS,
      nonce: `n${++nonces}`,
      amountNanoUsd: amount,
      facts: FACTS,
      drain: false,
      ...over,
      lines: lines.map((part) => whole(part, amount)),
    });
  }

  return {
    org,
    store,
    run,
    read,
    async reserve(holdId: string, want: number, over: ReserveOver = { lines: [line("b1")] }) {
      const { reply } = await store.reserve({
        organizationId: org,
        epoch: EPOCH,
        nowMs: T0,
        leaseMs: LEASE_MS,
        holdId,
        policies: [],
        want,
        tight: want,
        least: want,
        facts: FACTS,
        ...over,
      });
      return reply;
    },
    settle: (holdId: string, amount: number, over?: SettleOver) => close("settle", holdId, amount, over),
    release: (holdId: string, over?: SettleOver) => close("release", holdId, 0, over),
    voidHold: (holdId: string, over?: SettleOver) => close("void", holdId, 0, over),
    async lapse(ids: string[], nowMs: number, asked: { epoch?: number; hasEntries?: boolean } = {}) {
      const books = await read();
      const counters = new Set(ids.flatMap((id) => books.holds[id]?.lines.map((l) => l.counter) ?? []));
      const reply = await store.lapse({
        organizationId: org,
        nowMs,
        leaseMs: LEASE_MS,
        nonce: `n${++nonces}`,
        askedEpoch: asked.epoch ?? 0,
        holds: ids.map((id) =>
          asked.hasEntries === undefined ? { id } : { id, hasEntries: asked.hasEntries },
        ),
        counters: [...counters],
      });
      if (reply.kind !== "ok") throw new Error(`the lapse replied ${reply.kind}`);
      return reply;
    },
    /** Spent and held of a counter, `missing` where it isn't there. */
    async counter(name = "b1"): Promise<[spent: number, held: number] | "missing"> {
      const counter = (await read()).counters[name];
      return counter ? [counter.spent, counter.held] : "missing";
    },
    /** Where the ledger stands that has the entries up to `n`, and as many as that. */
    async watermark(n: number, over: Partial<Watermark> = {}): Promise<Watermark> {
      const { meta, outbox } = await read();
      const tag = outbox.find(({ sequence }) => sequence.n === n)?.tag ?? meta?.tag ?? "-";
      return { epoch: EPOCH, n, tag, entryCount: n, ...over };
    },
    /** As a drain does that booked these, and no others in the ledger. */
    trim: (tags: string[], entryCount = tags.length) => store.trim(org, { tags, entryCount }),
    async tags(): Promise<string[]> {
      return (await read()).outbox.map(({ tag }) => tag);
    },
    lose: (key: string) => run(["DEL", `tg:{${org}}:${key}`]),
  };
}
