import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { CHUNKS, DONE, FINISH, firstText, TEXT, USAGE_CHUNK, WHOLE } from "./answers.ts";
import { answer, HOLD_HEADER } from "./host.ts";

// A provider that costs as little as it can: answers are made once. Its streams come as a provider's own server sends them
// when it is ahead of its client: each event in a write of its own, back to back. Run by startHost.

const FIRST_CHUNKS = 10;

const held = new Set<ServerResponse>();

async function play(request: IncomingMessage, response: ServerResponse): Promise<void> {
  let body = "";
  for await (const part of request as AsyncIterable<Buffer>) body += part.toString("latin1");
  if (!body.includes('"stream":true')) {
    response.writeHead(200, { "content-type": "application/json", "content-length": WHOLE.length });
    response.end(WHOLE);
    return;
  }
  response.writeHead(200, { "content-type": "text/event-stream" });
  response.flushHeaders();
  if (request.headers[HOLD_HEADER] !== undefined) {
    write(response, FIRST_CHUNKS);
    held.add(response);
    response.once("close", () => held.delete(response));
    return;
  }
  send(response, framed(firstText(process.hrtime.bigint())));
  write(response, CHUNKS - 1);
  end(response, body.includes('"include_usage":true'));
}

function write(response: ServerResponse, chunks: number): void {
  for (let i = 0; i < chunks; i++) send(response, FRAMED_TEXT);
}

function end(response: ServerResponse, statesUsage: boolean): void {
  send(response, framed(FINISH));
  if (statesUsage) send(response, framed(USAGE_CHUNK));
  send(response, framed(DONE));
  response.end();
}

/** To the socket itself: a response would hold what is written in one turn together, and send it as one. */
function send(response: ServerResponse, bytes: Buffer): void {
  response.socket?.write(bytes);
}

/** As one chunk of an HTTP/1.1 body. */
function framed(bytes: Buffer): Buffer {
  return Buffer.concat([Buffer.from(`${bytes.length.toString(16)}\r\n`), bytes, Buffer.from("\r\n")]);
}

const FRAMED_TEXT = framed(TEXT);

const server = createServer((request, response) => {
  // A client who leaves breaks its stream off: nothing to do about that here.
  void play(request, response).catch(() => response.destroy());
});
// A connection that is closed just as it is used again would be a failed call.
server.keepAliveTimeout = 3_600_000;
server.listen({ port: 0, host: "127.0.0.1", backlog: 2_048 }, () => {
  const { port } = server.address() as AddressInfo; // A server on TCP has no other kind of address.
  answer(
    {
      url: () => `http://127.0.0.1:${port}`,
      held: () => held.size,
      write: (chunks) => held.forEach((response) => write(response, chunks)),
      end: () => held.forEach((response) => end(response, true)),
    },
    () => {
      server.closeAllConnections();
      return Promise.resolve();
    },
  );
});
