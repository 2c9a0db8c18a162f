// Requests and replies of the demo provider as data: the routes are pure functions between the two, and only
// the server touches a socket.

import type { IncomingHttpHeaders } from "node:http";

export interface DemoRequest {
  method: string;
  /** Without the query. */
  path: string;
  query: URLSearchParams;
  headers: IncomingHttpHeaders;
  body: Uint8Array;
}

export interface DemoReply {
  status: number;
  headers: Record<string, string>;
  /** The body, in the pieces in which it is written: one for JSON, one an event for a stream. */
  pieces: string[];
}

export function jsonReply(status: number, value: object, headers: Record<string, string> = {}): DemoReply {
  return {
    status,
    headers: { "content-type": "application/json", ...headers },
    pieces: [JSON.stringify(value)],
  };
}

export function eventStreamReply(events: string[], headers: Record<string, string> = {}): DemoReply {
  return {
    status: 200,
    headers: { "content-type": "text/event-stream; charset=utf-8", "cache-control": "no-cache", ...headers },
    pieces: events,
  };
}

/** Undefined if the bytes aren't JSON. */
export function parseJson(body: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(body));
  } catch {
    // Not JSON is an expected answer here: the caller refuses it in its own envelope.
    return undefined;
  }
}
