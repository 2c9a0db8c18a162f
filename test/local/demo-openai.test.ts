// The real OpenAI SDK against the demo provider.

import OpenAI, { AuthenticationError, BadRequestError, NotFoundError } from "openai";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { serveDemoProvider, type DemoProvider } from "../../src/local/demo/serve.ts";
import { collect } from "./demo-support.ts";

let demo: DemoProvider;
let client: OpenAI;

beforeAll(async () => {
  demo = await serveDemoProvider();
  client = new OpenAI({ baseURL: `${demo.url}/v1`, apiKey: "any", maxRetries: 0 });
});

afterAll(() => demo.close());

const HELLO = [{ role: "user" as const, content: "Hello, provider" }];

const WEATHER = {
  type: "function" as const,
  function: {
    name: "get_weather",
    parameters: {
      type: "object",
      properties: { city: { type: "string" }, unit: { enum: ["C", "F"] }, note: { type: "string" } },
      required: ["city", "unit"],
    },
  },
};

async function readChunks(
  body: Omit<OpenAI.Chat.ChatCompletionCreateParamsStreaming, "stream" | "model" | "messages">,
): Promise<OpenAI.Chat.ChatCompletionChunk[]> {
  const stream = await client.chat.completions.create({
    model: "gpt-4o-mini",
    messages: HELLO,
    stream: true,
    ...body,
  });
  return collect(stream);
}

function textOf(chunks: OpenAI.Chat.ChatCompletionChunk[], index = 0): string {
  const choices = chunks.flatMap((chunk) => chunk.choices).filter((choice) => choice.index === index);
  return choices.map((choice) => choice.delta.content ?? "").join("");
}

describe("a unary chat completion", () => {
  test("echoes the last user message and counts four bytes a token", async () => {
    const completion = await client.chat.completions.create({ model: "gpt-4o-mini", messages: HELLO });
    const text = completion.choices[0]?.message.content ?? "";
    expect(text).toContain('You said: "Hello, provider"');
    expect(completion.choices[0]?.finish_reason).toBe("stop");
    expect(completion.model).toBe("gpt-4o-mini");
    expect(completion.usage?.completion_tokens).toBe(Math.ceil(text.length / 4));
    expect(completion.usage?.prompt_tokens).toBe(Math.ceil(JSON.stringify(HELLO).length / 4));
    expect(completion.usage?.prompt_tokens_details?.cached_tokens).toBe(0);
    expect(completion.usage?.completion_tokens_details?.reasoning_tokens).toBe(0);
  });

  test("is the same for the same request, byte for byte", async () => {
    const ask = async (): Promise<string> => {
      const asked = client.chat.completions.create({ model: "gpt-4o", messages: HELLO }).asResponse();
      return (await asked).text();
    };
    expect(await ask()).toBe(await ask());
  });

  test.each(["max_tokens", "max_completion_tokens"])("stops at %s", async (limit) => {
    const body = { model: "gpt-4o", messages: HELLO, [limit]: 5 };
    const completion = await client.chat.completions.create(body);
    expect(completion.choices[0]?.finish_reason).toBe("length");
    expect(completion.choices[0]?.message.content).toHaveLength(20);
    expect(completion.usage?.completion_tokens).toBe(5);
  });

  test("bills every one of n choices and the prompt once", async () => {
    const one = await client.chat.completions.create({ model: "gpt-4o", messages: HELLO });
    const three = await client.chat.completions.create({ model: "gpt-4o", messages: HELLO, n: 3 });
    expect(three.choices.map((choice) => choice.index)).toEqual([0, 1, 2]);
    expect(three.usage?.completion_tokens).toBe(3 * (one.usage?.completion_tokens ?? 0));
    expect(three.usage?.prompt_tokens).toBe(one.usage?.prompt_tokens);
  });

  test("counts reasoning inside the completion and under the limit", async () => {
    const body = { model: "gpt-5", messages: HELLO, reasoning_effort: "high" as const };
    const free = await client.chat.completions.create(body);
    expect(free.usage?.completion_tokens_details?.reasoning_tokens).toBe(64);
    expect(free.usage?.completion_tokens).toBeGreaterThan(64);
    const short = await client.chat.completions.create({ ...body, max_completion_tokens: 10 });
    expect(short.usage?.completion_tokens).toBe(10);
    expect(short.choices[0]?.message.content).toBe("");
    expect(short.choices[0]?.finish_reason).toBe("length");
  });

  test("reads a long conversation from the cache in blocks of 128 tokens", async () => {
    const messages = [
      { role: "user" as const, content: "a".repeat(8000) },
      { role: "assistant" as const, content: "b" },
      { role: "user" as const, content: "c" },
    ];
    const completion = await client.chat.completions.create({ model: "gpt-4o", messages });
    expect(completion.usage?.prompt_tokens_details?.cached_tokens).toBe(1920);
  });

  test("counts a picture by a constant and not by its base64", async () => {
    const url = `data:image/png;base64,${"A".repeat(100_000)}`;
    const content = [{ type: "image_url" as const, image_url: { url } }];
    const completion = await client.chat.completions.create({
      model: "gpt-4o",
      messages: [{ role: "user", content }],
    });
    expect(completion.usage?.prompt_tokens).toBeLessThan(150);
  });

  test("calls a tool when it must, with arguments that the schema accepts", async () => {
    const body = { model: "gpt-4o", messages: HELLO, tools: [WEATHER], tool_choice: "required" as const };
    const completion = await client.chat.completions.create(body);
    const call = completion.choices[0]?.message.tool_calls?.[0];
    expect(completion.choices[0]?.finish_reason).toBe("tool_calls");
    expect(call).toMatchObject({
      function: { name: "get_weather", arguments: '{"city":"demo","unit":"C"}' },
    });
  });
});

