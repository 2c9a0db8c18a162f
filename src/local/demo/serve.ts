// The demo provider of the local stack: a server on loopback that answers OpenAI's, Anthropic's and Gemini's wire formats,
// deterministically and for any key, so that the gate can be tried and tested without an account anywhere.

import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";

import { failureReply, familyOf } from "./family.ts";
import { readBody } from "./read-body.ts";
import type { DemoReply } from "./reply.ts";
import { answerDemo } from "./routes.ts";

const LOOPBACK = "127.0.0.1";

/** Anthropic's own limit, the smallest of the families'. */
export const MAX_BODY_BYTES = 32 * 1024 * 1024;

/** A pooled connection that Node closes, by default after 5 s, while a gate sends on it is a failed call. */
const KEEP_ALIVE_MS = 600_000;

export interface DemoProvider {
  url: string;
  port: number;
  close(): Promise<void>;
}

/** Port 0, the default, is a free one. */
export async function serveDemoProvider({ port = 0 }: { port?: number } = {}): Promise<DemoProvider> {
  const server = createServer({ keepAliveTimeout: KEEP_ALIVE_MS }, (request, response) => {
    void handle(request, response);
  });
  const boundPort = await listen(server, port);
  return { url: `http://${LOOPBACK}:${boundPort}`, port: boundPort, close: () => close(server) };
}

export async function listen(server: Server, port: number): Promise<number> {
  server.listen(port, LOOPBACK);
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("A TCP server has no port");
  return address.port;
}

/** Ends open streams too; closing twice is fine. */
export async function close(server: Server): Promise<void> {
  if (!server.listening) return;
  const closed = once(server, "close");
  server.close();
  server.closeAllConnections();
  await closed;
}

async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
  try {
    await send(response, await answer(request));
  } catch (error) {
    // A client that leaves, while it sends or while it is answered, is no fault of the provider.
    if (request.socket.destroyed) return;
    response.destroy();
    throw error;
  }
}

async function answer(request: IncomingMessage): Promise<DemoReply> {
  const { method = "GET", headers } = request;
  const { url = "/" } = request;
  const path = url.replace(/\?.*$/, "");
  const query = new URLSearchParams(url.slice(path.length));
  const body = await readBody(request, MAX_BODY_BYTES);
  if (body !== null) return answerDemo({ method, path, query, headers, body });
  // What the client still sends is thrown away, for as long as Node's request time-out lets it: closing the
  // socket at once would reset it before the client has read the refusal.
  request.resume();
  const message = `Request exceeds the maximum size of ${MAX_BODY_BYTES} bytes`;
  return failureReply(familyOf({ path, headers }), { status: 413, message });
}

async function send(response: ServerResponse, { status, headers, pieces }: DemoReply): Promise<void> {
  response.statusCode = status;
  response.setHeaders(new Map(Object.entries(headers)));
  const [first, ...rest] = pieces;
  if (rest.length === 0) {
    response.end(first);
    return;
  }
  await pipeline(Readable.from(pieces), response);
}
