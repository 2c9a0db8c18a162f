// The tests' own provider: what a scenario asks for is what goes over the wire, and what is kept of it.

import Anthropic, { RateLimitError } from "@anthropic-ai/sdk";
import OpenAI, { AuthenticationError } from "openai";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

import {
  startScriptedProvider,
  withScenario,
  type RecordedRequest,
  type Scenario,
  type ScriptedProvider,
} from "../support/scripted-provider.ts";
import { collect } from "./demo-support.ts";

const MESSAGES = [{ role: "user" as const, content: "Hello" }];
const CHAT = { model: "gpt-4o", messages: MESSAGES, stream: true, stream_options: { include_usage: true } };
const MESSAGE = { model: "claude-sonnet-4-6", max_tokens: 1000, messages: MESSAGES, stream: true };
const CHAT_USAGE = { prompt_tokens: 11, completion_tokens: 7, total_tokens: 18 };

let provider: ScriptedProvider;
let openai: OpenAI;
let anthropic: Anthropic;
let calls = 0;

beforeAll(async () => {
  provider = await startScriptedProvider();
  openai = new OpenAI({ baseURL: `${provider.url}/v1`, apiKey: "sk-one", maxRetries: 0 });
  anthropic = new Anthropic({ baseURL: provider.url, apiKey: "sk-two", maxRetries: 0 });
});

afterAll(() => provider.close());

interface Call {
  response: Promise<Response>;
  leave(): void;
  /** Waits for this call's record to be so. */
  record(predicate: (request: RecordedRequest) => boolean): Promise<RecordedRequest>;
}

function call(path: string, body: object, scenario: Scenario): Call {
  calls += 1;
  const id = `call-${calls}`;
  const leaving = new AbortController();
  const response = fetch(provider.url + path, {
    method: "POST",
    headers: { "x-call": id, authorization: "Bearer sk-three", ...withScenario(scenario) },
    body: JSON.stringify(body),
    signal: leaving.signal,
  });
  return {
    response,
    leave: () => leaving.abort(),
    record: (predicate) =>
      provider.waitFor((request) => request.headers["x-call"] === id && predicate(request)),
  };
}

function chat(scenario: Scenario, body: object = CHAT): Call {
  return call("/v1/chat/completions", body, scenario);
}

async function textOf({ response }: Call): Promise<string> {
  return (await response).text();
}

const ended = ({ outcome }: RecordedRequest): boolean => outcome !== "pending";

describe("what is said", () => {
  test("the usage that the scenario states, in the SDK's own types", async () => {
    const headers = withScenario({ usage: CHAT_USAGE, text: "héllo" });
    const completion = await openai.chat.completions.create(
      { model: "gpt-4o", messages: MESSAGES },
      { headers },
    );
    expect(completion.usage).toEqual(CHAT_USAGE);
    expect(completion.choices[0]?.message.content).toBe("héllo");
  });

  test("as many chunks as asked for, a token each, whole for both SDKs", async () => {
    const headers = withScenario({ chunks: 200 });
    const stream = await openai.chat.completions.create({ ...CHAT, stream: true }, { headers });
    const chunks = await collect(stream);
    expect(chunks.filter((chunk) => chunk.choices[0]?.delta.content)).toHaveLength(200);
    expect(chunks.at(-1)?.usage?.completion_tokens).toBe(200);
    const message = await anthropic.messages.stream({ ...MESSAGE }, { headers }).finalMessage();
    expect(message.usage.output_tokens).toBe(200);
  });

  test("fills the request's limit to the token, for each of n choices", async () => {
    const body = { model: "gpt-4o", messages: MESSAGES, max_tokens: 333, n: 2 };
    const filled = chat({ fill: true }, body);
    expect(await (await filled.response).json()).toMatchObject({ usage: { completion_tokens: 666 } });
    expect((await filled.record(ended)).billed).toMatchObject({ outputTokens: 666, complete: true });
  });

  test("a status with the family's error, and with headers and a body of the test's own", async () => {
    const limited = anthropic.messages.create(
      { ...MESSAGE, stream: false },
      { headers: withScenario({ status: 429, headers: { "retry-after": "7" } }) },
    );
    await expect(limited).rejects.toBeInstanceOf(RateLimitError);
    const own = await chat({ status: 418, body: { teapot: true } }).response;
    expect([own.status, await own.json()]).toEqual([418, { teapot: true }]);
  });

  test("any bytes at all", async () => {
    const bytes = Buffer.from([0, 255, 128, 10]);
    const answered = await call("/model/x/invoke", {}, { bodyBase64: bytes.toString("base64") }).response;
    expect(Buffer.from(await answered.arrayBuffer())).toEqual(bytes);
  });

  test("an error that echoes the credential", async () => {
    const headers = withScenario({ echoCredential: true });
    const asked = openai.chat.completions.create({ model: "gpt-4o", messages: MESSAGES }, { headers });
    await expect(asked).rejects.toBeInstanceOf(AuthenticationError);
    await expect(asked).rejects.toThrow("sk-one");
  });

  test("a misspelt scenario is refused and named", async () => {
    const headers = { "x-scenario": JSON.stringify({ cutAftr: 1 }) };
    const refused = await fetch(`${provider.url}/v1/chat/completions`, {
      method: "POST",
      headers,
      body: "{}",
    });
    expect(refused.status).toBe(400);
    expect(await refused.text()).toContain("cutAftr");
  });

  test("a cut after more chunks than there are is refused", async () => {
    expect((await chat({ chunks: 2, cutAfter: 3 }).response).status).toBe(400);
  });
});

