import { expect, test } from "vitest";
import { inputTokensBound } from "../../../src/domain/estimate.ts";
import { cohereChat } from "../../../src/providers/cohere/chat.ts";
import { extrasOf, factsOf, faultOf } from "../support.ts";

const messages = [{ role: "user", content: "hello" }];
const model = "command-a-03-2025";

test("the limit of a call is max_tokens, and that of generate holds for each generation (R23)", () => {
  expect(factsOf(cohereChat, { model, messages })).toMatchObject({ stream: false, choices: 1 });
  expect(factsOf(cohereChat, { model, messages })).not.toHaveProperty("outputLimit");
  expect(factsOf(cohereChat, { model, messages, max_tokens: 20, stream: true })).toMatchObject({
    outputLimit: 20,
    stream: true,
    usageAsked: true,
  });
  expect(factsOf(cohereChat, { model: "command", prompt: "x", num_generations: 3 }).choices).toBe(3);
});

test.each([
  ["model", { messages }],
  ["max_tokens", { model, messages, max_tokens: 0 }],
  ["max_tokens", { model, messages, max_tokens: "20" }],
  ["num_generations", { model, prompt: "x", num_generations: -1 }],
  ["messages", { model, messages: {} }],
  ["stream", { model, messages, stream: "yes" }],
])("a wrong %s is refused by its name", (param, body) => {
  expect(faultOf(cohereChat, body)).toBe(param);
});

test("no body makes the provider state its usage: it does so anyway, and nobody's end user is named", () => {
  const body = { model, messages, stream: true, user: "u-1" };
  const facts = factsOf(cohereChat, body);
  expect(cohereChat.usageEdits(body, facts)).toEqual([]);
  expect(facts.endUser).toBeUndefined();
});

test("a clamp lowers max_tokens, and never raises it (law 3)", () => {
  const clamped = (body: Record<string, unknown>) =>
    cohereChat.clampEdits(body, factsOf(cohereChat, body), 100);
  expect(clamped({ model, messages })).toEqual([{ path: ["max_tokens"], value: 100 }]);
  expect(clamped({ model, messages, max_tokens: 500 })).toEqual([{ path: ["max_tokens"], value: 100 }]);
  expect(clamped({ model, messages, max_tokens: 100 })).toEqual([]);
});

test("an image is bounded by what it costs at most, not by its base64 (R22)", () => {
  const url = `data:image/png;base64,${"A".repeat(900_000)}`;
  for (const image_url of [{ url, detail: "high" }, url]) {
    const body = { model, messages: [{ role: "user", content: [{ type: "text", image_url }] }] };
    const bytes = JSON.stringify(body).length;
    const bound = inputTokensBound(bytes, extrasOf(cohereChat, body));
    // 13 pictures of 256 tokens each are the most that one is cut into.
    expect(bound).toBeGreaterThan(13 * 256);
    expect(bound).toBeLessThan(5_000);
  }
});

test("documents and tools are bounded beyond their bytes", () => {
  const plain = extrasOf(cohereChat, { model, messages });
  const more = extrasOf(cohereChat, {
    model,
    messages: [...messages, { role: "tool", content: [{ type: "document", document: { data: "x" } }] }],
    documents: ["a", { data: { text: "b" } }],
    tools: [{}],
    response_format: { type: "json_object" },
  });
  expect(more.tokens).toBeGreaterThan(plain.tokens + 3 * 50);
});

test.each([
  ["a conversation that Cohere keeps", { conversation_id: "c-1" }],
  ["a connector", { connectors: [{ id: "web-search" }] }],
])("%s is input that the body doesn't show", (_, more) => {
  expect(extrasOf(cohereChat, { model, message: "hello", ...more }).unseenInput).toBe(true);
});
