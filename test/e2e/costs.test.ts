// What a call costs is its tokens times the list price, to the nano-dollar, wherever it is told.

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { call, CHAT_PATH, MESSAGES_PATH, refusalOf, type Answer } from "../support/e2e-calls.ts";
import { nanoUsd, priceOf, sumOf } from "../support/e2e-money.ts";
import { createRest, type NewKey, type Rest } from "../support/e2e-rest.ts";
import { startRig, type Rig } from "../support/e2e-rig.ts";
import type { Scenario } from "../support/scripted-provider.ts";

const MESSAGES = [{ role: "user", content: "Hello" }];
const AMPLE = "9000";
const DAY_MS = 86_400_000;

// USD per million tokens, copied by hand in 2026-11.
// https://platform.openai.com/docs/pricing: the long rows are of prompts above 272,000 tokens.
const GPT_4O_MINI = { input: "0.15", cached: "0.075", output: "0.6" };
const GPT_5_NANO = { input: "0.05", cached: "0.005", output: "0.4" };
const GPT_5_4 = { input: "2.5", cached: "0.25", output: "15" };
const GPT_5_4_LONG = { input: "5", cached: "0.5", output: "22.5" };
const O4_MINI = { input: "1.1", cached: "0.275", output: "4.4" };
// https://claude.com/pricing#api: writes of five minutes and of an hour; the long row is of prompts above 200,000 tokens.
const HAIKU_4_5 = { input: "1", cached: "0.1", write5m: "1.25", write1h: "2", output: "5" };
const SONNET_4_6 = { input: "3", cached: "0.3", write5m: "3.75", write1h: "6", output: "15" };
const SONNET_4_5_LONG = { input: "6", cached: "0.6", write5m: "7.5", write1h: "12", output: "22.5" };
const WEB_SEARCH_USD = "0.01";

let rig: Rig;
let rest: Rest;

beforeAll(async () => {
  rig = await startRig();
  rest = createRest(rig);
});
afterAll(() => rig.stop());

interface CostCase {
  name: string;
  path: string;
  model: string;
  usage: Record<string, unknown>;
  cost: bigint;
}

const chatUsage = (
  prompt: number,
  completion: number,
  details: { cached?: number; reasoning?: number } = {},
) => ({
  prompt_tokens: prompt,
  completion_tokens: completion,
  total_tokens: prompt + completion,
  prompt_tokens_details: { cached_tokens: details.cached ?? 0 },
  completion_tokens_details: { reasoning_tokens: details.reasoning ?? 0 },
});
const messageUsage = (usage: {
  input: number;
  read?: number;
  write5m?: number;
  write1h?: number;
  output: number;
}) => ({
  input_tokens: usage.input,
  cache_read_input_tokens: usage.read ?? 0,
  cache_creation_input_tokens: (usage.write5m ?? 0) + (usage.write1h ?? 0),
  cache_creation: {
    ephemeral_5m_input_tokens: usage.write5m ?? 0,
    ephemeral_1h_input_tokens: usage.write1h ?? 0,
  },
  output_tokens: usage.output,
});