describe("how usage is reported", () => {
  const usages = (text: string): unknown[] => text.match(/"usage":(null|\{[^{}]*\})/g) ?? [];

  test("in no chunk", async () => {
    const call = chat({ noUsage: true, usage: CHAT_USAGE });
    expect((await textOf(call)).includes("total_tokens")).toBe(false);
    expect((await call.record(ended)).billed).toEqual({ inputTokens: 11, outputTokens: 7, complete: true });
  });

  test("cumulative in every chunk", async () => {
    const text = await textOf(chat({ usageInEveryChunk: true, usage: CHAT_USAGE, chunks: 7 }));
    const counts = [...text.matchAll(/"completion_tokens":(\d+)/g)].map(([, count]) => Number(count));
    expect(counts).toEqual([1, 2, 3, 4, 5, 6, 7, 7]);
  });

  test("null after the real one", async () => {
    const text = await textOf(chat({ nullUsageAfter: true, usage: CHAT_USAGE }));
    expect(usages(text).slice(-2)).toEqual([`"usage":${JSON.stringify(CHAT_USAGE)}`, '"usage":null']);
  });

  test("at Anthropic's start and, without the split, at its end", async () => {
    const usage = {
      input_tokens: 5,
      cache_read_input_tokens: 2,
      cache_creation_input_tokens: 3,
      cache_creation: { ephemeral_5m_input_tokens: 3, ephemeral_1h_input_tokens: 0 },
      output_tokens: 9,
    };
    const asked = call("/v1/messages", MESSAGE, { usage });
    const text = await textOf(asked);
    expect(text.match(/"output_tokens":\d+/g)).toEqual(['"output_tokens":1', '"output_tokens":9']);
    expect(text.match(/ephemeral_5m/g)).toHaveLength(1);
    expect((await asked.record(ended)).billed).toMatchObject({ inputTokens: 10, outputTokens: 9 });
  });
});

describe("framing", () => {
  test("CRLF, no [DONE], and the same bytes however they are split", async () => {
    const scenario: Scenario = { crlf: true, noDone: true, text: "zwölf Äpfel 🍏" };
    const whole = await textOf(chat(scenario));
    expect(whole.replaceAll("\r\n", "")).not.toContain("\n");
    expect(whole).not.toContain("[DONE]");
    const split = chat({ ...scenario, splitBytes: 3 });
    expect(await textOf(split)).toBe(whole);
    expect((await split.record(ended)).sent.toString()).toBe(whole);
  });
});

