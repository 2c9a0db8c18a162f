import { isUnitCount } from "../../domain/billed-units.ts";
import { tokenCount, type Usage } from "../../domain/usage.ts";
import { asObject, asText } from "../fields.ts";
import { utf8Bytes } from "../utf8.ts";
import { parsedEvent } from "../parsed-event.ts";
import type { AnsweredCall, JsonObject, Reading, StreamReader } from "../wire.ts";
import { openaiUsage } from "./chat-usage.ts";
import { filesIn } from "./form-fields.ts";
import { isError } from "./responses-object.ts";
import { responsesUsage } from "./responses-usage.ts";
import { statedUsageCost } from "./stated-usage-cost.ts";

/** Those that charge tokens, where the others charge time. */
const BY_TOKENS = /(?:^|\/)gpt-/;
/** Ordinary speech: 32 kbit/s. What comes as plain text states neither its length nor its tokens. */
const LIKELY_BYTES_PER_SECOND = 4_000;
const TOKENS_PER_SECOND = 10;

/** Complete: the last event was seen. https://platform.openai.com/docs/api-reference/audio/transcript-text-done-event */
export function transcriptionReader(): StreamReader {
  let usage: Usage | null = null;
  let complete = false;
  let failed = false;
  let generatedBytes = 0;
  let costNanoUsd: number | undefined;

  function read(event: JsonObject, type: string): void {
    if (type === "error" || isError(event["error"])) failed = true;
    // Words come as deltas, or (diarized) as whole segments.
    if (type.endsWith(".delta")) generatedBytes += utf8Bytes(event["delta"]);
    if (type.endsWith(".segment")) generatedBytes += utf8Bytes(event["text"]);
    // Mistral's are named transcription.done. https://docs.mistral.ai/capabilities/audio_transcription
    if (!type.endsWith(".done")) return;
    complete = true;
    generatedBytes = Math.max(generatedBytes, utf8Bytes(event["text"]));
    usage = transcriptionUsage(event);
    costNanoUsd = statedUsageCost(event["usage"]);
  }

  return {
    push({ event, data }) {
      const message = parsedEvent(data);
      if (message) read(message, asText(message["type"]) ?? event);
      else if (event === "error") failed = true;
      return "pass";
    },
    reading: () => ({
      usage,
      complete,
      failed,
      generatedBytes,
      ...(costNanoUsd !== undefined && { costNanoUsd }),
    }),
  };
}

/** Reads a unary answer. Where it is a plain text (`text`, `srt`, `vtt`), what is known is the file's size. */
export function readTranscription(
  status: number,
  body: unknown,
  call: Pick<AnsweredCall, "body" | "facts">,
): Reading {
  const answer = asObject(body);
  if (!answer) return { ...plainText(status, call), generatedBytes: 0 };
  const failed = status >= 400 || isError(answer["error"]);
  const costNanoUsd = statedUsageCost(answer["usage"]);
  const model = asText(answer["model"]);
  return {
    usage: failed ? null : transcriptionUsage(answer),
    complete: true,
    failed,
    generatedBytes: utf8Bytes(answer["text"]),
    ...(model !== undefined && { model }),
    ...(costNanoUsd !== undefined && { costNanoUsd }),
  };
}

/** Null: neither tokens nor time was stated. `duration` is the sound's own, which providers charge by. */
function transcriptionUsage(answer: JsonObject): Usage | null {
  const stated = asObject(answer["usage"]);
  const tokens = responsesUsage(stated) ?? openaiUsage(stated);
  const seconds = [stated?.["seconds"], stated?.["prompt_audio_seconds"], answer["duration"]]
    .map((value) => (typeof value === "string" && value !== "" ? Number(value) : value))
    .find((value): value is number => isUnitCount("seconds", value));
  if (!tokens && seconds === undefined) return null;
  return { ...tokens, ...(seconds !== undefined && { seconds }) };
}

function plainText(
  status: number,
  { body, facts }: Pick<AnsweredCall, "body" | "facts">,
): Omit<Reading, "generatedBytes"> {
  const files = filesIn(body);
  if (status >= 400) return { usage: null, complete: false, failed: true };
  if (files.length === 0) return { usage: null, complete: true, failed: false };
  const seconds = Math.ceil(files.reduce((sum, { bytes }) => sum + bytes, 0) / LIKELY_BYTES_PER_SECOND);
  if (!BY_TOKENS.test(facts.model)) {
    // Nobody stated it, so it isn't the whole word.
    return isUnitCount("seconds", seconds)
      ? { usage: { seconds }, complete: false, failed: false }
      : { usage: null, complete: true, failed: false };
  }
  const audio_in = tokenCount(seconds * TOKENS_PER_SECOND) ?? 0;
  return { usage: { input_total: audio_in, audio_in }, complete: true, failed: false };
}
