import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { sumOf } from "../support/e2e-money.ts";
import type { NewKey } from "../support/e2e-rest.ts";
import { until } from "../support/e2e-until.ts";
import { expectExactBooks } from "../support/gate-books.ts";
import { ANTHROPIC, costOf, OPENAI, requestIdOf, send, upstreamOf } from "../support/gate-dialects.ts";
import { startGate, type Gate } from "../support/gate.ts";
import { processesUnder } from "../support/process-tree.ts";
import { startScriptedProvider, type ScriptedProvider } from "../support/scripted-provider.ts";

// The whole stack goes down with its Worker killed in the middle of its calls, and comes up again on the same data.

const COST = costOf(OPENAI, 100, 50);
/** Long enough for the second start to come first on a fast machine, and for the calls of the first to be on their way. */
const LEASE_SECONDS = "3";

let dir: string;
let provider: ScriptedProvider;
const start = () =>
  startGate({ dir, provider, wrangler: true, bindings: { HOLD_LEASE_SECONDS: LEASE_SECONDS } });

let key: NewKey;
let second: Gate;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "tollgate-restart-"));
  provider = await startScriptedProvider();
  const first = await start();
  key = await first.createKey();
  const settled = await send(first, key, OPENAI, { scenario: { usage: OPENAI.usage(100, 50) } });
  await first.rest.settledRequest(requestIdOf(settled));
  const inFlight = [OPENAI, ANTHROPIC].map((dialect) =>
    send(first, key, dialect, { scenario: { hangBefore: true }, call: dialect.name }).catch(() => undefined),
  );
  await Promise.all([OPENAI, ANTHROPIC].map(({ name }) => upstreamOf({ provider }, name)));
  for (const { pid } of processesUnder(first.stack.pids["worker"] ?? 0, "workerd"))
    process.kill(pid, "SIGKILL");
  await Promise.all(inFlight);
  await first.stop();
  second = await start();
});
afterAll(async () => {
  await second.stop();
  await provider.close();
  await rm(dir, { recursive: true, force: true });
});

test("calls that died with their Worker are charged at their holds, visible, and voidable (laws 4, 12)", async () => {
  const entries = await until("the calls in flight to lapse", async () => {
    const found = await second.rest.ledger(key.id);
    return found.length === 3 ? found : undefined;
  });
  expect(entries.map(({ kind }) => kind).toSorted()).toEqual(["lapsed", "lapsed", "settled"]);
  const total = sumOf(entries.map(({ amount }) => amount));
  await expectExactBooks(second, key, total);

  const lapsed = (await second.rest.holds("lapsed")).filter(({ key_id }) => key_id === key.id);
  expect(sumOf(lapsed.map(({ amount }) => amount))).toBe(total - COST);
  for (const { id } of lapsed) await second.rest.voidHold(id);
  await expectExactBooks(second, key, COST);
});

test("the key, its budget and what it spent before are as they were, and it goes on (laws 1, 9)", async () => {
  const before = (await second.rest.key(key.id)).budgets[0]?.spent ?? 0n;
  const response = await send(second, key, OPENAI, { scenario: { usage: OPENAI.usage(100, 50) } });
  expect(response.status).toBe(200);
  expect(await second.rest.settledRequest(requestIdOf(response))).toMatchObject({ cost: COST });
  await expectExactBooks(second, key, before + COST);
});
