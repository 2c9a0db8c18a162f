import { describe, expect, test } from "vitest";
import type { PriceOverride } from "../../src/domain/price-override.ts";
import { callPrice } from "../../src/gate/call-price.ts";
import { sizesOf } from "../../src/gate/estimate.ts";
import { isFreeCall } from "../../src/gate/free-call.ts";
import { isSnapshotOf, settledPrice } from "../../src/gate/settled-price.ts";
import { priceFor } from "../../src/gate/price-for.ts";
import type { Understood } from "../../src/gate/understand.ts";
import { anthropicMessages } from "../../src/providers/anthropic/messages.ts";
import { openaiChat } from "../../src/providers/openai/chat.ts";
import type { PriceOptions } from "../../src/domain/price-options.ts";
import type { JsonObject, Reading } from "../../src/providers/wire.ts";
import { understoodOf } from "./understood.ts";

const atMs = Date.UTC(2026, 10, 22, 12);

function callOf(provider: string, body: JsonObject): Understood {
  const wire = provider === "anthropic" ? anthropicMessages : openaiChat;
  return understoodOf(wire, body);
}

function priced(provider: string, body: JsonObject, priceOverrides: PriceOverride[] = []) {
  const call = callOf(provider, { messages: [{ role: "user", content: "Hi" }], max_tokens: 5, ...body });
  const model = call.facts.model;
  const wire = provider === "anthropic" ? anthropicMessages : openaiChat;
  return callPrice(
    { call, sizes: sizesOf(call, wire, model) },
    { priceOverrides },
    { provider, model, atMs },
  );
}

describe("R52: a call is held at the service that it asks for", () => {
  test.each<[string, JsonObject, number]>([
    ["openai", { model: "gpt-5" }, 1_250_000_000],
    ["openai", { model: "gpt-5", service_tier: "auto" }, 1_250_000_000],
    ["openai", { model: "gpt-5", service_tier: null }, 1_250_000_000],
    ["openai", { model: "gpt-5", service_tier: "priority" }, 2_500_000_000],
    // A cheaper service counts once the answer says that it was given.
    ["openai", { model: "gpt-5", service_tier: "flex" }, 1_250_000_000],
    ["anthropic", { model: "claude-opus-4-8", speed: "fast" }, 10_000_000_000],
    ["anthropic", { model: "claude-opus-4-8", speed: "fast", inference_geo: "us" }, 11_000_000_000],
    ["anthropic", { model: "claude-opus-4-8", inference_geo: "global" }, 5_000_000_000],
    // Another provider's member means nothing.
    ["openai", { model: "gpt-5", inference_geo: "us" }, 1_250_000_000],
  ])("%s %j", (provider, body, input) => {
    const { price, refusal } = priced(provider, body);
    expect(refusal).toBeNull();
    expect(price?.rates.input).toBe(input);
  });

  test.each<[string, JsonObject, string]>([
    ["openai", { model: "gpt-5.2-pro", service_tier: "priority" }, "service_tier"],
    ["openai", { model: "gpt-5", service_tier: "turbo" }, "service_tier"],
    ["openai", { model: "gpt-5", service_tier: 7 }, "service_tier"],
    ["anthropic", { model: "claude-sonnet-4-6", speed: "fast" }, "speed"],
    ["anthropic", { model: "claude-opus-4-8", inference_geo: "eu" }, "inference_geo"],
    ["openai", { model: "gpt-99" }, "model"],
    ["openai", { model: "text-embedding-3-small" }, "model"],
    ["openai", { model: "whisper-1" }, "model"],
  ])("R22, law 11: %s %j has no known price, and %s says so", (provider, body, param) => {
    expect(priced(provider, body).refusal).toMatchObject({ code: "model_unpriced", param });
  });
});

function settled(provider: string, model: string, reading: Partial<Reading>, options: PriceOptions = {}) {
  const priceOf = (named: string, asked: PriceOptions) =>
    priceFor({ priceOverrides: [] }, { provider, model: named, atMs, options: asked });
  const whole = { usage: null, complete: true, failed: false, generatedBytes: 0, ...reading };
  const held = priceOf(model, options);
  const call = { provider, model, held, options, overridden: false, priceOf };
  const { price, tierUnpriced } = settledPrice(whole, call);
  return { input: price?.rates.input, tierUnpriced };
}

describe("R20, R22: a deployment costs what the model costs that answers", () => {
  const at = (model: string, answered: string | undefined, overridden = false) => {
    const priceOf = (named: string) =>
      priceFor({ priceOverrides: [] }, { provider: "azure", model: named, atMs });
    const reading = { usage: null, complete: true, failed: false, generatedBytes: 0 };
    const call = { provider: "azure", model, held: priceOf(model), options: {}, overridden, priceOf };
    const whole = { ...reading, ...(answered !== undefined && { model: answered }) };
    return settledPrice(whole, { ...call, deployment: true }).price?.rates.input;
  };
  const MINI = 150_000_000;
  const WHOLE = 2_500_000_000;

  test("whatever it is called", () => {
    expect(at("my-chat", "gpt-4o-mini-2024-07-18")).toBe(MINI);
    expect(at("gpt-4o-mini", "gpt-4o-2024-11-20")).toBe(WHOLE);
    expect(at("gpt-4o-mini", undefined)).toBe(MINI);
    expect(at("gpt-4o-mini", "a model without a price")).toBe(MINI);
    expect(at("my-chat", "a model without a price")).toBeUndefined();
  });

  test("but for what its operator says", () => {
    expect(at("gpt-4o-mini", "gpt-4o-2024-11-20", true)).toBe(MINI);
  });
});

