import { afterEach, expect, test } from "vitest";
import { call, refusalOf } from "../../support/e2e-calls.ts";
import { nanoUsd, usdOf } from "../../support/e2e-money.ts";
import type { NewKey } from "../../support/e2e-rest.ts";
import { costOfTokens, smallChat, tightHold, usageOf } from "../../support/e2e-small-calls.ts";
import { until } from "../../support/e2e-until.ts";
import type { FaultGate } from "../../support/fault-gate.ts";

const MAX_TOKENS = 100;
const SHORT = { kind: "duration", seconds: 3 } as const;

// There a job zeroed one store and failed on the other. Here either store may fail, and there is no job.
export function resets(rigOf: () => FaultGate): void {
  afterEach(() => rigOf().stack.failPostgres(undefined));

  test("with Postgres away when the period ends, the reset comes, and the limit is enforced after it (law 7)", async () => {
    const rig = rigOf();
    const key = await createShortKey(rig);
    const resetsAtMs = await spendUntilRefused(rig, key);
    rig.stack.failPostgres("drop");
    expect(await admittedAt(rig, key)).toBeGreaterThanOrEqual(resetsAtMs);
    expect(await spendUntilRefused(rig, key)).toBeGreaterThan(resetsAtMs);
    rig.stack.failPostgres(undefined);
    await expectOwnPeriods(rig, key);
  });

  test("with Redis emptied when the period ends, the reset comes, and the limit is enforced after it (laws 7, 9)", async () => {
    const rig = rigOf();
    const key = await createShortKey(rig);
    const resetsAtMs = await spendUntilRefused(rig, key);
    // Emptied before the end: the old period's spend is rebuilt, and still refuses.
    await rig.emptyRedis();
    const admittedAtMs = await admittedAt(rig, key);
    expect(admittedAtMs).toBeGreaterThanOrEqual(resetsAtMs);
    // Emptied after it: the new period's spend is, and the old one's doesn't come back.
    await rig.emptyRedis();
    expect(await spendUntilRefused(rig, key)).toBeGreaterThan(resetsAtMs);
    await expectOwnPeriods(rig, key);
  });
}

const COST = costOfTokens(10, MAX_TOKENS);

/** One call uses it up: it costs more than half of the limit, which fits a hold and no more. */
function createShortKey({ rest }: FaultGate): Promise<NewKey> {
  const limit = usdOf(tightHold(smallChat(MAX_TOKENS), MAX_TOKENS));
  return rest.createKey([{ limit, period: SHORT }], { when_short: "reject" });
}

function spend(rig: FaultGate, { secret }: NewKey) {
  const scenario = { usage: usageOf(10, MAX_TOKENS) };
  return call(rig, { secret, body: smallChat(MAX_TOKENS), scenario });
}

/** Calls until one is refused because of what another spent in the same period; returns when that period ends. */
function spendUntilRefused(rig: FaultGate, key: NewKey): Promise<number> {
  return until("a refusal in the period of the spending", async () => {
    const answer = await spend(rig, key);
    if (answer.status === 200) return undefined;
    const { code, budget } = refusalOf(answer).tollgate;
    // Held for as long as the settle of the call before is on its way.
    if (code !== "budget_exceeded") return undefined;
    expect(nanoUsd(budget?.spent ?? "")).toBe(COST);
    return Date.parse(budget?.resets_at ?? "");
  });
}

/** When the next call was admitted. */
function admittedAt(rig: FaultGate, key: NewKey): Promise<number> {
  return until("a call in the next period", async () => {
    const { status } = await spend(rig, key);
    return status === 200 ? Date.now() : undefined;
  });
}

/** Each period's entries sum to at most what one period allows. */
async function expectOwnPeriods({ rest }: FaultGate, key: NewKey): Promise<void> {
  await rest.idleKey(key.id);
  const entries = await rest.ledger(key.id);
  const byPeriod = Map.groupBy(entries, ({ budgets }) => budgets[0]?.period_start);
  expect(byPeriod.size).toBeGreaterThan(1);
  for (const inPeriod of byPeriod.values()) expect(inPeriod.map(({ amount }) => amount)).toEqual([COST]);
}
