import { expect, test } from "vitest";
import { settledUsage } from "../../src/domain/estimate.ts";
import { hiddenTokens, timeFirstText } from "../../src/gate/hidden-time.ts";
import { openaiChat } from "../../src/providers/openai/chat.ts";
import { streamReaderOf } from "../providers/support.ts";

const CALL = { inputTokens: 10, model: "o3" };

test("thinking out of sight is bounded by its time, beyond the second in which any model begins", () => {
  expect(hiddenTokens(0)).toBe(0);
  expect(hiddenTokens(1_000)).toBe(0);
  expect(hiddenTokens(1_001)).toBe(1);
  expect(hiddenTokens(11_000)).toBe(1_000);
});

test("an answer that broke off costs what was seen and the thinking before it (R26)", () => {
  const broken = { usage: null, complete: false, failed: false, generatedBytes: 30 };
  expect(settledUsage(broken, { ...CALL, hiddenTokens: 500 })).toEqual({
    usage: { input_total: 10, output_total: 510 },
    estimated: true,
  });
  const failed = { ...broken, failed: true };
  expect(settledUsage(failed, { ...CALL, hiddenTokens: 500 })?.usage.output_total).toBe(10);
  const whole = { ...broken, complete: true, usage: { input_total: 10, output_total: 0 } };
  expect(settledUsage(whole, { ...CALL, hiddenTokens: 500 })?.usage.output_total).toBe(0);
});

test("the first text's time is the first text's, not the first event's or the last text's", () => {
  let nowMs = 0;
  const { reader, firstTextAtMs } = timeFirstText(
    streamReaderOf(openaiChat, { hideUsage: false }),
    () => nowMs,
  );
  const push = (atMs: number, delta: object) => {
    nowMs = atMs;
    reader.push({ event: "", data: JSON.stringify({ choices: [{ index: 0, delta }] }) });
    return firstTextAtMs();
  };
  expect(push(1, { role: "assistant" })).toBeNull();
  expect(push(2, { content: "a" })).toBe(2);
  expect(push(3, { content: "b" })).toBe(2);
});
