// Which provider a request means: OpenAI and Anthropic share some paths (`/v1/models`), and each of the three has its
// own envelope for errors and its own header for the credential. Pure.

import type { IncomingHttpHeaders } from "node:http";

import { anthropicError } from "./anthropic-wire.ts";
import { geminiPath } from "./gemini-path.ts";
import { geminiError } from "./gemini-wire.ts";
import { openAiError } from "./openai-wire.ts";
import { jsonReply, type DemoReply } from "./reply.ts";

export type Family = "openai" | "anthropic" | "google";

export interface Failure {
  status: number;
  message: string;
  /** OpenAI's `code`. */
  code?: string;
}

export function familyOf({ path, headers }: { path: string; headers: IncomingHttpHeaders }): Family {
  if (geminiPath(path) !== null) return "google";
  if (path.endsWith("/messages") || path.endsWith("/messages/count_tokens")) return "anthropic";
  if (headers["anthropic-version"] !== undefined || headers["x-api-key"] !== undefined) return "anthropic";
  return "openai";
}

/**
 * The key that the client sent where its family looks for one; any key is a good one here. Anthropic takes both
 * `x-api-key` and a bearer token, and its SDK sends the latter since 1.0.
 */
export function credentialOf(family: Family, headers: IncomingHttpHeaders): string | null {
  const bearer = /^Bearer\s+(\S+)$/i.exec(headers.authorization ?? "")?.[1] ?? null;
  if (family === "openai") return bearer;
  const apiKey = headers[family === "google" ? "x-goog-api-key" : "x-api-key"];
  return typeof apiKey === "string" && apiKey !== "" ? apiKey : bearer;
}

export function failureReply(family: Family, { status, message, code }: Failure): DemoReply {
  if (family === "openai") {
    return jsonReply(status, openAiError({ message, type: openAiType(status), ...(code && { code }) }));
  }
  if (family === "google") return jsonReply(status, geminiError({ status, message }));
  const requestId = `req_demo_${status}`;
  const error = anthropicError({ type: anthropicType(status), message, requestId });
  return jsonReply(status, error, { "request-id": requestId });
}

function openAiType(status: number): string {
  if (status === 429) return "rate_limit_exceeded";
  return status >= 500 ? "server_error" : "invalid_request_error";
}

// https://docs.anthropic.com/en/api/errors
function anthropicType(status: number): string {
  if (status === 401) return "authentication_error";
  if (status === 403) return "permission_error";
  if (status === 404) return "not_found_error";
  if (status === 413) return "request_too_large";
  if (status === 429) return "rate_limit_error";
  if (status === 529) return "overloaded_error";
  return status >= 500 ? "api_error" : "invalid_request_error";
}
