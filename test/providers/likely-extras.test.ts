import { expect, test } from "vitest";
import { anthropicMessages } from "../../src/providers/anthropic/messages.ts";
import { converse } from "../../src/providers/bedrock/converse.ts";
import { geminiGenerate } from "../../src/providers/google/generate.ts";
import { openaiChat } from "../../src/providers/openai/chat.ts";
import { openaiResponses } from "../../src/providers/openai/responses.ts";
import type { JsonObject, Wire } from "../../src/providers/wire.ts";
import { extrasOf } from "./support.ts";

const inBase64 = (text: string) => Buffer.from(text).toString("base64");
const TEXT = inBase64("x".repeat(399));
const PDF = inBase64(`%PDF-1.7${"x".repeat(60_000)}`);
const parts = (...all: JsonObject[]) => ({ contents: [{ role: "user", parts: all }] });
const says = (content: unknown) => ({ messages: [{ role: "user", content }] });

// What an answer without a usage is settled at, against what the call is held at.
test.each<[string, Wire, JsonObject, { likely: number; most: number }]>([
  [
    "Gemini's functions",
    geminiGenerate,
    { ...parts({ text: "hi" }), tools: [{ functionDeclarations: [{ name: "f" }, { name: "g" }] }] },
    { likely: 0, most: 96 },
  ],
  [
    "Gemini's schema",
    geminiGenerate,
    { ...parts({ text: "hi" }), generationConfig: { responseSchema: { type: "STRING" } } },
    { likely: 0, most: 200 },
  ],
  [
    "a text that Gemini reads",
    geminiGenerate,
    parts({ inlineData: { mimeType: "text/plain", data: TEXT } }),
    { likely: 100, most: 4_120 },
  ],
  [
    "a PDF that Claude reads",
    anthropicMessages,
    says([{ type: "document", source: { type: "base64", media_type: "application/pdf", data: PDF } }]),
    { likely: 2 * 1_600, most: 16 * 8_000 },
  ],
  [
    "Claude's text editor",
    anthropicMessages,
    { ...says("hi"), tools: [{ type: "text_editor_20250728", name: "e" }] },
    { likely: 350 + 600, most: 900 + 3_000 },
  ],
  [
    "code that Anthropic runs",
    anthropicMessages,
    { ...says("hi"), tools: [{ type: "code_execution_20250825", name: "c" }] },
    { likely: 350 + 3_000, most: 900 + 3_000 },
  ],
  [
    "a format of a response",
    openaiResponses,
    { model: "gpt-5", input: "hi", text: { format: { type: "text" } } },
    { likely: 0, most: 200 },
  ],
  [
    "a tool that OpenAI runs",
    openaiResponses,
    { model: "gpt-5", input: "hi", tools: [{ type: "file_search" }] },
    { likely: 64 + 300, most: 64 + 16 + 3_000 },
  ],
  [
    "a PDF in a chat",
    openaiChat,
    { model: "gpt-4o", ...says([{ type: "file", file: { file_data: PDF } }]) },
    { likely: 2 * 1_600, most: 16 * 7_050 },
  ],
  [
    "a picture and a film that Nova sees",
    converse,
    says([
      { image: { format: "png", source: { bytes: TEXT } } },
      { video: { format: "mp4", source: { bytes: TEXT } } },
    ]),
    { likely: 1_000 + 288, most: 64 + 16_384 + 3_200 * 288 },
  ],
])("%s: less is likely than is held", (_, wire, body, { likely, most }) => {
  const { tokens, spareTokens = 0 } = extrasOf(wire, body);
  expect({ likely: tokens - spareTokens, most: tokens }).toEqual({ likely, most });
});
