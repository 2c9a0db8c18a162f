import type { Usage } from "../../domain/usage.ts";
import { readAnthropicBody } from "../anthropic/messages-reader.ts";
import { asArray, asObject } from "../fields.ts";
import { readOpenaiChatBody } from "../openai/chat-reader.ts";
import type { AnsweredCall, JsonObject, Reading } from "../wire.ts";
import { readConverseBody } from "./converse-reader.ts";
import { completedUsage, usageInHeaders } from "./invocation-counts.ts";
import { isEmbedding, isRanking, plainBytes, plainUsage } from "./model-answer.ts";
import { servedTier, tierServedInHeaders } from "./service-tier.ts";

/**
 * Reads a unary answer of InvokeModel. The body is the model's own, and its members tell whose: an alias or an
 * application's own profile doesn't name the model. Its model's name and its tier are the maker's, not Bedrock's: both are
 * left out, for prices are by Bedrock's.
 */
export function readInvokeBody(status: number, body: unknown, call: AnsweredCall): Reading {
  const answer = asObject(body);
  const { model: _model, serviceTier: _tier, ...own } = readOwn(status, answer, call);
  const serviceTier = servedTier(tierServedInHeaders(call.headers), call);
  const usage = completedUsage(own.usage, usageInHeaders(call.headers));
  return {
    ...own,
    usage: answer && usage ? withoutOutput(answer, usage) : usage,
    ...(serviceTier !== undefined && { serviceTier }),
  };
}

function withoutOutput(answer: JsonObject, usage: Usage): Usage | null {
  if (isRanking(answer)) return null;
  return isEmbedding(answer) ? { ...usage, output_total: 0 } : usage;
}

function readOwn(status: number, answer: JsonObject | null, call: AnsweredCall): Reading {
  const none: Reading = {
    usage: null,
    complete: answer !== null,
    failed: status >= 400,
    generatedBytes: 0,
  };
  if (answer === null) return none;
  if (answer["type"] === "message" || answer["type"] === "error") return readAnthropicBody(status, answer);
  if (asObject(answer["output"])) return readConverseBody(status, answer, call);
  if (asArray(answer["choices"]).length > 0) return readOpenaiChatBody(status, answer, { statesCost: false });
  return { ...none, usage: plainUsage(answer), generatedBytes: plainBytes(answer) };
}
