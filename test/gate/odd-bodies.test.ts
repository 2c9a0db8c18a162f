import { describe, expect, test } from "vitest";
import { anthropicMessages } from "../../src/providers/anthropic/messages.ts";
import { openaiChat } from "../../src/providers/openai/chat.ts";
import type { JsonObject } from "../../src/providers/wire.ts";
import { extrasOf, readBodyOf } from "../providers/support.ts";

const DEPTH = 20_000;

describe("bodies that are deep beyond reason", () => {
  test("don't end the reading of a request", () => {
    let content: JsonObject[] = [{ type: "text", text: "x" }];
    for (let i = 0; i < DEPTH; i++) {
      content = [{ type: "document", source: { type: "content", content } }];
    }
    const extras = extrasOf(anthropicMessages, { messages: [{ role: "user", content }] });
    expect(extras.mediaBytes).toBe(0);
  });

  test("don't end the reading of an answer", () => {
    let thinking: unknown[] = [{ text: "x" }];
    for (let i = 0; i < DEPTH; i++) thinking = [{ thinking }];
    const body = {
      choices: [{ message: { content: thinking } }],
      usage: { prompt_tokens: 1, completion_tokens: 2 },
    };
    expect(readBodyOf(openaiChat, 200, body).usage).toMatchObject({ input_total: 1, output_total: 2 });
  });
});
