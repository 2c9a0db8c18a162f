import {
  asObject,
  asText,
  booleanField,
  firstInvalid,
  integerField,
  MAX_OUTPUT_TOKENS,
  modelField,
  objectField,
  valueOf,
} from "../fields.ts";
import type { BodyEdit } from "../framing/json-edit.ts";
import type { CallFacts, InvalidBody, JsonObject, Wire } from "../wire.ts";
import { responsesExtras } from "./responses-extras.ts";
import { readResponsesBody, responsesReader } from "./responses-reader.ts";

/**
 * OpenAI's responses, and those of Azure, xAI, OpenRouter and others. A compaction is billed as one.
 * https://platform.openai.com/docs/api-reference/responses/create
 */
export const openaiResponses: Wire = {
  name: "openai-responses",
  envelope: "openai",
  understand,
  usageEdits: () => [],
  clampEdits,
  inputExtras: responsesExtras,
  streamReader: (_, call) => responsesReader(call),
  readBody: readResponsesBody,
};

function understand(body: JsonObject): { facts: CallFacts } | { invalid: InvalidBody } {
  const stream = booleanField(body, "stream");
  const background = booleanField(body, "background");
  const limit = integerField(body, "max_output_tokens", MAX_OUTPUT_TOKENS);
  const prompt = objectField(body, "prompt");
  // A stored prompt may name the model in the body's place. Such a call has no price that we know (law 11).
  const named = body["model"] === undefined && asText(asObject(body["prompt"])?.["id"]) !== undefined;
  const model = named ? { value: "" } : modelField(body);
  const fault = firstInvalid([model, stream, background, limit, prompt]);
  if (fault) return { invalid: fault };
  const outputLimit = valueOf(limit);
  const endUser = asText(body["safety_identifier"]) ?? asText(body["user"]);
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

/** It covers reasoning, and all turns of a response that uses tools. */
function clampEdits(body: JsonObject, _: CallFacts, outputTokens: number): BodyEdit[] {
  const stated = Number(body["max_output_tokens"] ?? Number.MAX_VALUE);
  return stated > outputTokens ? [{ path: ["max_output_tokens"], value: outputTokens }] : [];
}
