import { isDeepStrictEqual } from "node:util";
import { UPSTREAM } from "./bindings.ts";
import { responseBytes, type Case } from "./cases.ts";
import type { ClientRequest } from "./client-request.ts";
import type { Path } from "./paths.ts";
import type { Replay } from "./replay.ts";

// The client gets the provider's bytes and status, and the provider the client's bytes, but for what may be changed.

/** What went over the wires. */
export interface Traffic extends Pick<Replay, "status" | "sent" | "received"> {
  request: Pick<ClientRequest, "url" | "json" | "body">;
  path: Pick<Path, "prefix">;
}

type Answer = Pick<Case, "status" | "response_body" | "response_body_encoding">;

export function bytesProblems(recorded: Answer, replayed: Traffic): string[] {
  const { status, received, sent, request, path } = replayed;
  if (!sent) return ["nothing was sent"];
  const problems: string[] = [];
  if (status !== recorded.status) problems.push(`status ${status} in place of ${recorded.status}`);
  if (!equalBytes(received, clientBytes(recorded, replayed))) {
    problems.push(`the client got ${received.length} bytes that aren't the provider's`);
  }
  const asked = new URL(request.url);
  const wanted = UPSTREAM + asked.pathname.slice(path.prefix.length) + asked.search;
  if (sent.url !== wanted) problems.push(`sent to ${sent.url} in place of ${wanted}`);
  if (!isAllowedBody(replayed)) problems.push("the provider got a body that isn't the client's");
  return problems;
}

const BLOCK_END = /(?<=\r\n\r\n|\n\n|\r\r)/;

/** What the client must get of the recorded body. */
function clientBytes(recorded: Answer, replayed: Traffic): Uint8Array {
  const bytes = responseBytes(recorded);
  if (!hidesUsage(replayed) || recorded.status >= 400) return bytes;
  // Each byte is one character here, so that none is lost on the way.
  const blocks: string[] = Buffer.from(bytes).toString("latin1").split(BLOCK_END);
  const shown = blocks.filter((block) => !isUsageChunk(block));
  return new Uint8Array(Buffer.from(shown.join(""), "latin1"));
}

/** The usage was asked for on the client's behalf. */
function hidesUsage({ request, sent }: Traffic): boolean {
  return asksForUsage(parsed(sent?.body)) && !asksForUsage(request.json);
}

function asksForUsage(body: unknown): boolean {
  const options = field(body, "stream_options");
  return field(body, "stream") === true && field(options, "include_usage") === true;
}

function isUsageChunk(block: string): boolean {
  const data = /^data: ?(\{.*\})\s*$/m.exec(block)?.[1];
  const chunk = data === undefined ? null : parsed(Buffer.from(data, "latin1"));
  const choices = field(chunk, "choices");
  const usage = field(chunk, "usage");
  return Array.isArray(choices) && choices.length === 0 && typeof usage === "object" && usage !== null;
}

/** No edits but `stream_options.include_usage`: no budget here is short, and no alias is used. */
function isAllowedBody({ request, sent }: Traffic): boolean {
  if (!sent) return false;
  if (equalBytes(sent.body, request.body ?? new Uint8Array())) return true;
  const got = parsed(sent.body);
  if (!request.json || typeof got !== "object" || got === null) return false;
  const options = field(request.json, "stream_options");
  const withUsage = {
    ...request.json,
    stream_options: { ...(options as object | undefined), include_usage: true },
  };
  return request.json["stream"] === true && isDeepStrictEqual(got, withUsage);
}

function field(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null && name in value
    ? (value as Record<string, unknown>)[name]
    : undefined;
}

function parsed(bytes: Uint8Array | undefined): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes)) as unknown;
  } catch {
    return null; // No JSON: the caller has nothing to find in it.
  }
}

function equalBytes(one: Uint8Array, other: Uint8Array): boolean {
  return Buffer.compare(one, other) === 0;
}