const CASES: CostCase[] = [
  {
    name: "plain tokens",
    path: CHAT_PATH,
    model: "gpt-4o-mini",
    usage: chatUsage(1_234, 567),
    cost: priceOf([
      [1_234, GPT_4O_MINI.input],
      [567, GPT_4O_MINI.output],
    ]),
  },
  {
    name: "cached input (R50)",
    path: CHAT_PATH,
    model: "gpt-5-nano",
    usage: chatUsage(10_001, 13, { cached: 9_999 }),
    cost: priceOf([
      [2, GPT_5_NANO.input],
      [9_999, GPT_5_NANO.cached],
      [13, GPT_5_NANO.output],
    ]),
  },
  {
    name: "reasoning, which is inside the output",
    path: CHAT_PATH,
    model: "o4-mini",
    usage: chatUsage(77, 4_100, { reasoning: 4_001 }),
    cost: priceOf([
      [77, O4_MINI.input],
      [4_100, O4_MINI.output],
    ]),
  },
  {
    name: "a prompt below the long context",
    path: CHAT_PATH,
    model: "gpt-5.4",
    usage: chatUsage(200_000, 900, { cached: 50_000 }),
    cost: priceOf([
      [150_000, GPT_5_4.input],
      [50_000, GPT_5_4.cached],
      [900, GPT_5_4.output],
    ]),
  },
  {
    name: "a long context, of which every token costs more (R27, R53)",
    path: CHAT_PATH,
    model: "gpt-5.4",
    usage: chatUsage(300_000, 900, { cached: 50_000 }),
    cost: priceOf([
      [250_000, GPT_5_4_LONG.input],
      [50_000, GPT_5_4_LONG.cached],
      [900, GPT_5_4_LONG.output],
    ]),
  },
  {
    name: "an Anthropic model behind the OpenAI-compatible base",
    path: "/v1/chat/completions",
    model: "anthropic/claude-haiku-4-5",
    usage: chatUsage(321, 123),
    cost: priceOf([
      [321, HAIKU_4_5.input],
      [123, HAIKU_4_5.output],
    ]),
  },
  {
    name: "cache reads, and writes of five minutes and of an hour",
    path: MESSAGES_PATH,
    model: "claude-sonnet-4-6",
    usage: messageUsage({ input: 31, read: 20_011, write5m: 1_003, write1h: 507, output: 401 }),
    cost: priceOf([
      [31, SONNET_4_6.input],
      [20_011, SONNET_4_6.cached],
      [1_003, SONNET_4_6.write5m],
      [507, SONNET_4_6.write1h],
      [401, SONNET_4_6.output],
    ]),
  },
  {
    name: "a long context that its cache makes long",
    path: MESSAGES_PATH,
    model: "claude-sonnet-4-5",
    usage: messageUsage({ input: 10, read: 190_000, write5m: 10_000, output: 5 }),
    cost: priceOf([
      [10, SONNET_4_5_LONG.input],
      [190_000, SONNET_4_5_LONG.cached],
      [10_000, SONNET_4_5_LONG.write5m],
      [5, SONNET_4_5_LONG.output],
    ]),
  },
  {
    name: "web searches",
    path: MESSAGES_PATH,
    model: "claude-haiku-4-5",
    usage: { ...messageUsage({ input: 9_000, output: 70 }), server_tool_use: { web_search_requests: 3 } },
    cost:
      3n * nanoUsd(WEB_SEARCH_USD) +
      priceOf([
        [9_000, HAIKU_4_5.input],
        [70, HAIKU_4_5.output],
      ]),
  },
  { name: "an explicit zero (R47)", path: CHAT_PATH, model: "gpt-4o-mini", usage: chatUsage(0, 0), cost: 0n },
];

/** All four places that tell what a key spent (law 1). */
async function spentEverywhere(key: NewKey): Promise<bigint[]> {
  const byOperator = await rest.idleKey(key.id);
  const byClient = await rest.ownKey(key.secret);
  const entries = await rest.ledger(key.id);
  const requests = await Promise.all(
    [...new Set(entries.map(({ request_id }) => request_id))].map((id) => rest.settledRequest(id)),
  );
  return [
    ...[...byOperator.budgets, ...byClient.budgets].map(({ spent }) => spent),
    sumOf(entries.map(({ amount }) => amount)),
    sumOf(requests.map(({ cost }) => cost)),
  ];
}

const costOf = ({ headers }: Answer) => nanoUsd(headers.get("x-tollgate-cost-usd") ?? "");
const holdOf = ({ headers }: Answer) => nanoUsd(headers.get("x-tollgate-hold-usd") ?? "");

describe("law 1, R54: one number everywhere, the header of a whole answer included", () => {
  test.each(CASES)("$name", async ({ path, model, usage, cost }) => {
    const key = await rest.createKey([{ limit: AMPLE }, { limit: AMPLE, period: "month" }]);
    const body = { model, messages: MESSAGES, max_tokens: 5_000 };
    const scenario = { usage, text: "Hi." };
    const unary = await call(rig, { secret: key.secret, path, body, scenario });
    expect(costOf(unary)).toBe(cost);
    const streamed = await call(rig, { secret: key.secret, path, body: { ...body, stream: true }, scenario });
    expect(streamed.headers.has("x-tollgate-cost-usd")).toBe(false);

    for (const answer of [unary, streamed]) {
      const overrun = cost > holdOf(answer) ? cost - holdOf(answer) : 0n;
      const request = await rest.settledRequest(answer.requestId);
      expect(request).toMatchObject({ cost, hold: holdOf(answer), overrun, estimated: false });
      expect(request.entries).toMatchObject([
        { amount: cost, kind: "settled", budgets: [{ amount: cost }, { amount: cost }] },
      ]);
    }
    expect(new Set(await spentEverywhere(key))).toEqual(new Set([2n * cost]));
  });
});

