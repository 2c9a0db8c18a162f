import { expect, test } from "vitest";
import { DEFAULT_MAX_OUTPUT_TOKENS, maxOutputTokens } from "../../../src/providers/prices/output-limits.ts";

test.each([
  ["gpt-4o-mini", 16_384],
  ["openai/gpt-4o", 16_384],
  ["ft:gpt-4o-mini:org::id", 16_384],
  ["anthropic/claude-3-haiku", 4_096],
  ["google/gemini-2.5-pro", 65_536],
  ["deepseek-chat", 384_000],
  ["deepseek-v4-pro", 384_000],
  ["deepseek-ai/DeepSeek-V3.1", 163_840],
  ["accounts/fireworks/models/kimi-k2-instruct", 262_144],
  ["moonshot-v1-8k", 8_192],
  ["mistral-large-latest", 262_144],
  ["open-mixtral-8x22b", 65_536],
  ["grok-3-mini", 131_072],
  ["grok-4-0709", 256_000],
  ["openai/gpt-oss-120b", DEFAULT_MAX_OUTPUT_TOKENS],
  ["nobody/knows", DEFAULT_MAX_OUTPUT_TOKENS],
])("R9: %s writes at most %i tokens", (model, tokens) => {
  expect(maxOutputTokens(model)).toBe(tokens);
});
