// The real Google SDK against the demo provider.

import { ApiError, FunctionCallingConfigMode, GoogleGenAI } from "@google/genai";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { serveDemoProvider, type DemoProvider } from "../../src/local/demo/serve.ts";
import { collect } from "./demo-support.ts";

let demo: DemoProvider;
let client: GoogleGenAI;

beforeAll(async () => {
  demo = await serveDemoProvider();
  client = new GoogleGenAI({ apiKey: "any", httpOptions: { baseUrl: demo.url } });
});
afterAll(() => demo.close());

const HELLO = { model: "gemini-2.5-flash", contents: "Hello, provider" };
const SAID = 'You said: "Hello, provider"';

describe("content", () => {
  test("echoes the last user's text and counts four bytes a token", async () => {
    const answer = await client.models.generateContent(HELLO);
    expect(answer.text).toContain(SAID);
    expect(answer.candidates?.[0]?.finishReason).toBe("STOP");
    expect(answer.usageMetadata?.candidatesTokenCount).toBe(Math.ceil((answer.text ?? "").length / 4));
    expect(answer.modelVersion).toBe("gemini-2.5-flash");
  });

  test("stops at the limit", async () => {
    const answer = await client.models.generateContent({ ...HELLO, config: { maxOutputTokens: 3 } });
    expect(answer.candidates?.[0]?.finishReason).toBe("MAX_TOKENS");
    expect(answer.usageMetadata?.candidatesTokenCount).toBe(3);
  });

  test("calls a function where the mode leaves no other way", async () => {
    const functionDeclarations = [
      {
        name: "weather",
        parametersJsonSchema: {
          type: "object",
          properties: { city: { type: "string" } },
          required: ["city"],
        },
      },
    ];
    const toolConfig = { functionCallingConfig: { mode: FunctionCallingConfigMode.ANY } };
    const config = { tools: [{ functionDeclarations }], toolConfig };
    const answer = await client.models.generateContent({ ...HELLO, config });
    expect(answer.functionCalls).toMatchObject([{ name: "weather", args: { city: expect.any(String) } }]);
  });

  test("streams as events, with the usage so far in each chunk", async () => {
    const chunks = await collect(await client.models.generateContentStream(HELLO));
    expect(chunks.map(({ text }) => text).join("")).toContain(SAID);
    expect(chunks.length).toBeGreaterThan(2);
    expect(chunks.every(({ usageMetadata }) => usageMetadata?.promptTokenCount)).toBe(true);
    expect(chunks.at(-1)?.candidates?.[0]?.finishReason).toBe("STOP");
  });

  test("streams as one JSON array where no events are asked for", async () => {
    const response = await fetch(`${demo.url}/v1beta/models/gemini-2.5-flash:streamGenerateContent`, {
      method: "POST",
      headers: { "x-goog-api-key": "any" },
      body: JSON.stringify({ contents: { parts: { text: "Hello, provider" } } }),
    });
    expect(response.headers.get("content-type")).toBe("application/json; charset=UTF-8");
    const chunks: unknown = await response.json();
    expect(Array.isArray(chunks) && chunks.length > 2).toBe(true);
    expect(JSON.stringify(chunks)).toContain("STOP");
  });
});

describe("the rest", () => {
  test("tokens are counted as an answer would bill them", async () => {
    const { totalTokens } = await client.models.countTokens(HELLO);
    const answer = await client.models.generateContent(HELLO);
    expect(totalTokens).toBe(answer.usageMetadata?.promptTokenCount);
  });

  test("models are listed, and one is found by its name", async () => {
    const models = await collect(await client.models.list());
    expect(models.map(({ name }) => name)).toContain("models/gemini-2.5-flash");
    expect(await client.models.get({ model: "gemini-2.5-pro" })).toMatchObject({
      name: "models/gemini-2.5-pro",
    });
  });

  test("an unknown model is a 404 in Google's own format", async () => {
    const failure = client.models.generateContent({ ...HELLO, model: "unknown-1" });
    await expect(failure).rejects.toBeInstanceOf(ApiError);
    await expect(failure).rejects.toMatchObject({ status: 404 });
  });

  test.each(["{", '{"contents":7}', '{"contents":[],"generationConfig":{"maxOutputTokens":0}}'])(
    "%s is a 400",
    async (body) => {
      const url = `${demo.url}/v1beta/models/gemini-2.5-flash:generateContent`;
      const response = await fetch(url, { method: "POST", headers: { "x-goog-api-key": "any" }, body });
      expect([response.status, await response.json()]).toMatchObject([
        400,
        { error: { status: "INVALID_ARGUMENT" } },
      ]);
    },
  );

  test("no key is a 401, and an unknown call a 404", async () => {
    const url = `${demo.url}/v1beta/models/gemini-2.5-flash`;
    expect((await fetch(url)).status).toBe(401);
    const headers = { "x-goog-api-key": "any" };
    expect((await fetch(`${url}:tuneModel`, { method: "POST", headers, body: "{}" })).status).toBe(404);
  });
});
