// Vercel's AI SDK, with its OpenAI and Anthropic providers, against the demo provider.

import { createAnthropic } from "@ai-sdk/anthropic";
import { createOpenAI } from "@ai-sdk/openai";
import { APICallError, generateText, jsonSchema, streamText, tool, type LanguageModel } from "ai";
import { afterAll, beforeAll, expect, test } from "vitest";

import { serveDemoProvider, type DemoProvider } from "../../src/local/demo/serve.ts";
import { collect } from "./demo-support.ts";

type Api = "openai" | "anthropic";
const APIS: Api[] = ["openai", "anthropic"];
const prompt = "Hello, provider";

let demo: DemoProvider;

beforeAll(async () => {
  demo = await serveDemoProvider();
});

afterAll(() => demo.close());

function modelOf(api: Api, name?: string): LanguageModel {
  const settings = { baseURL: `${demo.url}/v1`, apiKey: "any" };
  if (api === "openai") return createOpenAI(settings).chat(name ?? "gpt-4o-mini");
  return createAnthropic(settings)(name ?? "claude-sonnet-4-6");
}

test.each(APIS)("%s: generates text with its usage", async (api) => {
  const result = await generateText({ model: modelOf(api), prompt });
  expect(result.text).toContain(prompt);
  expect(result.finishReason).toBe("stop");
  expect(result.usage.outputTokens).toBe(Math.ceil(result.text.length / 4));
  expect(result.usage.inputTokens).toBeGreaterThan(0);
});

test.each(APIS)("%s: streams the same text with the same usage", async (api) => {
  const generated = await generateText({ model: modelOf(api), prompt });
  const streamed = streamText({ model: modelOf(api), prompt });
  expect(await collect(streamed.textStream).then((pieces) => pieces.join(""))).toBe(generated.text);
  expect((await streamed.usage).outputTokens).toBe(generated.usage.outputTokens);
});

test.each(APIS)("%s: stops at the limit", async (api) => {
  const result = await generateText({ model: modelOf(api), prompt, maxOutputTokens: 7 });
  expect(result.finishReason).toBe("length");
  expect(result.usage.outputTokens).toBe(7);
});

test.each(APIS)("%s: runs a forced tool with valid arguments", async (api) => {
  const weather = tool({
    inputSchema: jsonSchema<{ city: string }>({
      type: "object",
      properties: { city: { type: "string" } },
      required: ["city"],
    }),
    execute: ({ city }) => `Sun in ${city}`,
  });
  const result = await generateText({
    model: modelOf(api),
    prompt,
    tools: { weather },
    toolChoice: "required",
  });
  expect(result.toolResults[0]?.output).toBe("Sun in demo");
});

test.each(APIS)("%s: raises APICallError for an unknown model", async (api) => {
  const asked = generateText({ model: modelOf(api, "unknown-1"), prompt, maxRetries: 0 });
  await expect(asked).rejects.toSatisfy((error) => APICallError.isInstance(error));
  await expect(asked).rejects.toMatchObject({ statusCode: 404 });
});