describe("a usage that isn't stated, or can't be", () => {
  const ABSENT: [name: string, path: string, model: string, scenario: Scenario][] = [
    ["none in a chat (R49)", CHAT_PATH, "gpt-4o-mini", { noUsage: true }],
    ["none in a message (R49)", MESSAGES_PATH, "claude-haiku-4-5", { noUsage: true }],
    [
      "negative tokens (R32)",
      CHAT_PATH,
      "gpt-4o-mini",
      { usage: { prompt_tokens: 10, completion_tokens: -90_000 } },
    ],
    [
      "more tokens than there are",
      CHAT_PATH,
      "gpt-4o-mini",
      { usage: { prompt_tokens: 1e18, completion_tokens: 5 } },
    ],
    ["half a token", CHAT_PATH, "gpt-4o-mini", { usage: { prompt_tokens: 10, completion_tokens: 2.5 } }],
    [
      "tokens as text",
      MESSAGES_PATH,
      "claude-haiku-4-5",
      { usage: { input_tokens: "7", output_tokens: "8" } },
    ],
  ];

  test.each(ABSENT)(
    "%s is settled at an estimate, marked so, within the hold",
    async (_, path, model, scenario) => {
      const key = await rest.createKey([{ limit: AMPLE }]);
      const text = "Some words that the model wrote. ".repeat(20);
      const body = { model, messages: MESSAGES, max_tokens: 5_000 };
      for (const stream of [false, true]) {
        const answer = await call(rig, {
          secret: key.secret,
          path,
          body: { ...body, stream },
          scenario: { ...scenario, text },
        });
        expect(answer.status).toBe(200);
        const { cost, estimated, usage } = await rest.settledRequest(answer.requestId);
        expect(estimated).toBe(true);
        expect(cost).toBeGreaterThan(0n);
        expect(cost).toBeLessThanOrEqual(holdOf(answer));
        // No tokenizer makes less than one token of eight bytes of English, or more than one of a byte.
        expect(usage["output_total"]).toBeGreaterThanOrEqual(
          scenario === ABSENT[3]?.[3] ? 5 : text.length / 8,
        );
        expect(usage["output_total"]).toBeLessThanOrEqual(text.length);
      }
      expect(new Set(await spentEverywhere(key)).size).toBe(1);
    },
  );
});

describe("law 3: what a call costs beyond its hold", () => {
  test("is booked whole, said as an overrun, and counts against the next call", async () => {
    const limit = nanoUsd("0.01");
    const key = await rest.createKey([{ limit: "0.01" }]);
    const body = { model: "gpt-4o-mini", messages: MESSAGES, max_tokens: 10 };
    const cost = priceOf([
      [20, GPT_4O_MINI.input],
      [50_000, GPT_4O_MINI.output],
    ]);
    const answer = await call(rig, { secret: key.secret, body, scenario: { usage: chatUsage(20, 50_000) } });
    expect(costOf(answer)).toBe(cost);
    expect(cost).toBeGreaterThan(limit);
    expect(await rest.settledRequest(answer.requestId)).toMatchObject({
      cost,
      overrun: cost - holdOf(answer),
    });
    expect(new Set(await spentEverywhere(key))).toEqual(new Set([cost]));

    const refused = await call(rig, { secret: key.secret, body });
    expect(refused.status).toBe(402);
    expect(refusalOf(refused).tollgate).toMatchObject({ code: "budget_exceeded" });
    expect(refusalOf(refused).tollgate.budget?.remaining).toBe("0.00");
  });
});

describe("an operator's own price", () => {
  const bodyOf = (model: string) => ({ model, messages: MESSAGES, max_tokens: 10 });
  const scenario = { usage: chatUsage(1_000, 10), text: "Hi." };

  test("law 10, R22: holds from the next call on, and ends with the next call", async () => {
    const key = await rest.createKey([{ limit: AMPLE }]);
    const ask = () => call(rig, { secret: key.secret, body: bodyOf("house-model"), scenario });
    expect(refusalOf(await ask()).tollgate.code).toBe("model_unpriced");

    await rest.setPrice("openai/house-model", { input: "2.00", output: "30", per_request: "0.001" });
    const answer = await ask();
    // 1,000 tokens at 2 USD and 10 at 30 USD per million, and the fee.
    expect(costOf(answer)).toBe(2_000_000n + 300_000n + 1_000_000n);
    await rest.settledRequest(answer.requestId);
    expect(new Set(await spentEverywhere(key))).toEqual(new Set([3_300_000n]));

    await rest.setPrice("openai/house-model", null);
    expect(refusalOf(await ask()).tollgate.code).toBe("model_unpriced");
  });

  test("R13: of zero makes a model free, which a spent budget doesn't refuse, and which is booked", async () => {
    const key = await rest.createKey([{ limit: "0" }]);
    const ask = () => call(rig, { secret: key.secret, body: bodyOf("house-free"), scenario });
    await rest.setPrice("openai/house-free", { input: "0", output: "0" });
    const answer = await ask();
    expect(answer.status).toBe(200);
    expect(costOf(answer)).toBe(0n);
    const request = await rest.settledRequest(answer.requestId);
    expect(request).toMatchObject({ cost: 0n, usage: { input_total: 1_000, output_total: 10 } });
    expect(request.entries).toMatchObject([{ amount: 0n, budgets: [] }]);
    await rest.setPrice("openai/house-free", null);
  });
});

