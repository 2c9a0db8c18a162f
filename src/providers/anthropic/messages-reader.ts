import type { AnthropicCounts } from "./messages-usage.ts";
import { takeService, tierOf, type StatedService } from "./messages-tier.ts";
import { anthropicUsage, takeCounts } from "./messages-usage.ts";
import { tokenCount } from "../../domain/usage.ts";
import { asArray, asObject, asText } from "../fields.ts";
import { utf8Bytes } from "../utf8.ts";
import { parsedEvent } from "../parsed-event.ts";
import type { JsonObject, Reading, StreamReader } from "../wire.ts";

// https://platform.claude.com/docs/en/build-with-claude/streaming

/** Complete: `message_stop` was seen. Nothing is ever hidden: the usage comes unasked. */
export function anthropicReader(): StreamReader {
  const counts: AnthropicCounts = {};
  let outputIsFinal = false;
  let complete = false;
  let failed = false;
  let generatedBytes = 0;
  let model: string | undefined;
  const service: StatedService = {};

  function readUsage(value: unknown): void {
    takeCounts(counts, value);
    takeService(service, value);
  }

  function read(event: JsonObject): void {
    switch (event["type"]) {
      case "message_start": {
        const message = asObject(event["message"]);
        model = asText(message?.["model"]) ?? model;
        readUsage(message?.["usage"]);
        return;
      }
      case "content_block_start":
        generatedBytes += blockBytes(asObject(event["content_block"]));
        return;
      case "content_block_delta":
        generatedBytes += blockBytes(asObject(event["delta"]));
        return;
      case "message_delta":
        readUsage(event["usage"]);
        if (tokenCount(asObject(event["usage"])?.["output_tokens"]) !== undefined) outputIsFinal = true;
        return;
      case "message_stop":
        complete = true;
        // The start counts the first tokens only: where no delta counted, nobody said what the whole output was (R49).
        if (!outputIsFinal) delete counts.output;
        return;
      case "error":
        failed = true;
        return;
    }
  }

  return {
    push({ event, data }) {
      // Most events are pings or whole; an event that isn't JSON says nothing of usage.
      const message = parsedEvent(data);
      if (message) read(message);
      else if (event === "error") failed = true;
      return "pass";
    },
    reading: () => readingOf({ counts, complete, failed, generatedBytes, model, service }),
  };
}

/** Reads a unary answer. */
export function readAnthropicBody(status: number, body: unknown): Reading {
  const answer = asObject(body);
  const counts: AnthropicCounts = {};
  takeCounts(counts, answer?.["usage"]);
  const service: StatedService = {};
  takeService(service, answer?.["usage"]);
  let generatedBytes = 0;
  for (const block of asArray(answer?.["content"])) generatedBytes += blockBytes(asObject(block));
  return readingOf({
    counts,
    complete: answer !== null,
    failed: status >= 400 || answer?.["type"] === "error",
    generatedBytes,
    model: asText(answer?.["model"]),
    service,
  });
}

interface Seen {
  counts: AnthropicCounts;
  complete: boolean;
  failed: boolean;
  generatedBytes: number;
  model: string | undefined;
  service: StatedService;
}

function readingOf({ counts, complete, failed, generatedBytes, model: named, service }: Seen): Reading {
  const serviceTier = tierOf(service);
  const model = counts.servedBy ?? named;
  return {
    usage: anthropicUsage(counts),
    complete,
    failed,
    generatedBytes,
    ...(model !== undefined && { model }),
    ...(serviceTier !== undefined && { serviceTier }),
    ...(counts.further && counts.further.length > 0 && { further: counts.further }),
  };
}

/** The bytes of a block or a delta that the model wrote: text, thinking, a tool's input. */
function blockBytes(block: JsonObject | null): number {
  if (!block) return 0;
  const input = asObject(block["input"]);
  const called = block["type"] === "tool_use" || block["type"] === "server_tool_use";
  return (
    utf8Bytes(block["text"]) +
    utf8Bytes(block["thinking"]) +
    utf8Bytes(block["partial_json"]) +
    (called ? utf8Bytes(block["name"]) : 0) +
    // A stream's block starts with an empty input, which its deltas fill.
    (called && input && Object.keys(input).length > 0 ? utf8Bytes(JSON.stringify(input)) : 0)
  );
}
