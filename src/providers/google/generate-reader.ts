import { tokenCount } from "../../domain/usage.ts";
import { asArray, asObject, asText, MAX_CHOICES } from "../fields.ts";
import { parsedEvent } from "../parsed-event.ts";
import type { AnsweredCall, JsonObject, Reading, StreamReader } from "../wire.ts";
import { addGenerated, mediaUsage, type Generated } from "./generated.ts";
import { createGrounding } from "./grounding.ts";
import { answeredTier } from "./service-tier.ts";
import { geminiUsage, latestMetadata } from "./usage-metadata.ts";

// https://ai.google.dev/api/generate-content#v1beta.GenerateContentResponse

/** Complete: every candidate gave a finish reason, or the prompt was blocked. There is no terminal event. */
export function geminiReader(_options: { hideUsage: boolean }, call: AnsweredCall): StreamReader {
  const answer = createAnswer(call);
  return {
    push({ data }) {
      const chunk = parsedEvent(data);
      if (chunk) answer.take(chunk);
      return "pass";
    },
    reading: () => answer.reading(),
  };
}

/** Reads a unary answer, and a stream that was asked for as one JSON array (or an error in its place). */
export function readGeminiBody(status: number, body: unknown, call: AnsweredCall): Reading {
  const answer = createAnswer(call);
  const chunks = (Array.isArray(body) ? asArray(body) : [body])
    .map(asObject)
    .filter((chunk) => chunk !== null);
  for (const chunk of chunks) answer.take(chunk);
  const reading = answer.reading();
  return { ...reading, complete: chunks.length > 0, failed: reading.failed || status >= 400 };
}

function createAnswer({ body, facts }: AnsweredCall): { take(chunk: JsonObject): void; reading(): Reading } {
  const open = new Set<number>();
  const finished = new Set<number>();
  const grounding = createGrounding(body);
  const generated: Generated = { bytes: 0, imageTokens: 0, speechTokens: 0 };
  let blocked = false;
  let failed = false;
  let metadata: JsonObject = {};
  let model: string | undefined;

  function takeCandidate(candidate: JsonObject): void {
    const index = tokenCount(candidate["index"] ?? 0);
    addGenerated(generated, candidate);
    if (index === undefined || index >= MAX_CHOICES) return;
    grounding.take(candidate, index);
    if (isStated(candidate["finishReason"])) {
      open.delete(index);
      finished.add(index);
    } else if (!finished.has(index)) {
      open.add(index);
    }
  }

  return {
    take(chunk) {
      if (isStated(chunk["error"])) failed = true;
      if (isStated(asObject(chunk["promptFeedback"])?.["blockReason"])) blocked = true;
      model = asText(chunk["modelVersion"]) ?? model;
      for (const candidate of asArray(chunk["candidates"])) takeCandidate(asObject(candidate) ?? {});
      const last = asObject(chunk["usageMetadata"]);
      if (last && geminiUsage(last)) metadata = latestMetadata(metadata, last);
    },
    reading() {
      const toolCalls = grounding.toolCalls(model ?? facts.model);
      const usage = geminiUsage(metadata) ?? mediaUsage(generated);
      const serviceTier = answeredTier(metadata);
      return {
        usage: usage && { ...usage, ...(toolCalls && { tool_calls: toolCalls }) },
        complete: !failed && (blocked || (finished.size > 0 && open.size === 0)),
        failed,
        generatedBytes: generated.bytes,
        ...(model !== undefined && { model }),
        ...(serviceTier !== undefined && { serviceTier }),
      };
    },
  };
}

/** An enum's number 0 and an empty text are what Google leaves out. */
function isStated(value: unknown): boolean {
  return value !== undefined && value !== null && value !== false && value !== 0 && value !== "";
}
