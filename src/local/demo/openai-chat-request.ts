// The part of a chat completion request that the demo provider understands, and what OpenAI says of the rest.

import * as z from "zod";

import type { DemoTool } from "./answer.ts";
import { openAiError } from "./openai-wire.ts";
import { jsonReply, parseJson, type DemoReply } from "./reply.ts";

// OpenAI's own limit: https://platform.openai.com/docs/api-reference/chat/create
const MAX_CHOICES = 128;

const message = z.looseObject({
  role: z.enum(["system", "developer", "user", "assistant", "tool", "function"]),
  content: z.union([z.string(), z.array(z.looseObject({ text: z.string().optional() }))]).nullish(),
});

const tool = z.looseObject({
  function: z.looseObject({ name: z.string(), parameters: z.unknown().optional() }).optional(),
});

const chatRequest = z.object({
  model: z.string().min(1),
  messages: z.array(message).min(1),
  stream: z.boolean().nullish(),
  stream_options: z.object({ include_usage: z.boolean().nullish() }).nullish(),
  n: z.int().min(1).max(MAX_CHOICES).nullish(),
  max_tokens: z.int().min(1).nullish(),
  max_completion_tokens: z.int().min(1).nullish(),
  reasoning_effort: z.enum(["none", "minimal", "low", "medium", "high", "xhigh"]).nullish(),
  tools: z.array(tool).nullish(),
  tool_choice: z.union([z.string(), z.looseObject({ function: z.object({ name: z.string() }) })]).nullish(),
});

export type ChatRequest = z.infer<typeof chatRequest>;
export type ParsedChat = { ok: true; request: ChatRequest } | { ok: false; refusal: DemoReply };

export function parseChatRequest(body: Uint8Array): ParsedChat {
  const json = parseJson(body);
  if (json === undefined) return refuse({ message: "We could not parse the JSON body of your request." });
  const parsed = chatRequest.safeParse(json);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    const param = issue?.path.join(".") ?? "";
    return refuse({ message: `Invalid '${param}': ${issue?.message}.`, code: "invalid_value", param });
  }
  if (parsed.data.stream_options && parsed.data.stream !== true) {
    const message = "The 'stream_options' parameter is only allowed when 'stream' is enabled.";
    return refuse({ message, param: "stream_options" });
  }
  return { ok: true, request: parsed.data };
}

export function lastUserText(messages: ChatRequest["messages"]): string {
  const content = messages.findLast((message) => message.role === "user")?.content ?? "";
  return typeof content === "string" ? content : content.map((part) => part.text ?? "").join("");
}

/** The demo provider calls a tool only where `tool_choice` leaves a model no other way. */
export function forcedTool(request: ChatRequest): DemoTool | null {
  const choice = request.tool_choice ?? "auto";
  if (choice === "auto" || choice === "none") return null;
  const functions = (request.tools ?? []).flatMap((tool) => tool.function ?? []);
  const chosen =
    typeof choice === "string" ? functions[0] : functions.find(({ name }) => name === choice.function.name);
  return chosen ? { name: chosen.name, schema: chosen.parameters } : null;
}

function refuse(error: Parameters<typeof openAiError>[0]): ParsedChat {
  return { ok: false, refusal: jsonReply(400, openAiError(error)) };
}