describe("R52: a call is settled at the service that the answer states", () => {
  const flex = { serviceTier: "flex" };
  test.each<[string, Partial<Reading>, PriceOptions, number]>([
    ["what was asked", { serviceTier: "priority" }, { tier: "priority" }, 2_500_000_000],
    ["a downgrade", { serviceTier: "default" }, { tier: "priority" }, 1_250_000_000],
    ["a project's own default", { serviceTier: "priority" }, {}, 2_500_000_000],
    ["a cheaper one", flex, { tier: "flex" }, 625_000_000],
    ["a cheaper one, unasked", flex, {}, 625_000_000],
    ["nothing, priority asked", {}, { tier: "priority" }, 2_500_000_000],
    ["nothing, flex asked", {}, { tier: "flex" }, 1_250_000_000],
    ["a name that isn't a service", { serviceTier: "serverless" }, {}, 1_250_000_000],
  ])("%s", (_, reading, options, input) => {
    expect(settled("openai", "gpt-5", reading, options)).toEqual({ input, tierUnpriced: false });
  });

  test("a dearer one without a price is marked, so that the hold is the least that it costs", () => {
    expect(settled("openai", "gpt-5.2-pro", { serviceTier: "priority" })).toEqual({
      input: 21_000_000_000,
      tierUnpriced: true,
    });
  });

  test("Anthropic's speed and region, asked or stated", () => {
    const opus = (serviceTier: string, tier?: string) =>
      settled("anthropic", "claude-opus-4-8", { serviceTier }, tier === undefined ? {} : { tier }).input;
    expect(opus("standard", "fast")).toBe(10_000_000_000);
    expect(opus("standard us")).toBe(5_500_000_000);
    expect(opus("standard fast us", "fast us")).toBe(11_000_000_000);
    expect(opus("batch")).toBe(2_500_000_000);
  });
});

describe("R20, R50: the model that answered", () => {
  test("is priced as the snapshot that it is", () => {
    expect(settled("openai", "gpt-4o", { model: "gpt-4o-2024-05-13" }).input).toBe(5_000_000_000);
  });

  test("doesn't make the call cheaper by being another one whose name is longer", () => {
    expect(settled("openai", "gpt-4o", { model: "gpt-4o-mini" }).input).toBe(2_500_000_000);
    expect(settled("openai", "gpt-4", { model: "gpt-4-turbo" }).input).toBe(30_000_000_000);
  });

  test.each([
    ["gpt-4o-2024-08-06", "gpt-4o", true],
    ["gpt-4-0613", "gpt-4", true],
    ["claude-opus-4-20250514", "claude-opus-4", true],
    ["claude-opus-4@20250514", "claude-opus-4", true],
    ["gemini-2.0-flash-001", "gemini-2.0-flash", true],
    ["gpt-4o", "gpt-4o", true],
    ["claude-opus-4-5", "claude-opus-4", false],
    ["gpt-4-1106-preview", "gpt-4", false],
    ["gpt-5-mini", "gpt-5", false],
    ["o1-pro", "o1", false],
    ["gpt-4o", "gpt-4o-2024-08-06", false],
  ])("%s is a snapshot of %s: %s", (answered, model, expected) => {
    expect(isSnapshotOf(answered, model)).toBe(expected);
  });
});

describe("R13: a free call", () => {
  const override = { provider: "openai", model: "gpt-4o", updatedAtMs: atMs, rates: { input: 0, output: 0 } };
  const zero = [{ ...override, multiplierNano: 0 }];
  const sizes = (body: JsonObject) => sizesOf(callOf("openai", body), openaiChat, "gpt-4o");
  const body: JsonObject = { model: "gpt-4o", messages: [] };

  test("is one whose price is known, and zero in every amount", () => {
    const { price } = priced("openai", { model: "gpt-4o" }, zero);
    expect(isFreeCall(price, sizes(body), body)).toBe(true);
    expect(isFreeCall(priced("openai", { model: "gpt-4o" }).price, sizes(body), body)).toBe(false);
    expect(isFreeCall(null, sizes(body), body)).toBe(false);
  });

  test("isn't one where a tool's use still costs", () => {
    // The tokens are free, the list's searches aren't.
    const { price } = priced("openai", { model: "gpt-4o" }, [override]);
    const withTool = (type: string) => ({ ...body, tools: [{ type, name: "x" }] });
    expect(price?.rates).toEqual({ input: 0, output: 0 });
    expect(isFreeCall(price, sizes(body), body)).toBe(true);
    expect(isFreeCall(price, sizes(body), withTool("function"))).toBe(true);
    expect(isFreeCall(price, sizes(body), withTool("web_search"))).toBe(false);
  });

  test("isn't one where another model or a plugin may be paid beside it", () => {
    const { price } = priced("openai", { model: "gpt-4o" }, zero);
    for (const more of [{ models: ["gpt-5"] }, { plugins: [{ id: "web" }] }, { web_search_options: {} }]) {
      expect(isFreeCall(price, sizes(body), { ...body, ...more })).toBe(false);
    }
  });
});
