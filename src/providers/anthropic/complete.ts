import { clampOf } from "../clamp.ts";
import {
  asObject,
  asText,
  booleanField,
  firstInvalid,
  integerField,
  MAX_OUTPUT_TOKENS,
  modelField,
  valueOf,
} from "../fields.ts";
import { parsedEvent } from "../parsed-event.ts";
import { plainExtras } from "../plain-extras.ts";
import { utf8Bytes } from "../utf8.ts";
import type { CallFacts, InvalidBody, JsonObject, Reading, StreamReader, Wire } from "../wire.ts";

/**
 * Anthropic's text completions, which came before messages. No answer states its usage, so all of them are settled at an
 * estimate. https://platform.claude.com/docs/en/api/completions
 */
export const anthropicComplete: Wire = {
  name: "anthropic-complete",
  envelope: "anthropic",
  understand,
  usageEdits: () => [],
  clampEdits: clampOf("max_tokens_to_sample"),
  inputExtras: plainExtras,
  streamReader,
  readBody,
};

function understand(body: JsonObject): { facts: CallFacts } | { invalid: InvalidBody } {
  const model = modelField(body);
  const stream = booleanField(body, "stream");
  const limit = integerField(body, "max_tokens_to_sample", MAX_OUTPUT_TOKENS);
  const fault = firstInvalid([model, stream, limit]);
  if (fault) return { invalid: fault };
  const outputLimit = valueOf(limit);
  const endUser = asText(asObject(body["metadata"])?.["user_id"]);
  return {
    facts: {
      model: valueOf(model) ?? "",
      stream: valueOf(stream) ?? false,
      choices: 1,
      ...(outputLimit !== undefined && { outputLimit }),
      ...(endUser !== undefined && { endUser }),
      usageAsked: true,
    },
  };
}

/** The last event of a stream says why it stopped; pings say nothing. */
function streamReader(): StreamReader {
  let complete = false;
  let failed = false;
  let generatedBytes = 0;
  let model: string | undefined;
  return {
    push({ event, data }) {
      const message = parsedEvent(data);
      if (event === "error" || message?.["type"] === "error") failed = true;
      if (message?.["type"] !== "completion") return "pass";
      generatedBytes += utf8Bytes(message["completion"]);
      model = asText(message["model"]) ?? model;
      complete ||= asText(message["stop_reason"]) !== undefined;
      return "pass";
    },
    reading: () => readingOf({ complete, failed, generatedBytes, model }),
  };
}

function readBody(status: number, body: unknown): Reading {
  const answer = asObject(body);
  return readingOf({
    complete: answer !== null,
    failed: status >= 400 || answer?.["type"] === "error",
    generatedBytes: utf8Bytes(answer?.["completion"]),
    model: asText(answer?.["model"]),
  });
}

function readingOf({
  model,
  ...seen
}: Omit<Reading, "usage" | "model"> & { model: string | undefined }): Reading {
  return { usage: null, ...seen, ...(model !== undefined && { model }) };
}
