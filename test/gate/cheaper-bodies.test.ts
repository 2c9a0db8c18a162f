import { describe, expect, test } from "vitest";
import { quote } from "../../src/gate/quote.ts";
import type { JsonObject } from "../../src/providers/wire.ts";

// Bodies by which a client could have bought more than was held for it.

const CONFIG = { DEFAULT_PROVIDER: "openai", MAX_BODY_BYTES: 1_000_000 };
const AT_MS = Date.UTC(2026, 10, 30);

/** What such a call would hold, in US dollars; or why it isn't one for a usd budget. */
async function heldFor(path: string, body: JsonObject): Promise<number | string> {
  const quoted = await quote(
    CONFIG,
    { path, body },
    { priceOverrides: [], modelAliases: {}, ownProviders: [] },
    AT_MS,
  );
  return "refusal" in quoted ? quoted.refusal.code : quoted.holdNanoUsd / 1e9;
}

const said = (content: unknown, role = "user") => ({ messages: [{ role, content }] });
const chat = (model: string) => ({ model, ...said("Hi"), max_tokens: 10 });
const tools = (...types: string[]) => ({ tools: types.map((type) => ({ type })) });
const google = (member: JsonObject) => ({ extra_body: { google: member } });

const OPENAI: [string, JsonObject] = ["/openai/v1/chat/completions", chat("gpt-4o-mini")];
const RESPONSES: [string, JsonObject] = [
  "/openai/v1/responses",
  { model: "gpt-4o-mini", input: "Hi", max_output_tokens: 10 },
];
const GROQ: [string, JsonObject] = ["/groq/openai/v1/chat/completions", chat("openai/gpt-oss-120b")];
const XAI: [string, JsonObject] = ["/xai/v1/chat/completions", chat("grok-4.3")];
const SONAR: [string, JsonObject] = ["/perplexity/chat/completions", chat("sonar-pro")];
const CLAUDE: [string, JsonObject] = ["/anthropic/v1/messages", chat("claude-haiku-4-5")];
const ROUTER: [string, JsonObject] = ["/openrouter/api/v1/chat/completions", chat("openai/gpt-4o-mini")];
const GEMINI: [string, JsonObject] = [
  "/google/v1beta/models/gemini-2.5-flash:generateContent",
  { contents: [{ parts: [{ text: "Hi" }] }], generationConfig: { maxOutputTokens: 10 } },
];
const COMPATIBLE: [string, JsonObject] = ["/google/v1beta/openai/chat/completions", chat("gemini-2.5-flash")];
const CONVERSE: [string, JsonObject] = [
  "/bedrock/model/us.anthropic.claude-haiku-4-5-20251001-v1:0/converse",
  { messages: [{ role: "user", content: [{ text: "Hi" }] }], inferenceConfig: { maxTokens: 10 } },
];
const IMAGES: [string, JsonObject] = ["/openai/v1/images/generations", { prompt: "a cat" }];
const PDF = { type: "file", file: { file_data: "https://x.test/a.pdf" } };
const IMAGE = { type: "image_url", image_url: { url: "https://x.test/a.png" } };
const DOCUMENT = { type: "document", source: { type: "url", url: "https://x.test/a.pdf" } };

describe("law 11: what has no known price is no call for a usd budget", () => {
  test.each<[string, JsonObject, JsonObject]>([
    [...GROQ, tools("code_interpreter")],
    [...GROQ, tools("function", "mcp")],
    ["/moonshot/v1/chat/completions", chat("kimi-k2.5"), tools("builtin_function")],
    ["/mistral/v1/chat/completions", chat("mistral-small-latest"), tools("code_interpreter")],
    // Another call, which nobody makes through a gate, would hear of its usage.
    [...XAI, { deferred: true }],
    [...SONAR, { web_search_options: { search_context_size: "vast" } }],
    [...ROUTER, { speed: "fast" }],
    [...ROUTER, { model: "openai/gpt-4o-mini:online" }],
    [...ROUTER, { modalities: ["image", "text"] }],
    [...ROUTER, { model: "google/gemini-2.5-flash-image" }],
    ["/openrouter/api/v1/responses", { model: "openai/gpt-4o-mini", input: "Hi" }, { preset: "mine" }],
    [
      "/openrouter/api/v1/responses",
      { model: "openai/gpt-4o-mini", input: "Hi" },
      tools("openrouter:fusion"),
    ],
    [...CLAUDE, { fallbacks: "default" }],
    [...CLAUDE, { fallbacks: [{ model: "claude-opus-4-8", speed: "fast" }] }],
    [...CLAUDE, { fallbacks: [{ model: "claude-of-nobody" }] }],
    [
      "/vertex/v1/projects/p/locations/global/publishers/anthropic/models/claude-opus-4-6:rawPredict",
      chat("x"),
      { speed: "fast" },
    ],
    [...CONVERSE, { additionalModelRequestFields: { speed: "fast" } }],
    [...GEMINI, { generationConfig: { routing_config: { autoMode: {} } } }],
    [...GEMINI, { generationConfig: { modelSelectionConfig: {} } }],
    [...COMPATIBLE, google({ tools: [{ google_search: {} }] })],
  ])("%s %j with %j", async (path, body, added) => {
    expect(await heldFor(path, body)).toBeTypeOf("number");
    expect(await heldFor(path, { ...body, ...added })).toBe("model_unpriced");
  });
});

