// Calls to the Worker's data plane, byte for byte, and what the provider got of each.

import * as z from "zod";
import type { Rig } from "./e2e-rig.ts";
import { withScenario, type RecordedRequest, type Scenario } from "./scripted-provider.ts";

export const CHAT_PATH = "/openai/v1/chat/completions";
export const MESSAGES_PATH = "/anthropic/v1/messages";

/** Names a call, so that its record at the provider is found. Passed on as any header is. */
const CALL_HEADER = "x-e2e-call";

export interface CallOptions {
  secret?: string;
  path?: string;
  method?: string;
  body?: unknown;
  headers?: Record<string, string>;
  scenario?: Scenario;
  signal?: AbortSignal;
}

export interface Answer {
  status: number;
  headers: Headers;
  bytes: Buffer;
  text: string;
  requestId: string;
  /** What the provider got; undefined where nothing was sent to it. */
  received: RecordedRequest | undefined;
}

/** Decimal text of USD, or a count, which a test reads as text too. */
const amount = z.union([z.string(), z.int().transform(String)]);

const refusalView = z.object({
  error: z.object({
    message: z.string(),
    type: z.string(),
    code: z.string().optional(),
    param: z.string().nullish(),
  }),
  type: z.literal("error").optional(),
  tollgate: z.strictObject({
    code: z.string(),
    request_id: z.string(),
    budget: z
      .strictObject({
        id: z.string(),
        scope: z.strictObject({ kind: z.string(), id: z.string() }),
        unit: z.string(),
        limit: amount,
        spent: amount,
        held: amount,
        remaining: amount,
        resets_at: z.string().nullable(),
      })
      .optional(),
  }),
});
export type RefusalView = z.infer<typeof refusalView>;

export function refusalOf({ text }: Pick<Answer, "text">): RefusalView {
  return refusalView.parse(JSON.parse(text));
}

let calls = 0;

/** `body`: text, bytes and streams go as they are, anything else as JSON. POST unless told. */
export async function call(rig: Rig, options: CallOptions): Promise<Answer> {
  const { secret, path = CHAT_PATH, method = "POST", body, headers = {}, scenario = {}, signal } = options;
  calls += 1;
  const name = `call-${process.pid}-${calls}`;
  const response = await fetch(rig.url + path, {
    method,
    headers: {
      "content-type": "application/json",
      "accept-encoding": "identity",
      [CALL_HEADER]: name,
      ...(secret === undefined ? {} : { authorization: `Bearer ${secret}` }),
      ...withScenario(scenario),
      ...headers,
    },
    ...(body === undefined ? {} : { body: bodyOf(body), duplex: "half" }),
    ...(signal ? { signal } : {}),
  });
  const bytes = Buffer.from(await response.arrayBuffer());
  return {
    status: response.status,
    headers: response.headers,
    bytes,
    text: bytes.toString(),
    requestId: response.headers.get("x-tollgate-request-id") ?? "",
    received: rig.provider.requests.find((request) => request.headers[CALL_HEADER] === name),
  };
}

function bodyOf(body: unknown): string | Buffer<ArrayBuffer> | ReadableStream {
  if (typeof body === "string" || body instanceof ReadableStream) return body;
  return body instanceof Uint8Array ? Buffer.from(body) : JSON.stringify(body);
}

/** The calls that wait at a gate of the provider's. */
export function heldAt(rig: Rig, gate: string): RecordedRequest[] {
  return rig.provider.requests.filter(
    ({ headers, outcome }) =>
      outcome === "pending" && String(headers["x-scenario"]).includes(`"gate":"${gate}"`),
  );
}
