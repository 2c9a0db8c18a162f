// POST /v1/moderations of the demo provider: nothing is ever flagged. Pure.
// https://platform.openai.com/docs/api-reference/moderations

import * as z from "zod";

import { fingerprint } from "./answer.ts";
import { openAiError } from "./openai-wire.ts";
import { jsonReply, parseJson, type DemoReply } from "./reply.ts";

const CATEGORIES = [
  "harassment",
  "harassment/threatening",
  "sexual",
  "sexual/minors",
  "hate",
  "hate/threatening",
  "illicit",
  "illicit/violent",
  "self-harm",
  "self-harm/intent",
  "self-harm/instructions",
  "violence",
  "violence/graphic",
];

const moderationRequest = z.object({
  model: z.string().default("omni-moderation-latest"),
  // Text, several texts, or the parts of one multi-modal input.
  input: z.union([z.string(), z.array(z.string()), z.array(z.looseObject({ type: z.string() }))]),
});

export function answerModeration(body: Uint8Array): DemoReply {
  const parsed = moderationRequest.safeParse(parseJson(body));
  if (!parsed.success) {
    const message = "'input' must be a string, an array of strings, or an array of input objects.";
    return jsonReply(400, openAiError({ message, param: "input" }));
  }
  const { model, input } = parsed.data;
  const texts = Array.isArray(input) && typeof input[0] === "string" ? input.length : 1;
  const results = Array.from({ length: texts }, cleanResult);
  return jsonReply(200, { id: `modr-${fingerprint(body)}`, model, results });
}

function cleanResult(): object {
  return {
    flagged: false,
    categories: forEachCategory(false),
    category_scores: forEachCategory(0),
    category_applied_input_types: forEachCategory(["text"]),
  };
}

function forEachCategory<T>(value: T): Record<string, T> {
  return Object.fromEntries(CATEGORIES.map((category) => [category, value]));
}
