// The real Anthropic SDK against the demo provider.

import Anthropic, { AuthenticationError, BadRequestError, NotFoundError } from "@anthropic-ai/sdk";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { serveDemoProvider, type DemoProvider } from "../../src/local/demo/serve.ts";
import { collect } from "./demo-support.ts";

let demo: DemoProvider;
let client: Anthropic;

beforeAll(async () => {
  demo = await serveDemoProvider();
  client = new Anthropic({ baseURL: demo.url, apiKey: "any", maxRetries: 0 });
});

afterAll(() => demo.close());

const HELLO = {
  model: "claude-sonnet-4-6",
  max_tokens: 1000,
  messages: [{ role: "user" as const, content: "Hello, provider" }],
};

const LONG = "a".repeat(400);

const WEATHER: Anthropic.Tool = {
  name: "get_weather",
  input_schema: { type: "object", properties: { city: { type: "string" } }, required: ["city"] },
};

function textOf(message: Anthropic.Message): string {
  return message.content.map((block) => (block.type === "text" ? block.text : "")).join("");
}

describe("a unary message", () => {
  test("echoes the last user message and counts four bytes a token", async () => {
    const message = await client.messages.create(HELLO);
    expect(textOf(message)).toContain('You said: "Hello, provider"');
    expect(message.stop_reason).toBe("end_turn");
    expect(message.usage).toMatchObject({
      input_tokens: Math.ceil('"Hello, provider"'.length / 4),
      output_tokens: Math.ceil(textOf(message).length / 4),
      cache_creation_input_tokens: 0,
      cache_read_input_tokens: 0,
      cache_creation: { ephemeral_5m_input_tokens: 0, ephemeral_1h_input_tokens: 0 },
    });
  });

  test("stops at max_tokens", async () => {
    const message = await client.messages.create({ ...HELLO, max_tokens: 3 });
    expect(message.stop_reason).toBe("max_tokens");
    expect(textOf(message)).toHaveLength(12);
    expect(message.usage.output_tokens).toBe(3);
  });

  test("writes what cache_control marks, by its ttl, and counts it apart from the input", async () => {
    const message = await client.messages.create({
      ...HELLO,
      system: [
        { type: "text", text: LONG, cache_control: { type: "ephemeral", ttl: "1h" } },
        { type: "text", text: LONG, cache_control: { type: "ephemeral" } },
      ],
    });
    const { cache_creation: split, ...usage } = message.usage;
    expect(split?.ephemeral_1h_input_tokens).toBeGreaterThanOrEqual(100);
    expect(split?.ephemeral_5m_input_tokens).toBeGreaterThanOrEqual(100);
    expect(usage.cache_creation_input_tokens).toBe(
      (split?.ephemeral_1h_input_tokens ?? 0) + (split?.ephemeral_5m_input_tokens ?? 0),
    );
    expect(usage.cache_read_input_tokens).toBe(0);
    expect(usage.input_tokens).toBeLessThan(10);
  });

  test("reads on a follow-up what the turn before has written", async () => {
    const message = await client.messages.create({
      ...HELLO,
      system: [{ type: "text", text: LONG, cache_control: { type: "ephemeral" } }],
      messages: [...HELLO.messages, { role: "assistant", content: "Hi" }, { role: "user", content: "Again" }],
    });
    expect(message.usage.cache_read_input_tokens).toBeGreaterThanOrEqual(100);
    expect(message.usage.cache_creation_input_tokens).toBe(0);
  });

  test("calls a tool when it must", async () => {
    const message = await client.messages.create({
      ...HELLO,
      tools: [WEATHER],
      tool_choice: { type: "any" },
    });
    expect(message.stop_reason).toBe("tool_use");
    expect(message.content[0]).toMatchObject({
      type: "tool_use",
      name: "get_weather",
      input: { city: "demo" },
    });
  });
});

