// The same call in each way that a client can make it.

import type { NewKey } from "./e2e-rest.ts";
import type { Rig } from "./e2e-rig.ts";
import { withScenario, type RecordedRequest, type Scenario } from "./scripted-provider.ts";

/** Nano-USD a token. */
interface TokenPrice {
  input: number;
  output: number;
}

export interface Dialect {
  name: string;
  path: string;
  price: TokenPrice;
  body(options: { stream: boolean; maxTokens: number }): Record<string, unknown>;
  headers(secret: string): Record<string, string>;
  /** A usage object as this provider reports it. */
  usage(inputTokens: number, outputTokens: number): Record<string, number>;
}

const MESSAGES = [{ role: "user", content: "Say what the test asked for." }];

/** Its usage chunk was asked for by the gate alone, and is hidden. */
export const OPENAI: Dialect = {
  name: "OpenAI",
  path: "/openai/v1/chat/completions",
  // https://platform.openai.com/docs/pricing: 0.15 and 0.60 USD a million.
  price: { input: 150, output: 600 },
  body: ({ stream, maxTokens }) => ({
    model: "gpt-4o-mini",
    messages: MESSAGES,
    stream,
    max_completion_tokens: maxTokens,
  }),
  headers: (secret) => ({ authorization: `Bearer ${secret}` }),
  usage: (prompt_tokens, completion_tokens) => ({
    prompt_tokens,
    completion_tokens,
    total_tokens: prompt_tokens + completion_tokens,
  }),
};

export const OPENAI_USAGE_ASKED: Dialect = {
  ...OPENAI,
  name: "OpenAI, usage asked for",
  body: (options) => ({ ...OPENAI.body(options), stream_options: { include_usage: true } }),
};

export const ANTHROPIC: Dialect = {
  name: "Anthropic",
  path: "/anthropic/v1/messages",
  // https://platform.claude.com/docs/en/about-claude/pricing: 3 and 15 USD a million.
  price: { input: 3_000, output: 15_000 },
  body: ({ stream, maxTokens }) => ({
    model: "claude-sonnet-4-5",
    messages: MESSAGES,
    stream,
    max_tokens: maxTokens,
  }),
  headers: (secret) => ({ "x-api-key": secret, "anthropic-version": "2023-06-01" }),
  usage: (input_tokens, output_tokens) => ({ input_tokens, output_tokens }),
};

export const UNARY_DIALECTS = [OPENAI, ANTHROPIC];
export const STREAM_DIALECTS = [OPENAI, OPENAI_USAGE_ASKED, ANTHROPIC];

export interface CallOptions {
  stream?: boolean;
  scenario?: Scenario;
  maxTokens?: number;
  signal?: AbortSignal;
  /** Names the call to the provider: see `upstreamOf`. */
  call?: string;
  /** Members of the body beyond the dialect's own. */
  extra?: Record<string, unknown>;
}

const DEFAULT_MAX_TOKENS = 1_000;
const CALL_HEADER = "x-call";
const CALL_TIMEOUT_MS = 60_000;

export function requestOf(
  key: Pick<NewKey, "secret">,
  dialect: Dialect,
  { stream = false, scenario = {}, maxTokens = DEFAULT_MAX_TOKENS, call = "", extra = {} }: CallOptions,
): { headers: Record<string, string>; body: string } {
  return {
    headers: {
      "content-type": "application/json",
      ...dialect.headers(key.secret),
      ...withScenario(scenario),
      [CALL_HEADER]: call,
    },
    body: JSON.stringify({ ...dialect.body({ stream, maxTokens }), ...extra }),
  };
}

export function send(
  { url }: Pick<Rig, "url">,
  key: Pick<NewKey, "secret">,
  dialect: Dialect,
  options: CallOptions = {},
): Promise<Response> {
  const timeout = AbortSignal.timeout(CALL_TIMEOUT_MS);
  return fetch(url + dialect.path, {
    method: "POST",
    ...requestOf(key, dialect, options),
    signal: options.signal ? AbortSignal.any([options.signal, timeout]) : timeout,
  });
}

/** The call as it reached the provider. */
export function upstreamOf({ provider }: Pick<Rig, "provider">, call: string): Promise<RecordedRequest> {
  return provider.waitFor(({ headers }) => headers[CALL_HEADER] === call);
}

/** How the call ended for the provider. */
export function upstreamEnd({ provider }: Pick<Rig, "provider">, call: string): Promise<RecordedRequest> {
  return provider.waitFor(({ headers, outcome }) => headers[CALL_HEADER] === call && outcome !== "pending");
}

export function requestIdOf(response: Response): string {
  return response.headers.get("x-tollgate-request-id") ?? "";
}

/** What the tokens cost, in nano-USD. */
export function costOf({ price }: Dialect, inputTokens: number, outputTokens: number): bigint {
  return BigInt(price.input * inputTokens + price.output * outputTokens);
}
