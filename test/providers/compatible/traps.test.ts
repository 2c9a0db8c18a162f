import { describe, expect, test } from "vitest";
import {
  deepseek,
  fireworks,
  groq,
  moonshot,
  perplexity,
  xai,
} from "../../../src/providers/compatible/compatible.ts";
import type { Provider } from "../../../src/providers/provider.ts";
import type { JsonObject } from "../../../src/providers/wire.ts";
import { readBodyOf, readStream, streamReaderOf, wireAt } from "../support.ts";

// What each compatible provider does in its own way.

const wireOf = (provider: Provider) => wireAt(provider, `${provider.compatiblePath ?? ""}/chat/completions`);
const COUNTS = { prompt_tokens: 20, completion_tokens: 8, total_tokens: 28 };
const READ = { input_total: 20, output_total: 8 };

const delta = (content: string, rest: JsonObject = {}): JsonObject => ({
  model: "m-1",
  choices: [{ index: 0, delta: { content }, finish_reason: null }],
  ...rest,
});
const finish = (choice: JsonObject = {}, rest: JsonObject = {}): JsonObject => ({
  model: "m-1",
  choices: [{ index: 0, delta: {}, finish_reason: "stop", ...choice }],
  ...rest,
});
const sse = (events: (JsonObject | string)[]) =>
  events.map((data) => `data: ${typeof data === "string" ? data : JSON.stringify(data)}\n\n`).join("");

function readAll(provider: Provider, text: string) {
  const readings = [1, 5, 64, 10_000].map((pieceBytes) => {
    const reader = streamReaderOf(wireOf(provider), { hideUsage: false });
    readStream(reader, text, pieceBytes);
    return reader.reading();
  });
  for (const reading of readings) expect(reading).toEqual(readings[0]);
  return readings[0];
}

describe("Moonshot", () => {
  test("states usage in the last choice, and may repeat it at the top", () => {
    const events = [delta("Hi"), finish({ usage: COUNTS }), "[DONE]"];
    expect(readAll(moonshot, sse(events))).toMatchObject({ usage: READ, complete: true });
    const both = [delta("Hi"), finish({ usage: COUNTS }), { choices: [], usage: COUNTS }, "[DONE]"];
    expect(readAll(moonshot, sse(both))?.usage).toEqual(READ);
  });

  test("tells of its cache beside the prompt (R50)", () => {
    const usage = { ...COUNTS, cached_tokens: 5 };
    expect(readBodyOf(wireOf(moonshot), 200, { choices: [], usage }).usage).toEqual({
      ...READ,
      input_cached: 5,
    });
  });
});

describe("Groq", () => {
  test("states usage under its own name, and repeats it in the chunk that was asked for", () => {
    const events = [
      delta("Hi"),
      finish({}, { x_groq: { id: "r", usage: COUNTS } }),
      { choices: [], usage: COUNTS },
    ];
    expect(readAll(groq, sse([...events, "[DONE]"]))).toMatchObject({ usage: READ, complete: true });
  });

  test("R26: an error inside its stream of status 200 is a failure, and what was written stays counted", () => {
    const text = `${sse([delta("maybe")])}event: error\ndata: {"error":{"message":"no","status_code":400}}\n\n`;
    expect(readAll(groq, text)).toMatchObject({
      usage: null,
      failed: true,
      complete: false,
      generatedBytes: 5,
    });
  });
});

describe("Perplexity", () => {
  const upTo = (completion_tokens: number, cost?: number): JsonObject => ({
    usage: {
      prompt_tokens: 20,
      completion_tokens,
      total_tokens: 20 + completion_tokens,
      ...(cost !== undefined && { cost: { request_cost: 0.005, total_cost: cost } }),
    },
  });

  test("states usage so far in every chunk: the last one is the whole", () => {
    const events = [delta("a", upTo(1)), delta("b", upTo(4)), finish({}, upTo(8, 0.00503))];
    expect(readAll(perplexity, sse(events))).toMatchObject({
      usage: READ,
      costNanoUsd: 5_030_000,
      complete: true,
    });
  });

  test("a stream that breaks off states what it had, and isn't complete", () => {
    expect(readAll(perplexity, sse([delta("a", upTo(1)), delta("b", upTo(4))]))).toMatchObject({
      usage: { input_total: 20, output_total: 4 },
      complete: false,
    });
  });
});

test("DeepSeek tells of its cache by hits and misses (R50)", () => {
  const usage = { ...COUNTS, prompt_cache_hit_tokens: 12, prompt_cache_miss_tokens: 8 };
  expect(readBodyOf(wireOf(deepseek), 200, { choices: [], usage }).usage).toEqual({
    ...READ,
    input_cached: 12,
  });
});

test("xAI leaves reasoning out of its output, and states what the call cost", () => {
  const usage = {
    ...COUNTS,
    total_tokens: 128,
    completion_tokens_details: { reasoning_tokens: 100 },
    cost_in_usd_ticks: 709_500,
  };
  expect(readBodyOf(wireOf(xai), 200, { choices: [], usage })).toMatchObject({
    usage: { input_total: 20, output_total: 108, reasoning: 100 },
    costNanoUsd: 70_950,
  });
});

describe("Fireworks", () => {
  const headers = new Headers({
    "fireworks-prompt-tokens": "20",
    "fireworks-cached-prompt-tokens": "6",
  });

  test("repeats some counts in headers; the body has all", () => {
    const usage = { ...COUNTS, prompt_tokens_details: { cached_tokens: 6 } };
    expect(readBodyOf(wireOf(fireworks), 200, { choices: [], usage }, { headers }).usage).toEqual({
      ...READ,
      input_cached: 6,
    });
  });

  test("R49: headers alone, which have no count of the output, are no usage", () => {
    expect(readBodyOf(wireOf(fireworks), 200, { choices: [] }, { headers }).usage).toBeNull();
  });
});
