// Calls of gpt-4o-mini whose holds a test can compute by itself. Pure.

import { priceOf } from "./e2e-money.ts";

/** USD per million tokens: https://platform.openai.com/docs/pricing, 2026-11. */
export const MINI = { model: "gpt-4o-mini", input: "0.15", output: "0.6" };
const MESSAGES = [{ role: "user", content: "Hello" }];
/** The likely size of ASCII text, by which a call is held where its byte bound doesn't fit. */
const BYTES_PER_TOKEN = 3;

export function smallChat(maxTokens: number, fields: object = {}): object {
  return { model: MINI.model, messages: MESSAGES, max_tokens: maxTokens, ...fields };
}

/** What such a call can cost at most: each byte a token. */
export function widestHold(body: object, outputTokens: number): bigint {
  return costOfTokens(bytesOf(body), outputTokens);
}

/** What it is held at where only that fits. */
export function tightHold(body: object, outputTokens: number): bigint {
  return costOfTokens(Math.ceil(bytesOf(body) / BYTES_PER_TOKEN), outputTokens);
}

export function costOfTokens(input: number, output: number): bigint {
  return priceOf([
    [input, MINI.input],
    [output, MINI.output],
  ]);
}

export function usageOf(input: number, output: number) {
  return { prompt_tokens: input, completion_tokens: output, total_tokens: input + output };
}

function bytesOf(body: object): number {
  return JSON.stringify(body).length;
}
