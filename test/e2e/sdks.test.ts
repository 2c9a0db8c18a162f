// The SDKs that people use, unchanged but for their base URL and key, through the running Worker.

import { createAnthropic } from "@ai-sdk/anthropic";
import { createOpenAI } from "@ai-sdk/openai";
import Anthropic from "@anthropic-ai/sdk";
import { generateText, streamText, type LanguageModel } from "ai";
import OpenAI from "openai";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { collect } from "../local/demo-support.ts";
import { priceOf, sumOf } from "../support/e2e-money.ts";
import { createRest, type NewKey, type Rest } from "../support/e2e-rest.ts";
import { PROVIDER_SECRETS, startRig, type Rig } from "../support/e2e-rig.ts";
import { withScenario, type RecordedRequest } from "../support/scripted-provider.ts";

const TEXT = "Wörter, words, 言葉 and 🌍.";
const PROMPT = [{ role: "user" as const, content: "Say something." }];
const CHAT_USAGE = { prompt_tokens: 11, completion_tokens: 7, total_tokens: 18 };
const MESSAGE_USAGE = { input_tokens: 11, output_tokens: 7 };
const TOKENS = { input: CHAT_USAGE.prompt_tokens, output: CHAT_USAGE.completion_tokens };
// USD per million tokens: https://platform.openai.com/docs/pricing and https://claude.com/pricing#api, 2026-11.
const PRICES = {
  "gpt-4o-mini": { input: "0.15", output: "0.6" },
  "claude-haiku-4-5": { input: "1", output: "5" },
};
type Model = keyof typeof PRICES;

let rig: Rig;
let rest: Rest;
let key: NewKey;
const costs: bigint[] = [];

beforeAll(async () => {
  rig = await startRig();
  rest = createRest(rig);
  key = await rest.createKey([{ limit: "100" }, { limit: "50", period: "day" }]);
});
afterAll(() => rig.stop());

/** The one request that came to the provider since `before`, and what Tollgate booked for it. */
async function sinceThen(before: number): Promise<{ received: RecordedRequest; body: object }> {
  const received = rig.provider.requests.slice(before);
  expect(received).toHaveLength(1);
  const [request] = received;
  if (!request) throw new Error("nothing was sent");
  expect(JSON.stringify([request.path, request.headers])).not.toContain(key.secret);
  const body: unknown = JSON.parse(request.body.toString());
  if (typeof body !== "object" || body === null) throw new Error("no JSON object was sent");
  return { received: request, body };
}

async function bookedAs(
  requestId: string | null,
  expected: { model: Model; asked: string; stream: boolean; endpoint: string },
): Promise<void> {
  const { input, output } = PRICES[expected.model];
  const cost = priceOf([
    [TOKENS.input, input],
    [TOKENS.output, output],
  ]);
  costs.push(cost);
  expect(await rest.settledRequest(requestId ?? "")).toMatchObject({
    cost,
    model: expected.model,
    model_requested: expected.asked,
    stream: expected.stream,
    endpoint: expected.endpoint,
    provider: expected.model.startsWith("gpt") ? "openai" : "anthropic",
    outcome: "completed",
    estimated: false,
    usage: { input_total: TOKENS.input, output_total: TOKENS.output },
  });
}