describe("a streamed chat completion", () => {
  test("says what the unary one says, with no usage unless asked", async () => {
    const unary = await client.chat.completions.create({ model: "gpt-4o-mini", messages: HELLO });
    const chunks = await readChunks({});
    expect(textOf(chunks)).toBe(unary.choices[0]?.message.content);
    expect(chunks.at(-1)?.choices[0]?.finish_reason).toBe("stop");
    expect(chunks.every((chunk) => !("usage" in chunk))).toBe(true);
  });

  test("ends with a usage chunk that has no choices when asked, and says null before", async () => {
    const unary = await client.chat.completions.create({ model: "gpt-4o-mini", messages: HELLO });
    const chunks = await readChunks({ stream_options: { include_usage: true } });
    expect(chunks.at(-1)?.choices).toEqual([]);
    expect(chunks.at(-1)?.usage).toEqual(unary.usage);
    expect(chunks.slice(0, -1).every((chunk) => chunk.usage === null)).toBe(true);
  });

  test("ends in [DONE] on the wire", async () => {
    const asked = client.chat.completions.create({ model: "gpt-4o", messages: HELLO, stream: true });
    const response = await asked.asResponse();
    expect(response.headers.get("content-type")).toContain("text/event-stream");
    expect(await response.text()).toMatch(/^data: \{.*\n\ndata: \[DONE\]\n\n$/s);
  });

  test("carries n choices, each with its own end", async () => {
    const chunks = await readChunks({ n: 2, max_tokens: 4 });
    expect(textOf(chunks, 0)).toHaveLength(16);
    expect(textOf(chunks, 1)).toBe(textOf(chunks, 0));
    const finished = chunks.flatMap((chunk) => chunk.choices).filter((choice) => choice.finish_reason);
    expect(finished.map(({ index, finish_reason }) => [index, finish_reason])).toEqual([
      [0, "length"],
      [1, "length"],
    ]);
  });

  test("streams the arguments of a tool call", async () => {
    const runner = client.chat.completions.stream({
      model: "gpt-4o",
      messages: HELLO,
      tools: [WEATHER],
      tool_choice: { type: "function", function: { name: "get_weather" } },
    });
    const completion = await runner.finalChatCompletion();
    expect(completion.choices[0]?.message.tool_calls?.[0]).toMatchObject({
      function: { name: "get_weather", arguments: '{"city":"demo","unit":"C"}' },
    });
  });
});

describe("errors raise the SDK's own classes", () => {
  test("no bearer token is an AuthenticationError", async () => {
    const anonymous = new OpenAI({
      baseURL: `${demo.url}/v1`,
      apiKey: "any",
      maxRetries: 0,
      defaultHeaders: { authorization: null },
    });
    const asked = anonymous.chat.completions.create({ model: "gpt-4o", messages: HELLO });
    await expect(asked).rejects.toBeInstanceOf(AuthenticationError);
  });

  test("an unknown model is a NotFoundError with OpenAI's code", async () => {
    const asked = client.chat.completions.create({ model: "unknown-1", messages: HELLO });
    await expect(asked).rejects.toBeInstanceOf(NotFoundError);
    await expect(asked).rejects.toMatchObject({ code: "model_not_found", type: "invalid_request_error" });
  });

  test.each([
    ["n", { n: 0 }],
    ["n", { n: 129 }],
    ["n", { n: 1.5 }],
    ["messages", { messages: [] }],
    ["max_tokens", { max_tokens: 0 }],
    ["stream_options", { stream_options: { include_usage: true } }],
  ])("a bad %s is a BadRequestError that names it: %j", async (param, fields) => {
    const asked = client.chat.completions.create({ model: "gpt-4o", messages: HELLO, ...fields });
    await expect(asked).rejects.toBeInstanceOf(BadRequestError);
    await expect(asked).rejects.toMatchObject({ param });
  });

  test("a body that isn't JSON is a BadRequestError", async () => {
    const asked = client.post("/chat/completions", { body: "{", headers: { "content-type": "text/plain" } });
    await expect(asked).rejects.toBeInstanceOf(BadRequestError);
  });

  test("any other path is a NotFoundError", async () => {
    const asked = client.embeddings.create({ model: "text-embedding-3-small", input: "hi" });
    await expect(asked).rejects.toBeInstanceOf(NotFoundError);
  });
});

describe("what costs nothing", () => {
  test("lists models and gets one", async () => {
    const models = await collect(client.models.list());
    expect(models.map((model) => model.id)).toContain("gpt-4o-mini");
    expect((await client.models.retrieve("gpt-4o")).object).toBe("model");
    await expect(client.models.retrieve("unknown-1")).rejects.toBeInstanceOf(NotFoundError);
  });

  test("moderates every input as clean", async () => {
    const moderation = await client.moderations.create({ input: ["one", "two"] });
    expect(moderation.results.map((result) => result.flagged)).toEqual([false, false]);
    await expect(client.post("/moderations", { body: {} })).rejects.toBeInstanceOf(BadRequestError);
  });
});
