// The part of a messages request that the demo provider understands, and what Anthropic says of the rest.

import * as z from "zod";

import { fingerprint, type DemoTool } from "./answer.ts";
import { anthropicError } from "./anthropic-wire.ts";
import { jsonReply, parseJson, type DemoReply } from "./reply.ts";

const cacheControl = z
  .object({ type: z.literal("ephemeral"), ttl: z.enum(["5m", "1h"]).optional() })
  .nullish();

const block = z.looseObject({ type: z.string(), text: z.string().optional(), cache_control: cacheControl });

const message = z.looseObject({
  role: z.enum(["user", "assistant", "system"]),
  content: z.union([z.string(), z.array(block)]),
});

const tool = z.looseObject({
  name: z.string(),
  input_schema: z.unknown().optional(),
  cache_control: cacheControl,
});

const countRequest = z.object({
  model: z.string().min(1),
  messages: z.array(message).min(1),
  system: z.union([z.string(), z.array(block)]).optional(),
  tools: z.array(tool).optional(),
});

const messagesRequest = countRequest.extend({
  max_tokens: z.int().min(1),
  stream: z.boolean().optional(),
  tool_choice: z.looseObject({ type: z.string(), name: z.string().optional() }).optional(),
});

export type CountRequest = z.infer<typeof countRequest>;
export type MessagesRequest = z.infer<typeof messagesRequest>;
export type CacheControl = z.infer<typeof cacheControl>;
export type Parsed<T> = { ok: true; request: T } | { ok: false; refusal: DemoReply };

export function parseMessagesRequest(body: Uint8Array): Parsed<MessagesRequest> {
  return parse(messagesRequest, body);
}

export function parseCountRequest(body: Uint8Array): Parsed<CountRequest> {
  return parse(countRequest, body);
}

export function lastUserText(messages: CountRequest["messages"]): string {
  const content = messages.findLast((message) => message.role === "user")?.content ?? "";
  return typeof content === "string" ? content : content.map((block) => block.text ?? "").join("");
}

/** The demo provider calls a tool only where `tool_choice` leaves a model no other way. */
export function forcedTool({ tools = [], tool_choice: choice }: MessagesRequest): DemoTool | null {
  if (choice?.type !== "any" && choice?.type !== "tool") return null;
  const chosen = choice.type === "any" ? tools[0] : tools.find(({ name }) => name === choice.name);
  return chosen ? { name: chosen.name, schema: chosen.input_schema } : null;
}

function parse<T>(schema: z.ZodType<T>, body: Uint8Array): Parsed<T> {
  const json = parseJson(body);
  if (json === undefined) return refuse("The request body is not valid JSON", body);
  const parsed = schema.safeParse(json);
  if (parsed.success) return { ok: true, request: parsed.data };
  const [issue] = parsed.error.issues;
  return refuse(`${issue?.path.join(".")}: ${issue?.message}`, body);
}

function refuse<T>(message: string, body: Uint8Array): Parsed<T> {
  const requestId = `req_${fingerprint(body)}`;
  const error = anthropicError({ type: "invalid_request_error", message, requestId });
  return { ok: false, refusal: jsonReply(400, error, { "request-id": requestId }) };
}