describe("faults", () => {
  test("an error event after n chunks, then the end", async () => {
    const broken = chat({ chunks: 10, errorEventAfter: 4 });
    const events = (await textOf(broken)).trim().split("\n\n");
    expect(events).toHaveLength(1 + 4 + 1);
    expect(events.at(-1)).toContain('"error":{');
    const record = await broken.record(ended);
    expect(record).toMatchObject({ outcome: "completed", chunksSent: 4 });
    expect(record.billed).toMatchObject({ outputTokens: 4, complete: false });
  });

  test("a cut after n chunks: the client has them, then a broken connection", async () => {
    const cut = chat({ chunks: 10, cutAfter: 4 });
    await expect(textOf(cut)).rejects.toThrow("terminated");
    const record = await cut.record(ended);
    expect(record).toMatchObject({ outcome: "cut", chunksSent: 4 });
    expect(record.sent.toString().match(/"content":"tok "/g)).toHaveLength(4);
  });

  test("a unary answer cut in the middle is billed in full", async () => {
    const cut = chat({ chunks: 2, cutAfter: 1 }, { model: "gpt-4o", messages: MESSAGES });
    await expect(textOf(cut)).rejects.toThrow("terminated");
    expect((await cut.record(ended)).billed).toMatchObject({ outputTokens: 2, complete: false });
  });

  test("a socket destroyed before the headers", async () => {
    const destroyed = chat({ destroyBeforeHeaders: true });
    await expect(destroyed.response).rejects.toThrow("fetch failed");
    expect((await destroyed.record(ended)).billed.inputTokens).toBe(0);
  });

  test("silence before the headers, until the peer leaves", async () => {
    const silent = chat({ hangBefore: true });
    const received = await silent.record(({ body }) => body.byteLength > 0);
    expect(JSON.parse(received.body.toString())).toEqual(CHAT);
    silent.leave();
    await expect(silent.response).rejects.toMatchObject({ name: "AbortError" });
    expect((await silent.record(ended)).outcome).toBe("peer_closed");
  });

  test("a delay between chunks ends with the peer's leaving", async () => {
    const slow = chat({ chunks: 10, chunkDelayMs: 600_000 });
    await slow.response;
    await slow.record(({ chunksSent }) => chunksSent === 1);
    slow.leave();
    expect(await slow.record(ended)).toMatchObject({ outcome: "peer_closed", chunksSent: 1 });
  });

  test("silence after n chunks, until the peer leaves", async () => {
    const silent = chat({ chunks: 10, hangAfter: 3 });
    const reader = (await silent.response).body?.getReader();
    expect((await reader?.read())?.value?.byteLength).toBeGreaterThan(0);
    await silent.record(({ chunksSent }) => chunksSent === 3);
    silent.leave();
    expect(await silent.record(ended)).toMatchObject({ outcome: "peer_closed", billed: { outputTokens: 3 } });
  });
});

describe("gates", () => {
  test("hold the headers until the test opens them", async () => {
    const held = chat({ gate: "headers" });
    const record = await held.record(({ body }) => body.byteLength > 0);
    expect(record.sent).toHaveLength(0);
    provider.open("headers");
    expect(await textOf(held)).toContain("[DONE]");
  });

  test("hold a stream after n chunks", async () => {
    const held = chat({ gate: "middle", gateAfter: 2, chunks: 5 });
    await held.response;
    const record = await held.record(({ chunksSent }) => chunksSent === 2);
    expect(record.outcome).toBe("pending");
    provider.open("middle");
    expect((await textOf(held)).match(/"content":"tok "/g)).toHaveLength(5);
  });

  test("let go of a peer that leaves", async () => {
    const held = chat({ gate: "never" });
    await held.record(({ body }) => body.byteLength > 0);
    held.leave();
    await expect(held.response).rejects.toMatchObject({ name: "AbortError" });
    expect((await held.record(ended)).outcome).toBe("peer_closed");
  });
});

test("keeps the requests in order with what each was billed", async () => {
  const own = await startScriptedProvider();
  for (const chunks of [3, 5]) {
    const headers = withScenario({ chunks });
    const body = JSON.stringify({ messages: MESSAGES });
    await (await fetch(`${own.url}/v1/chat/completions?a=1`, { method: "POST", headers, body })).text();
  }
  expect(own.requests.map(({ method, path }) => `${method} ${path}`)).toEqual([
    "POST /v1/chat/completions?a=1",
    "POST /v1/chat/completions?a=1",
  ]);
  expect(own.billed.map(({ outputTokens }) => outputTokens)).toEqual([3, 5]);
  const waiting = own.waitFor(() => false);
  await Promise.all([expect(waiting).rejects.toThrow("closed"), own.close()]);
});
