import { timingSafeEqual, createHash } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { RedisEngine } from "./engine.ts";
import { createProtocol, type Protocol } from "./protocol.ts";
import { parseCommand, parseCommands, toResult, type Result } from "./rest-body.ts";

/** Upstash's limit of a request on its paid plans. */
export const MAX_REQUEST_BYTES = 10 * 1024 * 1024;
const METHODS = new Set(["GET", "HEAD", "POST", "PUT"]);

export type UpstashServer = {
  url: string;
  port: number;
  /** Requests with the right token, and the commands that Upstash would bill for them. */
  stats(): Promise<{ requests: number; commands: number }>;
  /** Stops listening and ends open connections; the engine stays open. */
  close(): Promise<void>;
};

type Answer = { status: number; body: Result | Result[] };

/** Upstash's REST interface on loopback. Not for the open network: plain HTTP and one token. */
export async function serveUpstash(options: {
  engine: RedisEngine;
  token: string;
  port?: number;
  host?: "127.0.0.1" | "::1" | "localhost";
}): Promise<UpstashServer> {
  const { engine, token, port = 0, host = "127.0.0.1" } = options;
  const protocol = createProtocol(engine);
  const tokenDigest = digest(token);
  let requests = 0;

  const answer = async (request: IncomingMessage): Promise<Answer> => {
    const url = new URL(request.url ?? "/", "http://localhost");
    if (!METHODS.has(request.method ?? "")) return refusal(405, "ERR method not allowed");
    if (!timingSafeEqual(digest(sentToken(request, url)), tokenDigest)) return refusal(401, "Unauthorized");
    requests++;
    const body = await readBody(request);
    if (body === undefined)
      return refusal(413, `ERR max request size exceeded. Limit: ${MAX_REQUEST_BYTES} bytes`);
    return run(protocol, { url, body, encoding: encodingOf(request) });
  };

  let answers = 0;
  const serve = async (request: IncomingMessage, response: ServerResponse) => {
    try {
      send(response, await answer(request), `local:${++answers}`);
    } catch (error) {
      // The engine can't be reached. The message stays on this machine: the server is on loopback.
      const message = error instanceof Error ? error.message : "unknown";
      send(response, refusal(500, `ERR ${message}`), `local:${++answers}`);
    }
  };
  const server = createServer((request, response) => void serve(request, response));
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject).listen(port, host, resolve);
  });
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("a TCP server has an address");

  return {
    url: `http://${host}:${address.port}`,
    port: address.port,
    stats: async () => ({ requests, commands: await engine.billedCommands() }),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

type RestRequest = { url: URL; body: string; encoding: "utf8" | "base64" };

async function run(protocol: Protocol, { url, body, encoding }: RestRequest): Promise<Answer> {
  const one = async (command: string[]) => toResult(await protocol.execute(command), encoding);
  if (url.pathname === "/pipeline") {
    const commands = parseCommands(body);
    if (commands === undefined) return refusal(400, "ERR failed to parse pipeline request");
    return { status: 200, body: await Promise.all(commands.map(one)) };
  }
  if (url.pathname === "/multi-exec") {
    const commands = parseCommands(body);
    if (commands === undefined) return refusal(400, "ERR failed to parse pipeline request");
    const replies = await protocol.transaction(commands);
    if (!Array.isArray(replies)) return { status: 400, body: replies };
    return { status: 200, body: replies.map((reply) => toResult(reply, encoding)) };
  }
  const command = url.pathname === "/" ? parseCommand(body) : commandOfPath(url, body);
  if (command === undefined) return refusal(400, "ERR failed to parse command");
  const result = await one(command);
  return { status: "error" in result ? 400 : 200, body: result };
}

/** `/set/foo?EX=100` with the value as the body is SET foo <body> EX 100. */
function commandOfPath(url: URL, body: string): string[] | undefined {
  const command = url.pathname.slice(1).split("/").map(decodeSegment);
  if (body !== "") command.push(body);
  for (const [name, value] of url.searchParams) {
    if (name !== "_token") command.push(name, ...(value === "" ? [] : [value]));
  }
  return command.every((part) => part !== undefined) ? command : undefined;
}

function decodeSegment(segment: string): string | undefined {
  try {
    return decodeURIComponent(segment);
  } catch {
    // A stray "%": refused as a command that can't be parsed.
    return undefined;
  }
}

function sentToken(request: IncomingMessage, url: URL): string {
  const bearer = /^Bearer (.*)$/i.exec(request.headers.authorization ?? "");
  return bearer?.[1] ?? url.searchParams.get("_token") ?? "";
}

/** Digests have one length, which the comparison in constant time asks for. */
function digest(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}

function encodingOf(request: IncomingMessage): "utf8" | "base64" {
  return request.headers["upstash-encoding"] === "base64" ? "base64" : "utf8";
}

/** `undefined`: too large. The rest is read and dropped, so that the client gets to see the answer. */
async function readBody(request: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size <= MAX_REQUEST_BYTES) chunks.push(chunk);
  }
  return size <= MAX_REQUEST_BYTES ? Buffer.concat(chunks).toString("utf8") : undefined;
}

function refusal(status: number, error: string): Answer {
  return { status, body: { error } };
}

function send(response: ServerResponse, { status, body }: Answer, syncToken: string): void {
  response.writeHead(status, {
    "content-type": "application/json",
    "upstash-sync-token": Buffer.from(syncToken).toString("base64"),
  });
  response.end(JSON.stringify(body));
}