describe("law 3: what a body asks for is held for, wherever it says so", () => {
  test.each<[string, JsonObject, JsonObject, number]>([
    // A picture, or a document, where few would look for one.
    [...OPENAI, said(IMAGE), 0.007],
    [...OPENAI, said([IMAGE], "tool"), 0.007],
    [...OPENAI, said([{ type: "file", file: { file_id: "file-1" } }]), 0.019],
    [
      "/mistral/v1/chat/completions",
      chat("mistral-small-latest"),
      said([{ document_url: "https://x.test" }]),
      0.1,
    ],
    [...CLAUDE, said([DOCUMENT]), 0.2],
    [...CLAUDE, said([{ type: "tool_result", content: [DOCUMENT] }]), 0.2],
    [
      ...CLAUDE,
      said([{ type: "web_fetch_tool_result", content: { type: "web_fetch_result", content: DOCUMENT } }]),
      0.2,
    ],
    [...CLAUDE, said([{ type: "container_upload", file_id: "file_1" }]), 0.2],
    [...CLAUDE, { thread: { type: "continue", previous_message_id: "msg_1" } }, 0.2],
    [
      "/azure/openai/deployments/gpt-4o/chat/completions",
      chat("x"),
      { data_sources: [{ type: "azure_search" }] },
      0.9,
    ],
    [...COMPATIBLE, google({ cachedContent: "cachedContents/1" }), 0.3],
    // OCR of 600 pages, and their text.
    [...ROUTER, said([PDF]), 1.2],
    // Searches.
    [...XAI, { search_parameters: { mode: "on", max_search_results: 30 } }, 0.75],
    [...SONAR, { web_search_options: { search_context_size: "high" } }, 0.014],
    [...SONAR, { web_search_options: { search_type: "pro" } }, 0.014],
    [...SONAR, { model: "sonar-deep-research" }, 1.5],
    [...ROUTER, { model: "perplexity/sonar-deep-research" }, 1.5],
    [...ROUTER, { web_search_options: {} }, 0.25],
    [
      "/openrouter/api/v1/responses",
      { model: "openai/gpt-4o-mini", input: "Hi" },
      { plugins: [{ id: "web" }] },
      0.25,
    ],
    // Thoughts that no limit counts.
    [
      "/xai/v1/responses",
      { model: "grok-4.3", input: "Hi", max_output_tokens: 16, reasoning: { effort: "none" } },
      { reasoning: { effort: "high" } },
      0.08,
    ],
    [...XAI, { model: "grok-4.6" }, 0.19],
    [...ROUTER, { model: "anthropic/claude-opus-4.6", reasoning: { max_tokens: 100_000 } }, 2.5],
    // Other models, at their own prices.
    [
      "/xai/v1/chat/completions",
      { ...chat("grok-3-mini"), reasoning_effort: "none" },
      { max_tokens: 1_000 },
      0.0025,
    ],
    [...CLAUDE, { fallbacks: [{ model: "claude-opus-4-8", max_tokens: 100_000 }] }, 2.5],
    [...CLAUDE, { tools: [{ type: "advisor_20260301", model: "claude-opus-4-8", max_tokens: 8_000 }] }, 2],
    [
      "/openrouter/api/v1/completions",
      { model: "openai/gpt-4o-mini", prompt: "Hi", max_tokens: 1_000 },
      { models: ["openai/gpt-4o"] },
      0.01,
    ],
    [
      "/openrouter/api/v1/responses",
      { model: "openai/gpt-4o-mini", input: "Hi", max_output_tokens: 1_000 },
      { models: ["openai/gpt-4o"] },
      0.01,
    ],
    // A picture of the model that is the default once it is asked for what only newer ones can.
    [...IMAGES, { background: "transparent" }, 0.3],
    [...IMAGES, { quality: "high" }, 0.3],
    [
      "/xai/v1/images/generations",
      { model: "grok-imagine-image-quality", prompt: "a cat" },
      { resolution: "2k" },
      0.07,
    ],
    [
      "/xai/v1/images/edits",
      { model: "grok-imagine-image-quality", prompt: "a cat" },
      { images: [{ url: "https://x.test" }] },
      0.1,
    ],
    // As many answers, or another reading.
    [...OPENAI, { n: 128 }, 0.0007],
    [...RESPONSES, { context_management: [{ type: "compaction" }], input: "Hi".repeat(1_000) }, 0.0006],
  ])("%s %j with %j holds %d USD", async (path, body, added, least) => {
    const plain = await heldFor(path, body);
    expect(plain).toBeTypeOf("number");
    const held = await heldFor(path, { ...body, ...added });
    expect(held).toBeGreaterThanOrEqual(least);
    expect(held).toBeGreaterThan(Number(plain));
  });
});
