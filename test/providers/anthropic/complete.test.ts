import { expect, test } from "vitest";
import { settledUsage } from "../../../src/domain/estimate.ts";
import { anthropicComplete } from "../../../src/providers/anthropic/complete.ts";
import { routeOf } from "../../../src/providers/registry.ts";
import type { JsonObject } from "../../../src/providers/wire.ts";
import { factsOf, faultOf, pushAll, readBodyOf, streamReaderOf } from "../support.ts";

const BODY = { model: "claude-2.1", max_tokens_to_sample: 100, prompt: "\n\nHuman: Hi\n\nAssistant:" };
const piece = (completion: string, stop_reason: string | null = null) => ({
  type: "completion",
  completion,
  stop_reason,
  model: "claude-2.1",
});

test("stands at Anthropic's own path, and is refused in Anthropic's own envelope", () => {
  expect(routeOf("POST", "/anthropic/v1/complete")).toMatchObject({
    metering: anthropicComplete,
    envelope: "anthropic",
  });
});

test("understands a body: its limit, its stream, its user", () => {
  const body = { ...BODY, stream: true, metadata: { user_id: "u1" } };
  expect(factsOf(anthropicComplete, body)).toEqual({
    model: "claude-2.1",
    stream: true,
    choices: 1,
    outputLimit: 100,
    endUser: "u1",
    usageAsked: true,
  });
});

test.each<[string, JsonObject]>([
  ["model", { model: "" }],
  ["stream", { stream: 1 }],
  ["max_tokens_to_sample", { max_tokens_to_sample: -1 }],
  ["max_tokens_to_sample", { max_tokens_to_sample: 1e9 }],
])("law 13: a wrong %s is named: %j", (param, fields) => {
  expect(faultOf(anthropicComplete, { ...BODY, ...fields })).toBe(param);
});

test("law 3: the clamp lowers max_tokens_to_sample, or states it", () => {
  const clamp = [{ path: ["max_tokens_to_sample"], value: 30 }];
  const facts = factsOf(anthropicComplete, BODY);
  expect(anthropicComplete.clampEdits(BODY, facts, 30)).toEqual(clamp);
  expect(anthropicComplete.clampEdits(BODY, facts, 100)).toEqual([]);
  const { outputLimit: _limit, ...unlimited } = facts;
  expect(anthropicComplete.clampEdits(BODY, unlimited, 30)).toEqual(clamp);
});

test("R49: an answer states no usage, so it costs an estimate of what it says, never nothing", () => {
  const reading = readBodyOf(anthropicComplete, 200, piece(" Hello there", "stop_sequence"));
  expect(reading).toEqual({
    usage: null,
    complete: true,
    failed: false,
    generatedBytes: 12,
    model: "claude-2.1",
  });
  expect(settledUsage(reading, { inputTokens: 9, model: "claude-2.1" })).toEqual({
    usage: { input_total: 9, output_total: 4 },
    estimated: true,
  });
});

test("a stream is complete with the event that says why it stopped, whatever comes between", () => {
  const reader = streamReaderOf(anthropicComplete, { hideUsage: false });
  expect(pushAll(reader, [piece(" Hi"), { type: "ping" }, "not JSON", piece(" é")])).toEqual(
    Array.from({ length: 4 }, () => "pass"),
  );
  expect(reader.reading()).toMatchObject({ complete: false, failed: false, generatedBytes: 6 });
  pushAll(reader, [piece("", "stop_sequence")]);
  expect(reader.reading()).toMatchObject({ complete: true, usage: null, generatedBytes: 6 });
});

test("an error is a failure, in place of an answer or inside a stream", () => {
  const error = { type: "error", error: { type: "overloaded_error", message: "Overloaded" } };
  expect(readBodyOf(anthropicComplete, 529, error)).toMatchObject({ failed: true, generatedBytes: 0 });
  const reader = streamReaderOf(anthropicComplete, { hideUsage: false });
  pushAll(reader, [piece(" Hi"), error]);
  expect(reader.reading()).toMatchObject({ failed: true, complete: false, generatedBytes: 3 });
});
