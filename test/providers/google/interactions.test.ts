import { describe, expect, test } from "vitest";
import { settledUsage } from "../../../src/domain/estimate.ts";
import { geminiInteractions } from "../../../src/providers/google/interactions.ts";
import type { JsonObject } from "../../../src/providers/wire.ts";
import { pushAll } from "../support.ts";
import { callAt, extrasAt, factsAt, faultAt } from "./support.ts";

const PATH = "/v1beta/interactions";
const asked = { model: "gemini-2.5-flash", input: "hello" };
const usage = {
  total_input_tokens: 22,
  total_tool_use_tokens: 100,
  total_cached_tokens: 0,
  total_output_tokens: 30,
  total_thought_tokens: 12,
  input_tokens_by_modality: [{ modality: "audio", tokens: 2 }],
};
const READ = { input_total: 122, input_cached: 0, output_total: 42, reasoning: 12, audio_in: 2 };
const facts = (body: JsonObject) => factsAt(geminiInteractions, PATH, { ...asked, ...body });
const extras = (body: JsonObject) => extrasAt(geminiInteractions, PATH, { ...asked, ...body });
const read = (body: unknown, request: JsonObject = asked, status = 200) =>
  geminiInteractions.readBody(status, body, callAt(geminiInteractions, PATH, request));
const reader = (request: JsonObject = asked) =>
  geminiInteractions.streamReader(
    { hideUsage: false },
    callAt(geminiInteractions, PATH, { ...request, stream: true }),
  );

describe("an interaction", () => {
  test("names its model, or an agent in its place", () => {
    expect(facts({ model: "models/gemini-2.5-flash" }).model).toBe("gemini-2.5-flash");
    expect(facts({ model: undefined, agent: "deep-research" }).model).toBe("deep-research");
    expect(faultAt(geminiInteractions, PATH, { input: "hello" })).toBe("model");
    expect(faultAt(geminiInteractions, PATH, { ...asked, stream: "yes" })).toBe("stream");
  });

  test("R23: is limited by whatever limit it states, and clamped there", () => {
    const body = { ...asked, generation_config: { max_output_tokens: 500 } };
    expect(facts(body).outputLimit).toBe(500);
    const clamp = (one: JsonObject) => geminiInteractions.clampEdits(one, facts(one), 100);
    expect(clamp(body)).toEqual([{ path: ["generation_config", "max_output_tokens"], value: 100 }]);
    expect(clamp(asked)).toEqual([{ path: ["generation_config", "max_output_tokens"], value: 100 }]);
    expect(clamp({ ...asked, generation_config: { seed: 1 } })).toEqual([
      { path: ["generation_config", "max_output_tokens"], value: 100 },
    ]);
  });

  test("states its usage; thoughts are output, tools are input", () => {
    const reading = read({ status: "completed", model: "gemini-2.5-flash", service_tier: "standard", usage });
    expect(reading).toMatchObject({ usage: READ, complete: true, failed: false, serviceTier: "standard" });
    expect(read({ status: "completed" }).usage).toBeNull();
    expect(read({ status: "completed", usage: { total_input_tokens: "7" } }).usage).toBeNull();
  });

  test("that failed costs what it states", () => {
    const error = { error: { code: "invalid_request", message: "no" } };
    expect(read(error, asked, 400)).toMatchObject({ usage: null, failed: true });
    expect(read({ status: "failed", usage })).toMatchObject({ usage: READ, failed: true });
  });

  test("R45: that goes on in the background is taken at its most: its polls are free", () => {
    const request = { ...asked, background: true, generation_config: { max_output_tokens: 300 } };
    const reading = read({ status: "in_progress", id: "v1_1" }, request);
    expect(reading).toMatchObject({ usage: null, failed: false });
    const settled = settledUsage(reading, { inputTokens: 9, model: "gemini-2.5-flash" });
    expect(settled?.estimated).toBe(true);
    expect(settled?.usage.output_total).toBeGreaterThanOrEqual(300);
  });

  test("searches are billed by generation", () => {
    const steps = [{ type: "google_search_call", arguments: { queries: ["a", "b"] } }];
    expect(read({ status: "completed", steps, usage }).usage?.tool_calls).toEqual({ google_search: 1 });
    const newer = { ...asked, model: "gemini-3-flash-preview" };
    expect(read({ status: "completed", steps, usage }, newer).usage?.tool_calls).toEqual({
      google_search: 2,
    });
  });
});

describe("a stream of one", () => {
  const created = {
    event_type: "interaction.created",
    interaction: { status: "in_progress", model: "gemini-2.5-flash" },
  };
  const delta = { event_type: "step.delta", index: 1, delta: { type: "text", text: "hello" } };
  const completed = { event_type: "interaction.completed", interaction: { status: "completed", usage } };

  test("is complete with its last event, and states the usage there", () => {
    const stream = reader();
    pushAll(stream, [created, delta]);
    expect(stream.reading()).toMatchObject({ usage: null, complete: false, generatedBytes: 5 });
    pushAll(stream, [completed, "[DONE]"]);
    expect(stream.reading()).toMatchObject({ usage: READ, complete: true, model: "gemini-2.5-flash" });
  });

  test("R26: that breaks off, or fails, keeps what was seen", () => {
    const stream = reader();
    pushAll(stream, [
      created,
      delta,
      { event_type: "error", error: { code: "x", message: "y" } },
      "{",
      "null",
    ]);
    expect(stream.reading()).toMatchObject({ complete: false, failed: true, generatedBytes: 5 });
  });
});

describe("bounds", () => {
  test("a context that Google keeps is bounded by the model's", () => {
    expect(extras({ previous_interaction_id: "v1_1" })).toMatchObject({ unseenInput: true });
    expect(extras({}).unseenInput).toBeUndefined();
  });

  test("media count wherever content may stand, by their type or their MIME type", () => {
    const image = { type: "image", data: "AAAA", mime_type: "image/png" };
    const { tokens } = extras({ input: image });
    expect(tokens).toBeGreaterThanOrEqual(4_000);
    expect(extras({ input: [image] }).tokens).toBe(tokens);
    expect(extras({ input: [{ type: "user_input", content: [image] }] }).tokens).toBe(tokens);
    expect(extras({ input: [{ role: "user", content: image }] }).tokens).toBe(tokens);
    expect(extras({ input: [{ type: "function_result", result: [image] }] }).tokens).toBe(tokens);
    expect(extras({ input: { type: "image", data: "AAAA" } }).tokens).toBe(tokens);
    expect(extras({ input: { type: "video", uri: "gs://b/film" } })).toMatchObject({ unseenInput: true });
  });

  test("tools that Google runs are told by their type", () => {
    const { readings, toolCalls } = extras({
      tools: [{ type: "google_search" }, { type: "function", name: "f" }],
    });
    expect(readings).toBeGreaterThan(1);
    expect(toolCalls).toEqual({ google_search: 1 });
    expect(extras({ tools: [{ type: "function", name: "f" }] })).toMatchObject({
      readings: 1,
      toolCalls: {},
    });
  });

  test("answers may be spoken or drawn", () => {
    expect(extras({ response_modalities: ["audio"] }).audioOutput).toBe(true);
    expect(extras({ response_format: { type: "image" } }).outputTokens).toBeGreaterThan(0);
  });
});
