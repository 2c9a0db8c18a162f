// Anthropic's wire format: the envelope of errors, the message, and the events of its stream.
// https://docs.anthropic.com/en/api/messages-streaming — pure builders, which the tests' provider uses too.

export type StopReason = "end_turn" | "max_tokens" | "tool_use";

export type ContentBlock =
  | { type: "text"; text: string }
  | { type: "tool_use"; id: string; name: string; inputJson: string };

export interface MessageHead {
  id: string;
  model: string;
}

export interface MessageTokens {
  /** Neither read from the cache nor written to it: Anthropic counts the three apart. */
  uncachedInput: number;
  cacheRead: number;
  cacheWrite5m: number;
  cacheWrite1h: number;
  output: number;
}

/** An event of the stream; its name on the wire is its type. */
export interface MessageEvent {
  type: string;
  [field: string]: unknown;
}

// Real streams state one token of output before anything was said.
const OUTPUT_TOKENS_AT_START = 1;

export function anthropicError(error: { type: string; message: string; requestId: string }): MessageEvent {
  const { type, message, requestId } = error;
  return { type: "error", error: { type, message }, request_id: requestId };
}

export function anthropicEvent(event: MessageEvent): string {
  return `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`;
}

export function messageUsage(tokens: MessageTokens): object {
  return {
    ...deltaUsage(tokens),
    cache_creation: {
      ephemeral_5m_input_tokens: tokens.cacheWrite5m,
      ephemeral_1h_input_tokens: tokens.cacheWrite1h,
    },
    service_tier: "standard",
    inference_geo: "not_available",
  };
}

/** The usage of `message_delta` is cumulative and has no split of the cache writes. */
export function deltaUsage(tokens: MessageTokens): object {
  return {
    input_tokens: tokens.uncachedInput,
    cache_creation_input_tokens: tokens.cacheWrite5m + tokens.cacheWrite1h,
    cache_read_input_tokens: tokens.cacheRead,
    output_tokens: tokens.output,
  };
}

/** `usage: null` leaves the field out, as a provider does that reports none. */
export function message(
  head: MessageHead,
  block: ContentBlock,
  ending: { stopReason: StopReason; usage: object | null },
): object {
  return {
    ...commonFields(head),
    content: [block.type === "text" ? block : toolBlock(block, parseInput(block.inputJson))],
    stop_reason: ending.stopReason,
    stop_sequence: null,
    ...(ending.usage !== null && { usage: ending.usage }),
  };
}

export function messageStart(head: MessageHead, usage: object | null): MessageEvent {
  const started = usage !== null && { usage: { ...usage, output_tokens: OUTPUT_TOKENS_AT_START } };
  const message = { ...commonFields(head), content: [], stop_reason: null, stop_sequence: null, ...started };
  return { type: "message_start", message };
}

export function blockStart(block: ContentBlock): MessageEvent {
  const content_block = block.type === "text" ? { type: "text", text: "" } : toolBlock(block, {});
  return { type: "content_block_start", index: 0, content_block };
}

export function blockDelta(block: ContentBlock, piece: string): MessageEvent {
  const delta =
    block.type === "text"
      ? { type: "text_delta", text: piece }
      : { type: "input_json_delta", partial_json: piece };
  return { type: "content_block_delta", index: 0, delta };
}

export function blockStop(): MessageEvent {
  return { type: "content_block_stop", index: 0 };
}

export function messageDelta(stopReason: StopReason | null, usage: object | null): MessageEvent {
  const delta = { stop_reason: stopReason, stop_sequence: null };
  return { type: "message_delta", delta, ...(usage !== null && { usage }) };
}

export function messageStop(): MessageEvent {
  return { type: "message_stop" };
}

export function ping(): MessageEvent {
  return { type: "ping" };
}

function commonFields(head: MessageHead): object {
  return { id: head.id, type: "message", role: "assistant", model: head.model };
}

function toolBlock(block: { id: string; name: string }, input: unknown): object {
  return { type: "tool_use", id: block.id, name: block.name, input };
}

function parseInput(inputJson: string): unknown {
  try {
    return JSON.parse(inputJson);
  } catch {
    // Arguments that the token limit cut off aren't JSON; Anthropic answers what it has of them.
    return {};
  }
}
