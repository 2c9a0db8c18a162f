import { expect } from "vitest";
import { booksModel } from "../../src/domain/budget.ts";
import { emptyBooks, type Books, type Step } from "../../src/domain/books-model/books.ts";
import type { Head } from "../../src/domain/books-model/drain.ts";
import type { PolicyRef } from "../../src/services.ts";
import type { ReserveInput } from "../../src/store/admission.ts";
import type { PutInput } from "../../src/store/documents.ts";
import {
  claimsKey,
  counterKey,
  epochKey,
  holdKey,
  metaKey,
  outboxKey,
  policyKey,
} from "../../src/store/keys.ts";
import type { Instance } from "../../src/store/instances.ts";
import type { AwaitedEntry, OutboxHead, TrimInput } from "../../src/store/outbox.ts";
import { parseEntry } from "../../src/store/packed.ts";
import type { OpenInput, RebuildInput } from "../../src/store/recovery.ts";
import type { RunCommand } from "../../src/store/redis.ts";
import type { LapseInput } from "../../src/store/lapse.ts";
import type { SettleInput } from "../../src/store/settlement.ts";
import type { Store } from "../../src/store/store.ts";
import { readBooks, shown } from "./read-books.ts";

// The pure model and, where one is given, the real scripts: each step is taken by both, and after each the replies and
// all that Redis has are equal.

export interface Real {
  store: Store;
  run: RunCommand;
  org: string;
}

type Unorganized<Input> = Omit<Input, "organizationId">;

/** What Redis may lose by itself. */
export type Loss =
  | { key: "meta" }
  | { key: "outbox" }
  | { key: "epoch" }
  | { key: "claims" }
  | { key: "everything" }
  | { key: "counter" | "hold"; id: string }
  | { key: "policy"; policy: PolicyRef };

export type Lockstep = ReturnType<typeof createLockstep>;

export function createLockstep(real: Real | null) {
  const org = real?.org ?? "org_model";
  let books = emptyBooks();

  async function both<Reply>(step: Step<Reply>, inRedis: (store: Store) => Promise<unknown>): Promise<Reply> {
    books = step.books;
    if (!real) return step.reply;
    expect(await inRedis(real.store)).toEqual(step.reply);
    expect(await readBooks(real.run, org)).toEqual(shown(books));
    return step.reply;
  }

  return {
    books: () => books,

    reserve: (input: Unorganized<ReserveInput>) => {
      const whole = { ...input, organizationId: org };
      return both(booksModel.reserve(books, whole), async (s) => (await s.reserve(whole)).reply);
    },
    confirm: (policies: ReserveInput["policies"]) =>
      both(booksModel.confirm(books, policies), (s) => s.confirm(org, policies)),
    settle: (input: Unorganized<SettleInput>) => {
      const whole = { ...input, organizationId: org };
      return both(booksModel.settle(books, whole), async (s) => readEntries(await s.settle(whole)));
    },
    lapse: (input: Unorganized<LapseInput>) => {
      const whole = { ...input, organizationId: org };
      return both(booksModel.lapse(books, whole), (s) => s.lapse(whole));
    },
    drain: (input: { nowMs: number; force: boolean; awaited?: AwaitedEntry }) =>
      both(booksModel.drain(books, input), async (s) => readEntries(await s.drain(org, input))),
    trim: (input: TrimInput) => both(booksModel.trim(books, input), (s) => s.trim(org, input)),
    open: (input: Unorganized<OpenInput>) => {
      const whole = { ...input, organizationId: org };
      return both(booksModel.open(books, whole), (s) => s.open(whole));
    },
    rebuild: (input: Unorganized<RebuildInput>) => {
      const whole = { ...input, organizationId: org };
      return both(booksModel.rebuild(books, whole), (s) => s.rebuild(whole));
    },
    refresh: (input: Unorganized<RebuildInput> & { repair: boolean }) => {
      const whole = { ...input, organizationId: org };
      return both(booksModel.refresh(books, whole), (s) => s.refresh(whole));
    },
    listInstances: (made: Instance[], nowMs: number) =>
      both(booksModel.listInstances(books, made, nowMs), (s) => s.listInstances(org, made, nowMs)),
    forgetInstances: (members: string[], nowMs: number) =>
      both(booksModel.forgetInstances(books, members, nowMs), (s) => s.forgetInstances(org, members, nowMs)),
    claimPolicy: (policy: PolicyRef, nonce: string) =>
      both(booksModel.claimPolicy(books, policy, nonce), (s) => s.claimPolicy(org, policy, nonce)),
    putPolicy: (policy: PolicyRef, put: PutInput) =>
      both(booksModel.putPolicy(books, policy, put, Date.now()), (s) => s.putPolicy(org, policy, put)),

    /** Redis loses memory, in both worlds. */
    async lose(loss: Loss): Promise<void> {
      books = without(books, loss);
      if (!real) return;
      if (loss.key === "everything") await real.run(["FLUSHALL"]);
      else await real.run(["DEL", keyOf(org, loss)]);
      expect(await readBooks(real.run, org)).toEqual(shown(books));
    },

    /** Redis falls back to what it was. Only where there is nothing but the model. */
    fallBackTo(earlier: Books): void {
      if (real) throw new Error("only the model can fall back");
      books = earlier;
    },
  };
}

function without(books: Books, loss: Loss): Books {
  const omit = <T>(all: Record<string, T>, id: string) =>
    Object.fromEntries(Object.entries(all).filter(([name]) => name !== id));
  if (loss.key === "everything") return emptyBooks();
  if (loss.key === "meta") return { ...books, meta: null };
  if (loss.key === "outbox") return { ...books, outbox: [] };
  if (loss.key === "epoch") return { ...books, begunEpoch: 0 };
  if (loss.key === "claims") return { ...books, claims: 0 };
  if (loss.key === "policy") {
    return { ...books, policies: omit(books.policies, `${loss.policy.kind}:${loss.policy.id}`) };
  }
  if (loss.key === "counter") return { ...books, counters: omit(books.counters, loss.id) };
  return { ...books, holds: omit(books.holds, loss.id) };
}

function keyOf(org: string, loss: Exclude<Loss, { key: "everything" }>): string {
  if (loss.key === "meta") return metaKey(org);
  if (loss.key === "outbox") return outboxKey(org);
  if (loss.key === "epoch") return epochKey(org);
  if (loss.key === "claims") return claimsKey(org);
  if (loss.key === "policy") return policyKey(org, loss.policy);
  return loss.key === "counter" ? counterKey(org, loss.id) : holdKey(org, loss.id);
}

/** A reply with its head's entries parsed, as the model has them. */
function readEntries<Reply extends object>(reply: Reply): Reply | (Omit<Reply, "head"> & { head: Head }) {
  const head = (reply as { head?: OutboxHead | null }).head;
  return head ? { ...reply, head: { ...head, entries: head.entries.map(parseEntry) } } : reply;
}