describe("the response headers (R54)", () => {
  const body = { model: "gpt-4o-mini", messages: MESSAGES, max_tokens: 10 };
  const REQUEST_ID = /^req_[0-9a-hjkmnp-tv-z]{26}$/;

  test("name the tightest budget, what is left of it and when it resets", async () => {
    const { secret, budgets } = await rest.createKey([
      { limit: "10", period: "month" },
      { limit: "5", period: "day" },
      { limit: "20" },
    ]);
    for (const stream of [false, true]) {
      const before = (await rest.ownKey(secret)).budgets.map(({ spent }) => spent)[1] ?? 0n;
      const startedAt = Date.now();
      const answer = await call(rig, { secret, body: { ...body, stream } });
      const { headers } = answer;
      expect(headers.get("x-tollgate-request-id")).toMatch(REQUEST_ID);
      // The body's bytes bound its tokens; without extras the hold is exact.
      const bytes = JSON.stringify({ ...body, stream }).length;
      expect(holdOf(answer)).toBe(
        priceOf([
          [bytes, GPT_4O_MINI.input],
          [10, GPT_4O_MINI.output],
        ]),
      );
      expect(headers.get("x-tollgate-budget-id")).toBe(budgets[1]?.id);
      expect(nanoUsd(headers.get("x-tollgate-budget-remaining-usd") ?? "")).toBe(
        nanoUsd("5") - before - holdOf(answer),
      );
      const midnights = [startedAt, Date.now()].map((ms) =>
        new Date((Math.floor(ms / DAY_MS) + 1) * DAY_MS).toISOString(),
      );
      expect(midnights).toContain(headers.get("x-tollgate-budget-reset"));
      expect(headers.has("x-tollgate-cost-usd")).toBe(!stream);
      expect(headers.has("x-tollgate-max-output-tokens")).toBe(false);
      expect(headers.get("server-timing")).toMatch(/^total;dur=\d+(\.\d+)?$/);
      await rest.settledRequest(answer.requestId);
    }
  });

  test("name no budget where there is none, and no reset where none comes", async () => {
    const free = await rest.createKey();
    const unbudgeted = await call(rig, { secret: free.secret, body });
    expect(unbudgeted.headers.has("x-tollgate-hold-usd")).toBe(true);
    expect(unbudgeted.headers.has("x-tollgate-cost-usd")).toBe(true);
    expect([...unbudgeted.headers.keys()].filter((name) => name.startsWith("x-tollgate-budget"))).toEqual([]);
    // A key without budgets is metered and in the ledger all the same.
    const { cost, entries } = await rest.settledRequest(unbudgeted.requestId);
    expect(cost).toBe(costOf(unbudgeted));
    expect(entries.map(({ amount, budgets }) => [amount, budgets])).toEqual([[cost, []]]);

    const total = await rest.createKey([{ limit: "10" }]);
    const forLife = await call(rig, { secret: total.secret, body });
    expect(forLife.headers.get("x-tollgate-budget-id")).toBe(total.budgets[0]?.id);
    expect(forLife.headers.has("x-tollgate-budget-reset")).toBe(false);
  });

  test("of a provider's refusal say that it cost nothing", async () => {
    const { id, secret } = await rest.createKey([{ limit: "10" }]);
    const answer = await call(rig, { secret, body, scenario: { status: 429 } });
    expect(answer.status).toBe(429);
    expect(costOf(answer)).toBe(0n);
    expect((await rest.idleKey(id)).budgets[0]).toMatchObject({ spent: 0n, held: 0n });
  });

  test("have a request's id on everything", async () => {
    const { secret } = await rest.createKey([{ limit: "0" }]);
    const answers = [
      await call(rig, { body }),
      await call(rig, { secret, body }),
      await call(rig, { secret, body: "{" }),
      await call(rig, { secret, path: "/nowhere", body }),
      await call(rig, { secret, path: "/openai/v1/models", method: "GET" }),
    ];
    expect(answers.map(({ status }) => status)).toEqual([401, 402, 400, 404, 200]);
    for (const { requestId } of answers) expect(requestId).toMatch(REQUEST_ID);
  });
});
