import type { Books } from "../../src/domain/books-model/books.ts";
import type { Watermark } from "../../src/store/packed.ts";
import { COUNTERS, POLICIES, type AnyStep } from "./any-steps.ts";
import type { Lockstep } from "./lockstep.ts";

const FACTS = '{"key_id":"key_1"}';

/** An epoch in force, and every counter at zero. */
export async function begin(books: Lockstep): Promise<void> {
  await books.open({ newEpoch: 2, condemnedEpoch: 0, lostHolds: [] });
  await books.rebuild({
    epoch: 2,
    watermark: { epoch: 0, n: 0, tag: "-", entryCount: 0 },
    counters: COUNTERS.map((counter) => ({ counter, periodStartMs: 0, spent: 0 })),
  });
}

export async function takeAnyStep(books: Lockstep, step: AnyStep): Promise<void> {
  const now = books.books();
  const epoch = now.meta?.epoch ?? 1;
  switch (step.step) {
    case "reserve": {
      const { holdId, nowMs, leaseMs, lines, grants } = step;
      const policies = withVersions(step.policyVersions);
      const input = { holdId, nowMs, leaseMs, lines, ...grants, policies, facts: FACTS };
      await books.reserve({ ...input, epoch: epoch + step.epochOffset });
      return;
    }
    case "confirm":
      await books.confirm(withVersions(step.policyVersions));
      return;
    case "settle":
      await settle(books, step);
      return;
    case "lapse": {
      const { nowMs, leaseMs, nonce, hasEntries } = step;
      const holds = step.holds.map((id) => (hasEntries === undefined ? { id } : { id, hasEntries }));
      const askedEpoch = epoch + step.askedOffset;
      await books.lapse({ nowMs, leaseMs, nonce, askedEpoch, holds, counters: [...COUNTERS] });
      return;
    }
    case "drain": {
      const sequence = step.awaits && now.holds[step.awaits]?.sequence;
      const awaited =
        step.awaits && sequence ? { awaited: { holdId: step.awaits, sequence, state: "s" as const } } : {};
      await books.drain({ nowMs: step.nowMs, force: step.force, ...awaited });
      return;
    }
    case "trim": {
      const tags = now.outbox.slice(step.skips ? 1 : 0, step.count).map(({ tag }) => tag);
      const drainUntil = now.meta?.drainUntil ?? 0;
      const freed = { own: drainUntil, another: drainUntil + 1, any: undefined }[step.drain];
      const { entryCount } = step;
      await books.trim({
        tags: step.foreign ? [...tags, "1.1/x.s/0/n"] : tags,
        entryCount,
        ...(freed === undefined ? {} : { drainUntilMs: freed }),
      });
      return;
    }
    case "open":
      await open(books, step);
      return;
    case "rebuild":
    case "refresh": {
      const { counters } = step;
      const input = { epoch: epoch + step.epochOffset, watermark: watermarkOf(now, step), counters };
      if (step.step === "rebuild") await books.rebuild(input);
      else await books.refresh({ ...input, repair: step.repair });
      return;
    }
    case "listInstances":
      await books.listInstances(step.made, step.nowMs);
      return;
    case "forgetInstances":
      if (Object.keys(now.instances).length > 0)
        await books.forgetInstances(Object.keys(now.instances), step.nowMs);
      return;
    case "claimPolicy":
      await books.claimPolicy(step.policy, step.nonce);
      return;
    case "putPolicy": {
      const { policy, version, endsAtMs } = step;
      const standing = now.policies[`${policy.kind}:${policy.id}`];
      const shown = standing && "claim" in standing ? standing.claim : "?2.1.n1";
      const claim = { standing: shown, another: "?2.9.x", none: null }[step.shows];
      const json = `{"v":${version}}`;
      await books.putPolicy(policy, { epoch: epoch + step.epochOffset, claim, version, json, endsAtMs });
      return;
    }
    case "lose":
      await books.lose(step.loss);
      return;
  }
}

async function settle(books: Lockstep, step: Extract<AnyStep, { step: "settle" }>): Promise<void> {
  const { meta, holds } = books.books();
  const { step: _, also, booked, ...rest } = step;
  const own = holds[step.holdId]?.lines.map(({ counter }) => counter) ?? [];
  const lines = step.lines.filter(
    ({ counter }) => own.includes(counter) || also.some((name) => name === counter),
  );
  const asked = booked && {
    amountNanoUsd: booked.amountNanoUsd,
    epoch: (meta?.epoch ?? 1) + booked.epochOffset,
    metaNowMs: Math.max(0, (meta?.now ?? 0) - booked.agoMs),
  };
  await books.settle({ ...rest, lines, facts: FACTS, ...(asked ? { booked: asked } : {}) });
}

async function open(books: Lockstep, step: Extract<AnyStep, { step: "open" }>): Promise<void> {
  const now = books.books();
  const epoch = now.meta?.epoch ?? 1;
  await books.open({
    newEpoch: epoch + step.newOffset,
    condemnedEpoch: Math.max(0, epoch + step.condemnedOffset),
    lostHolds: step.lostHolds,
    ...(step.suspicion ? { suspicion: suspicionOf(now, epoch, step.suspicion) } : {}),
  });
}

function suspicionOf(
  { meta, outbox }: Books,
  epoch: number,
  suspicion: { epochOffset: number; n: number; entry: number | null },
) {
  const entry = suspicion.entry === null ? undefined : outbox[suspicion.entry];
  const tag = entry?.tag ?? (suspicion.n % 2 === 0 ? (meta?.tag ?? "-") : "2.9/x.s/0/n");
  return { epoch: Math.max(0, epoch + suspicion.epochOffset), n: suspicion.n, tag };
}

function watermarkOf(
  { meta, outbox }: Books,
  { ahead, isForeign, counted }: Extract<AnyStep, { step: "rebuild" | "refresh" }>,
): Watermark {
  const n = Math.max(0, (meta?.trimN ?? 0) + ahead);
  const epoch = meta?.trimEpoch ?? 0;
  const entry = outbox.find(({ sequence }) => sequence.epoch === epoch && sequence.n === n);
  const tag = isForeign ? "2.9/x.s/0/n" : (entry?.tag ?? meta?.tag ?? "-");
  return { epoch, n, tag, entryCount: Math.max(0, (meta?.trimCount ?? 0) + counted) };
}

function withVersions(versions: number[]) {
  return POLICIES.slice(0, versions.length).map((policy, index) => ({
    policy,
    version: versions[index] ?? 0,
  }));
}
