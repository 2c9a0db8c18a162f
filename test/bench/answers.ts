// What the bench's provider answers: made once, so that it costs little.

/** Of text, in a stream. */
export const CHUNKS = 200;
const MODEL = "gpt-4o-mini-2024-07-18";
const USAGE = { prompt_tokens: 230, completion_tokens: 200, total_tokens: 430 };

const chunk = (choices: unknown[], more: object = {}) => {
  const head = {
    id: "chatcmpl-bench",
    object: "chat.completion.chunk",
    created: 1_790_000_000,
    model: MODEL,
  };
  const data = { ...head, service_tier: "default", system_fingerprint: "fp_0123456789", choices, ...more };
  return Buffer.from(`data: ${JSON.stringify(data)}\n\n`);
};
const text = (content: string) =>
  chunk([{ index: 0, delta: { content }, logprobs: null, finish_reason: null }]);

export const TEXT = text(" token");
export const FINISH = chunk([{ index: 0, delta: {}, logprobs: null, finish_reason: "stop" }]);
export const USAGE_CHUNK = chunk([], { usage: USAGE });
export const DONE = Buffer.from("data: [DONE]\n\n");

const SENT_AT = /"content":"sent at (\d+)"/;

/** A stream's first text says when it was sent, by the clock that all processes of a machine share, in nanoseconds. */
export function firstText(nowNs: bigint): Buffer {
  return text(`sent at ${nowNs}`);
}

/** How long ago that was, in milliseconds; undefined where nothing says so. */
export function sentAgoMs(received: string, nowNs: bigint): number | undefined {
  const [, sentNs] = SENT_AT.exec(received) ?? [];
  return sentNs === undefined ? undefined : Number(nowNs - BigInt(sentNs)) / 1e6;
}

export const WHOLE = Buffer.from(
  JSON.stringify({
    id: "chatcmpl-bench",
    object: "chat.completion",
    created: 1_790_000_000,
    model: MODEL,
    choices: [
      {
        index: 0,
        message: { role: "assistant", content: "Set aside first, count afterwards. ".repeat(20).trim() },
        logprobs: null,
        finish_reason: "stop",
      },
    ],
    usage: USAGE,
    service_tier: "default",
    system_fingerprint: "fp_0123456789",
  }),
);
