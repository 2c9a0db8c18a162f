// How the demo provider splits the input of a messages request into uncached, read and written tokens.
// https://docs.anthropic.com/en/docs/build-with-claude/prompt-caching — pure, and it remembers nothing between
// calls: of what `cache_control` marks, the part before the last answer counts as read (an earlier turn wrote
// it) and the rest as written. Unlike at Anthropic there is no smallest prompt, so that a short demo shows it.

import type { CacheControl, CountRequest } from "./anthropic-messages-request.ts";
import type { MessageTokens } from "./anthropic-wire.ts";
import { countPromptTokens } from "./tokens.ts";

export type InputTokens = Omit<MessageTokens, "output">;

interface Segment {
  tokens: number;
  mark: CacheControl;
  remembered: boolean;
}

export function countInput(request: CountRequest): InputTokens {
  const input = { uncachedInput: 0, cacheRead: 0, cacheWrite5m: 0, cacheWrite1h: 0 };
  // A mark covers everything since the mark before it.
  let unmarked = 0;
  for (const { tokens, mark, remembered } of segmentsOf(request)) {
    unmarked += tokens;
    if (!mark) continue;
    if (remembered) input.cacheRead += unmarked;
    else if (mark.ttl === "1h") input.cacheWrite1h += unmarked;
    else input.cacheWrite5m += unmarked;
    unmarked = 0;
  }
  input.uncachedInput = unmarked;
  return input;
}

export function sumInput(input: InputTokens): number {
  return input.uncachedInput + input.cacheRead + input.cacheWrite5m + input.cacheWrite1h;
}

/** In the order in which Anthropic caches: tools, system, messages. */
function segmentsOf({ tools = [], system = [], messages }: CountRequest): Segment[] {
  const lastAnswer = messages.findLastIndex((message) => message.role === "assistant");
  const remembered = lastAnswer >= 0;
  return [
    ...tools.map((tool) => ({ tokens: countPromptTokens(tool), mark: tool.cache_control, remembered })),
    ...contentSegments(system, remembered),
    ...messages.flatMap(({ content }, index) => contentSegments(content, index < lastAnswer)),
  ];
}

function contentSegments(
  content: CountRequest["messages"][number]["content"],
  remembered: boolean,
): Segment[] {
  if (typeof content === "string") {
    return [{ tokens: countPromptTokens(content), mark: undefined, remembered }];
  }
  return content.map((block) => ({
    tokens: countPromptTokens(block),
    mark: block.cache_control,
    remembered,
  }));
}
