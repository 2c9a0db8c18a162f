import { afterAll, beforeAll, expect, test } from "vitest";
import { startRig, type Rig } from "../support/books-rig.ts";
import { until } from "../support/e2e-until.ts";
import { gateWorker, type GateWorker } from "../support/gate-rig.ts";

// What many calls make of an isolate that knows nothing yet, on stores that lack the same.

const CALLS = 30;
const BODY = { model: "gpt-4o-mini", max_tokens: 100, messages: [{ role: "user", content: "Hello" }] };
const ANSWER = { model: "gpt-4o-mini", choices: [], usage: { prompt_tokens: 10, completion_tokens: 10 } };

let rig: Rig;
const coldWorker = (org: string) => gateWorker(rig, org, async () => Response.json(ANSWER));
const send = (worker: GateWorker) => worker.call("POST", "/openai/v1/chat/completions", BODY);

beforeAll(async () => {
  rig = await startRig();
  // The rig's clock doesn't know of the digests of scripts, which are made at their first use.
  const worker = await coldWorker(rig.organization());
  await (await send(worker)).text();
  await worker.rest();
});
afterAll(() => rig.close());

test("calls that come at once to a cold isolate bring policies, epoch and counters once, and reserve about once each (laws 2, 9)", async () => {
  const worker = await coldWorker(rig.organization());
  const answers = await Promise.all(Array.from({ length: CALLS }, () => send(worker)));
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
  const count = (...names: string[]) => names.reduce((sum, name) => sum + worker.faults.count(name), 0);
  expect(count("next_epoch")).toBe(1);
  expect(count("snapshot")).toBe(1);
  // The first to come looks several times; each of the others once, or twice where it came before the counters were made.
  expect(count("reserve", "rebuild", "open", "eval", "evalsha")).toBeLessThan(2 * CALLS + 20);
  await Promise.all(answers.map((answer) => answer.text()));
  await worker.rest();
  const cost = 10 * 150 + 10 * 600;
  expect(await worker.budget()).toEqual({ spent: CALLS * cost, held: 0 });
});

test("calls that find the same counter missing make it once, and one that never hears of its snapshot holds up nobody for long (law 9)", async () => {
  const org = rig.organization();
  const worker = await coldWorker(org);
  await (await send(worker)).text();
  await worker.rest();
  await rig.redis("DEL", `tg:{${org}}:budget:bud_${org}`);
  const before = worker.faults.count("snapshot");
  worker.faults.on("snapshot", () => new Promise<never>(() => undefined)); // Its request ended.
  const statuses: number[] = [];
  for (let call = 0; call < CALLS; call++) void send(worker).then(({ status }) => statuses.push(status));
  // All but the one that died, whichever it is.
  await until("the others' answers", () => (statuses.length === CALLS - 1 ? true : undefined));
  expect(new Set(statuses)).toEqual(new Set([200]));
  expect(worker.faults.count("snapshot") - before).toBeGreaterThan(1);
});