describe("the openai package", () => {
  const ROUTES: { base: string; asked: string; model: Model; credential: string }[] = [
    { base: "/openai/v1", asked: "gpt-4o-mini", model: "gpt-4o-mini", credential: PROVIDER_SECRETS.openai },
    { base: "/v1", asked: "openai/gpt-4o-mini", model: "gpt-4o-mini", credential: PROVIDER_SECRETS.openai },
    { base: "/v1", asked: "gpt-4o-mini", model: "gpt-4o-mini", credential: PROVIDER_SECRETS.openai },
    // Anthropic's own OpenAI-compatible endpoint, by both ways to it.
    {
      base: "/v1",
      asked: "anthropic/claude-haiku-4-5",
      model: "claude-haiku-4-5",
      credential: PROVIDER_SECRETS.anthropic,
    },
    {
      base: "/anthropic/v1",
      asked: "claude-haiku-4-5",
      model: "claude-haiku-4-5",
      credential: PROVIDER_SECRETS.anthropic,
    },
  ];
  const endpoint = "/v1/chat/completions";
  const headers = withScenario({ text: TEXT, usage: CHAT_USAGE });
  const clientFor = (base: string) =>
    new OpenAI({ baseURL: rig.url + base, apiKey: key.secret, maxRetries: 0 });

  describe.each(ROUTES)("at $base with the model $asked", ({ base, asked, model, credential }) => {
    test("a unary call", async () => {
      const before = rig.provider.requests.length;
      const { data, response } = await clientFor(base)
        .chat.completions.create({ model: asked, messages: PROMPT, max_tokens: 50 }, { headers })
        .withResponse();
      expect(data.choices[0]?.message.content).toBe(TEXT);
      expect(data.usage).toEqual(CHAT_USAGE);
      const { received, body } = await sinceThen(before);
      expect(received.path).toBe(endpoint);
      expect(received.headers.authorization).toBe(`Bearer ${credential}`);
      expect(body).toEqual({ model, messages: PROMPT, max_tokens: 50 });
      await bookedAs(response.headers.get("x-tollgate-request-id"), {
        model,
        asked,
        stream: false,
        endpoint,
      });
    });

    test.each([undefined, false, true])("a stream with include_usage %s", async (includeUsage) => {
      const before = rig.provider.requests.length;
      const options = includeUsage === undefined ? {} : { stream_options: { include_usage: includeUsage } };
      const { data, response } = await clientFor(base)
        .chat.completions.create({ model: asked, messages: PROMPT, stream: true, ...options }, { headers })
        .withResponse();
      const chunks = await collect(data);
      expect(chunks.map((chunk) => chunk.choices[0]?.delta.content ?? "").join("")).toBe(TEXT);
      const usages = chunks.filter((chunk) => chunk.choices.length === 0);
      expect(usages.map(({ usage }) => usage)).toEqual(includeUsage === true ? [CHAT_USAGE] : []);
      const { body } = await sinceThen(before);
      expect(body).toEqual({
        model,
        messages: PROMPT,
        stream: true,
        stream_options: { include_usage: true },
      });
      await bookedAs(response.headers.get("x-tollgate-request-id"), { model, asked, stream: true, endpoint });
    });
  });
});

describe("the @anthropic-ai/sdk package", () => {
  const model = "claude-haiku-4-5";
  const endpoint = "/v1/messages";
  const headers = withScenario({ text: TEXT, usage: MESSAGE_USAGE });

  describe.each(["/anthropic", "/"])("at %s", (base) => {
    const client = () => new Anthropic({ baseURL: rig.url + base, apiKey: key.secret, maxRetries: 0 });

    test("a unary call", async () => {
      const before = rig.provider.requests.length;
      const { data, response } = await client()
        .messages.create({ model, messages: PROMPT, max_tokens: 50 }, { headers })
        .withResponse();
      expect(data.content).toEqual([{ type: "text", text: TEXT }]);
      expect(data.usage).toEqual(MESSAGE_USAGE);
      const { received, body } = await sinceThen(before);
      expect(received.path).toBe(endpoint);
      expect(received.headers["x-api-key"]).toBe(PROVIDER_SECRETS.anthropic);
      expect(received.headers.authorization).toBeUndefined();
      expect(body).toEqual({ model, messages: PROMPT, max_tokens: 50 });
      await bookedAs(response.headers.get("x-tollgate-request-id"), {
        model,
        asked: model,
        stream: false,
        endpoint,
      });
    });

    test("a stream", async () => {
      const before = rig.provider.requests.length;
      const stream = client().messages.stream({ model, messages: PROMPT, max_tokens: 50 }, { headers });
      const { response } = await stream.withResponse();
      const message = await stream.finalMessage();
      expect(message.content).toEqual([{ type: "text", text: TEXT }]);
      expect(message.usage).toMatchObject(MESSAGE_USAGE);
      const { body } = await sinceThen(before);
      expect(body).toEqual({ model, messages: PROMPT, max_tokens: 50, stream: true });
      await bookedAs(response.headers.get("x-tollgate-request-id"), {
        model,
        asked: model,
        stream: true,
        endpoint,
      });
    });
  });

  test("at /v1/messages the prefix of its own provider is understood, and taken off", async () => {
    const before = rig.provider.requests.length;
    const asked = `anthropic/${model}`;
    const { response } = await new Anthropic({ baseURL: rig.url, apiKey: key.secret, maxRetries: 0 }).messages
      .create({ model: asked, messages: PROMPT, max_tokens: 50 }, { headers })
      .withResponse();
    expect((await sinceThen(before)).body).toMatchObject({ model });
    await bookedAs(response.headers.get("x-tollgate-request-id"), { model, asked, stream: false, endpoint });
  });
});

