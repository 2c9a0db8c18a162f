// Neon's SQL over HTTP for the local stack and the tests, over any backend. It listens on loopback only, and answers
// only who knows the password, so a page in a browser on this machine can't use it.

import { createHash, timingSafeEqual } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Backend } from "./backend.ts";
import { type Call, errorBody, parseCall, passwordOf, resultBody } from "./wire.ts";

/** Neon's own limit of a request. */
const MAX_BODY_BYTES = 64 * 1024 * 1024;
const HOST = "127.0.0.1";

/**
 * How the bridge fails while it is told to: `error` answers 500, `drop` cuts the connection before the statement runs,
 * `lose_reply` after it ran, which leaves the client in doubt.
 */
export type Fault = "error" | "drop" | "lose_reply";

export type PostgresStats = { requests: number; statements: number; transactions: number };

export type PostgresBridge = {
  /** Where `neonConfig.fetchEndpoint` points. */
  url: string;
  /** What `neon()` takes: it carries the password and says nothing about the backend. */
  databaseUrl: string;
  stats(): PostgresStats;
  /** Fails every request in that way until called with undefined. */
  fault(mode: Fault | undefined): void;
  /** Stops listening. The backend stays open: who opened it closes it. */
  close(): Promise<void>;
};

type Options = { backend: Backend; password: string; port?: number | undefined };

/** Serves POST /sql on loopback; without a port, on a free one. */
export async function servePostgres({ backend, password, port = 0 }: Options): Promise<PostgresBridge> {
  const stats: PostgresStats = { requests: 0, statements: 0, transactions: 0 };
  let down: Fault | undefined;

  const server = createServer((request, response) => {
    stats.requests += 1;
    void answer(request, response).catch((error: unknown) => reject(response, error));
  });

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (down === "drop") return void request.socket.destroy();
    if (down === "error") return send(response, 500, { message: "The bridge was told to fail" });
    if (request.method !== "POST" || request.url !== "/sql")
      return send(response, 404, { message: "Not found" });
    if (!samePassword(passwordOf(request.headers["neon-connection-string"]), password)) {
      return send(response, 400, {
        message: "password authentication failed",
        severity: "FATAL",
        code: "28P01",
      });
    }
    const text = await readBody(request);
    if (text === undefined) {
      response.setHeader("connection", "close");
      return send(response, 413, { message: "The request is too large" });
    }

    const call = parseCall(request.headers, text);
    if (call.kind === "refused") return send(response, 400, { message: call.message });
    const reply = await run(call, request.headers["neon-array-mode"] === "true");
    if (down === "lose_reply") return void request.socket.destroy();
    send(response, 200, reply);
  }

  async function run(call: Exclude<Call, { kind: "refused" }>, arrayMode: boolean): Promise<object> {
    if (call.kind === "single") {
      stats.statements += 1;
      return resultBody(await backend.run(call.statement), arrayMode);
    }
    stats.transactions += 1;
    stats.statements += call.statements.length;
    const results = await backend.runBatch(call.statements, call.mode);
    return { results: results.map((result) => resultBody(result, arrayMode)) };
  }

  server.listen(port, HOST);
  await once(server, "listening");
  const { port: bound } = server.address() as AddressInfo; // A server on TCP has no other kind of address.

  return {
    url: `http://${HOST}:${bound}/sql`,
    databaseUrl: `postgres://tollgate:${encodeURIComponent(password)}@${HOST}/tollgate`,
    stats: () => ({ ...stats }),
    fault(mode) {
      down = mode;
    },
    async close() {
      server.close();
      server.closeAllConnections();
      await once(server, "close");
    },
  };
}

/** Undefined where the body is above the limit; one that says so itself isn't read at all. */
async function readBody(request: IncomingMessage): Promise<string | undefined> {
  if (Number(request.headers["content-length"]) > MAX_BODY_BYTES) return undefined;
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > MAX_BODY_BYTES) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}

/** What Postgres raised is the client's to read (400); anything else is a failure of this bridge (500). */
function reject(response: ServerResponse, error: unknown): void {
  const body = errorBody(error);
  if (body) return send(response, 400, body);
  send(response, 500, { message: error instanceof Error ? error.message : String(error) });
}

function send(response: ServerResponse, status: number, body: object): void {
  if (response.destroyed) return;
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
}

/** In constant time, whatever the lengths. */
function samePassword(given: string | undefined, expected: string): boolean {
  return given !== undefined && timingSafeEqual(digest(given), digest(expected));
}

function digest(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}