describe("a streamed message", () => {
  test("says and bills what the unary one does", async () => {
    const unary = await client.messages.create(HELLO);
    const streamed = await client.messages.stream(HELLO).finalMessage();
    expect(textOf(streamed)).toBe(textOf(unary));
    expect(streamed.usage).toEqual(unary.usage);
    expect(streamed.stop_reason).toBe("end_turn");
  });

  test("has Anthropic's events in order, the whole usage in the last delta", async () => {
    const response = await client.messages.create({ ...HELLO, stream: true }).asResponse();
    const names = (await response.text()).match(/(?<=^event: ).+$/gm) ?? [];
    expect(names.slice(0, 4)).toEqual([
      "message_start",
      "content_block_start",
      "ping",
      "content_block_delta",
    ]);
    expect(names.slice(-3)).toEqual(["content_block_stop", "message_delta", "message_stop"]);

    const events = await collect(await client.messages.create({ ...HELLO, stream: true }));
    const started = events.find((event) => event.type === "message_start");
    const delta = events.find((event) => event.type === "message_delta");
    expect(started?.message.usage.output_tokens).toBe(1);
    expect(started?.message.usage.cache_creation).toBeDefined();
    expect(delta?.usage.output_tokens).toBeGreaterThan(1);
    expect(delta?.usage.input_tokens).toBe(started?.message.usage.input_tokens);
  });

  test("streams the input of a tool call", async () => {
    const body = { ...HELLO, tools: [WEATHER], tool_choice: { type: "tool" as const, name: "get_weather" } };
    const message = await client.messages.stream(body).finalMessage();
    expect(message.content[0]).toMatchObject({ type: "tool_use", input: { city: "demo" } });
  });
});

describe("errors raise the SDK's own classes", () => {
  test("no credential is an AuthenticationError", async () => {
    const anonymous = new Anthropic({
      baseURL: demo.url,
      apiKey: "any",
      maxRetries: 0,
      fetch: (url, init) => {
        const headers = new Headers(init?.headers);
        headers.delete("authorization");
        return fetch(url, { ...init, headers });
      },
    });
    const asked = anonymous.messages.create(HELLO);
    await expect(asked).rejects.toBeInstanceOf(AuthenticationError);
    await expect(asked).rejects.toMatchObject({ error: { error: { type: "authentication_error" } } });
  });

  test("an x-api-key is as good as the bearer token that this SDK sends", async () => {
    const headers = { "x-api-key": "any" };
    const response = await fetch(`${demo.url}/v1/messages`, {
      method: "POST",
      headers,
      body: JSON.stringify(HELLO),
    });
    expect(response.status).toBe(200);
  });

  test("an unknown model is a NotFoundError", async () => {
    const asked = client.messages.create({ ...HELLO, model: "unknown-1" });
    await expect(asked).rejects.toBeInstanceOf(NotFoundError);
    await expect(asked).rejects.toMatchObject({ error: { error: { type: "not_found_error" } } });
  });

  test.each([{ max_tokens: 0 }, { messages: [] }])("%j is a BadRequestError", async (fields) => {
    const asked = client.messages.create({ ...HELLO, ...fields });
    await expect(asked).rejects.toBeInstanceOf(BadRequestError);
  });

  test("any other path is a NotFoundError", async () => {
    await expect(client.messages.batches.list()).rejects.toBeInstanceOf(NotFoundError);
  });
});

describe("what costs nothing", () => {
  test("counts the tokens that a message would be billed for", async () => {
    const { model, messages } = HELLO;
    const counted = await client.messages.countTokens({ model, messages });
    const message = await client.messages.create(HELLO);
    expect(counted.input_tokens).toBe(message.usage.input_tokens);
  });

  test("lists models and gets one", async () => {
    const models = await collect(client.models.list());
    expect(models.map((model) => model.id)).toContain("claude-sonnet-4-6");
    expect((await client.models.retrieve("claude-haiku-4-5")).type).toBe("model");
    await expect(client.models.retrieve("unknown-1")).rejects.toBeInstanceOf(NotFoundError);
  });
});