describe("the ai package", () => {
  const openai = (base: string, model: string) => (): LanguageModel =>
    createOpenAI({ baseURL: rig.url + base, apiKey: key.secret }).chat(model);
  const anthropic = (base: string, model: string) => (): LanguageModel =>
    createAnthropic({ baseURL: rig.url + base, apiKey: key.secret })(model);
  const MODELS: { name: string; languageModel: () => LanguageModel; model: Model; asked: string }[] = [
    ["/openai/v1", "gpt-4o-mini"] as const,
    ["/v1", "openai/gpt-4o-mini"] as const,
    ["/v1", "anthropic/claude-haiku-4-5"] as const,
  ].map(([base, asked]) => ({
    name: `@ai-sdk/openai at ${base} with ${asked}`,
    languageModel: openai(base, asked),
    model: asked.endsWith("gpt-4o-mini") ? "gpt-4o-mini" : "claude-haiku-4-5",
    asked,
  }));
  for (const base of ["/anthropic/v1", "/v1"]) {
    const model = "claude-haiku-4-5";
    const name = `@ai-sdk/anthropic at ${base}`;
    MODELS.push({ name, languageModel: anthropic(base, model), model, asked: model });
  }

  test.each(MODELS)("$name generates and streams", async ({ name, languageModel, model, asked }) => {
    const isMessages = name.startsWith("@ai-sdk/anthropic");
    const endpoint = isMessages ? "/v1/messages" : "/v1/chat/completions";
    const headers = withScenario({ text: TEXT, usage: isMessages ? MESSAGE_USAGE : CHAT_USAGE });
    const call = { model: languageModel(), prompt: "Say something.", headers, maxRetries: 0 };

    const generated = await generateText(call);
    expect(generated.text).toBe(TEXT);
    expect(generated.usage).toMatchObject({ inputTokens: TOKENS.input, outputTokens: TOKENS.output });
    const unaryId = generated.response.headers?.["x-tollgate-request-id"] ?? "";
    await bookedAs(unaryId, { model, asked, stream: false, endpoint });

    const streamed = streamText(call);
    expect((await collect(streamed.textStream)).join("")).toBe(TEXT);
    expect(await streamed.usage).toMatchObject({ inputTokens: TOKENS.input, outputTokens: TOKENS.output });
    const streamedId = (await streamed.response).headers?.["x-tollgate-request-id"] ?? "";
    await bookedAs(streamedId, { model, asked, stream: true, endpoint });
  });
});

test("law 1: what all of them cost is what every budget spent, and what the ledger sums to", async () => {
  const spent = sumOf(costs);
  expect(spent).toBeGreaterThan(0n);
  const { budgets } = await rest.idleKey(key.id);
  expect(budgets.map((budget) => budget.spent)).toEqual([spent, spent]);
  const entries = await rest.ledger(key.id);
  expect(entries).toHaveLength(costs.length);
  expect(sumOf(entries.map(({ amount }) => amount))).toBe(spent);
});
