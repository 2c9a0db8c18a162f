import { afterAll, beforeAll, expect, test } from "vitest";
import { startRig, type Rig } from "../support/books-rig.ts";
import { gateWorker } from "../support/gate-rig.ts";

// What calls left to a drainer is spent, whatever becomes of Redis before it is booked.

const BODY = { model: "gpt-4o-mini", max_tokens: 100, messages: [{ role: "user", content: "Hello" }] };
const ANSWER = { model: "gpt-4o-mini", choices: [], usage: { prompt_tokens: 10, completion_tokens: 100 } };
const COST = 10 * 150 + 100 * 600;
const CALLS = 4;
/** Fits the holds of all of them, and once they and the first are spent, no other call. */
const LIMIT = (CALLS + 1) * COST + COST - 2_500;

let rig: Rig;
beforeAll(async () => {
  rig = await startRig();
});
afterAll(() => rig.close());

test("law 3: with Redis emptied before the drain, no call is admitted as if what was left weren't spent", async () => {
  const org = rig.organization();
  const worker = await gateWorker(rig, org, async () => Response.json(ANSWER), { limit: LIMIT });
  const send = () => worker.call("POST", "/openai/v1/chat/completions", BODY);
  // Scripts, policies, epoch and counter are there.
  const warm = await send();
  await worker.rest();
  let late: Response | undefined;
  worker.faults.on("drain", async () => {
    rig.emptyRedis();
    late = await send();
  });
  const answers = await Promise.all(Array.from({ length: CALLS }, send));
  expect([warm, ...answers].map(({ status }) => status)).toEqual(Array(CALLS + 1).fill(200));
  await worker.rest();
  expect(late?.status).toBe(402);
  expect(await worker.budget()).toEqual({ spent: (CALLS + 1) * COST, held: 0 });
});
