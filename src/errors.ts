import type { ScopeRef } from "./domain/scope.ts";

// The codes that clients see, their statuses, and the envelopes that carry them. Only this file knows HTTP errors.
// Codes are API: they don't change.

export const STATUS_BY_CODE = {
  invalid_key: 401,
  key_disabled: 401,
  key_expired: 401,
  key_revoked: 401,
  model_not_allowed: 403,
  endpoint_not_allowed: 403,
  provider_not_allowed: 403,
  customer_blocked: 403,
  model_unpriced: 403,
  not_found: 404,
  budget_exceeded: 402,
  request_too_large: 402,
  budget_held: 429,
  rate_limited: 429,
  invalid_request: 400,
  body_too_large: 413,
  store_unavailable: 503,
  misconfigured: 503,
  provider_unreachable: 502,
  provider_timeout: 504,
  internal_error: 500,
} as const;

export type Code = keyof typeof STATUS_BY_CODE;

/** The budget that refused, as clients see it: money as decimal USD, other units as integers. */
export interface RefusingBudget {
  id: string;
  scope: ScopeRef;
  unit: string;
  limit: string | number;
  spent: string | number;
  held: string | number;
  remaining: string | number;
  resets_at: string | null;
}

/** Why a call isn't forwarded. The message may be shown to anyone who holds the key. */
export interface Refusal {
  code: Code;
  message: string;
  param?: string | null;
  budget?: RefusingBudget;
  retryAfterSeconds?: number;
}

/** Whose error format a refusal stands in. */
export type Envelope = "openai" | "anthropic" | "google" | "message" | "ollama";

/** A refusal as the response that the provider's own SDK turns into its own exception. */
export function refusalResponse(refusal: Refusal, envelope: Envelope, requestId: string): Response {
  const status = STATUS_BY_CODE[refusal.code];
  const headers = new Headers({ "content-type": "application/json", "x-tollgate-request-id": requestId });
  if (refusal.retryAfterSeconds !== undefined) headers.set("retry-after", String(refusal.retryAfterSeconds));
  // OpenAI's and Anthropic's SDKs obey this header before their own rules, so money that is gone isn't asked for again.
  if (status === 402) headers.set("x-should-retry", "false");
  if (envelope === "message") headers.set("x-amzn-errortype", awsErrorType(status));
  const tollgate = {
    code: refusal.code,
    request_id: requestId,
    ...(refusal.budget ? { budget: refusal.budget } : {}),
  };
  return new Response(JSON.stringify({ ...enveloped(refusal, envelope, status), tollgate }), {
    status,
    headers,
  });
}

function enveloped({ code, message, param = null }: Refusal, envelope: Envelope, status: number): object {
  switch (envelope) {
    case "openai":
      return { error: { message, type: openaiType(status), param, code } };
    case "anthropic":
      return { type: "error", error: { type: anthropicType(status), message } };
    case "google":
      return { error: { code: status, status: googleStatus(status), message } };
    // https://docs.ollama.com/api/errors
    case "ollama":
      return { error: message };
    case "message":
  }
  // Bedrock's and Cohere's.
  return { message };
}

function openaiType(status: number): string {
  if (status === 401) return "authentication_error";
  if (status === 402) return "insufficient_quota";
  if (status === 403) return "permission_error";
  if (status === 429) return "rate_limit_error";
  return status < 500 ? "invalid_request_error" : "server_error";
}

/** https://cloud.google.com/apis/design/errors#handling_errors */
function googleStatus(status: number): string {
  if (status === 401) return "UNAUTHENTICATED";
  if (status === 402) return "FAILED_PRECONDITION";
  if (status === 403) return "PERMISSION_DENIED";
  if (status === 404) return "NOT_FOUND";
  if (status === 429) return "RESOURCE_EXHAUSTED";
  if (status === 503) return "UNAVAILABLE";
  if (status === 504) return "DEADLINE_EXCEEDED";
  return status < 500 ? "INVALID_ARGUMENT" : "INTERNAL";
}

/**
 * Where AWS's SDKs read which exception to raise, by https://smithy.io/2.0/aws/protocols/aws-restjson1-protocol.html.
 * They retry some by their name: a quota that is exceeded isn't one of those.
 */
function awsErrorType(status: number): string {
  if (status === 401 || status === 403) return "AccessDeniedException";
  if (status === 402) return "ServiceQuotaExceededException";
  if (status === 404) return "ResourceNotFoundException";
  if (status === 429) return "ThrottlingException";
  if (status === 502 || status === 503) return "ServiceUnavailableException";
  if (status === 504) return "ModelTimeoutException";
  return status < 500 ? "ValidationException" : "InternalServerException";
}

function anthropicType(status: number): string {
  if (status === 401) return "authentication_error";
  if (status === 402) return "billing_error";
  if (status === 403) return "permission_error";
  if (status === 404) return "not_found_error";
  if (status === 413) return "request_too_large";
  if (status === 429) return "rate_limit_error";
  if (status === 504) return "timeout_error";
  return status < 500 ? "invalid_request_error" : "api_error";
}
