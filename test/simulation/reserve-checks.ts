import type { KeyPolicy, ScopePolicy } from "../../src/domain/policy.ts";
import { dueLines, dueScopes, type DueLine } from "./oracle.ts";
import type { CallRecord } from "./records.ts";
import type { SentReserve } from "./sent-reserve.ts";
import type { Parts } from "./world.ts";

// Whether a reserve asks for what its call is due.

/** Laws 8 and 10: the lines are those of the documents in the versions that were sent, and these are fresh. `epoch`: in which. */
export function checkSent(
  world: Parts,
  record: CallRecord,
  sent: SentReserve,
  epoch: number | undefined,
): Map<string, DueLine> | null {
  const said = new Map<string, string>();
  for (const { name, version } of sent.policies) {
    const fresh = world.answered.get(name) ?? 0;
    if (version < fresh && !world.documentsAreOld(epoch)) {
      world.violated(
        "10",
        `${sent.holdId} came with version ${version} of ${name}, after ${fresh} was answered`,
      );
    }
    const json = world.documents.said(name, version);
    if (json === null)
      world.violated("10", `${sent.holdId} came with a version of ${name} that never was: ${version}`);
    else said.set(name, json);
  }
  const key = JSON.parse(
    [...said].find(([name]) => name.startsWith("key:"))?.[1] ?? "null",
  ) as KeyPolicy | null;
  if (!key) {
    world.violated("10", `${sent.holdId} was asked for with no key`);
    return null;
  }
  const none: ScopePolicy = {
    budgets: [],
    blocked: false,
    wildcards: [],
    labelled: [],
    modelAliases: null,
  };
  const of = (scope: string) => JSON.parse(said.get(`scope:${scope}`) ?? "null") as ScopePolicy | null;
  const { planned } = record;
  const call = { provider: "openai", model: planned.model, customer: planned.customer, tags: planned.tags };
  const organization = of(`organization:${key.organizationId}`) ?? none;
  for (const scope of dueScopes(key, call)) {
    const isLabel = /^(customer|tag):/.test(scope);
    const needed = !isLabel || organization.labelled.some((label) => scope.startsWith(`${label}:`));
    if (needed && !of(scope)) world.violated("10", `${sent.holdId} doesn't ask about ${scope}`);
  }
  if (key.revoked) world.violated("10", `${sent.holdId} was asked for by a revoked key`);
  const due = dueLines(key, call, { of: (scope) => of(scope) ?? none, nowMs: sent.nowMs });
  checkLines(world, sent, due);
  return due;
}

function checkLines(world: Parts, sent: SentReserve, due: Map<string, DueLine>): void {
  const names = sent.lines.map(({ counter }) => counter).toSorted();
  const dueNames = [...due.keys()].toSorted();
  if (names.join() !== dueNames.join()) {
    world.violated("8", `${sent.holdId} counts in ${names.join()}, due is ${dueNames.join()}`);
  }
  for (const line of sent.lines) {
    const wanted = due.get(line.counter);
    if (!wanted) continue;
    const amount = { usd: "usd", requests: "1", concurrent: "1", tokens: line.amount }[wanted.unit];
    const isDue =
      line.limit === (wanted.hard ? wanted.limit : null) &&
      line.periodStartMs === wanted.periodStartMs &&
      line.onLapse === wanted.onLapse &&
      line.amount === amount;
    if (!isDue)
      world.violated("6", `${sent.holdId} sends ${JSON.stringify(line)}, due is ${JSON.stringify(wanted)}`);
  }
}
