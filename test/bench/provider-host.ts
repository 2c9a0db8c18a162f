import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { answer, HOLD_HEADER } from "./host.ts";

// A provider that costs as little as it can: answers are made once, streams come all at once. Run by startHost.

const CHUNKS = 200;
const FIRST_CHUNKS = 10;
const MODEL = "gpt-4o-mini-2024-07-18";
const USAGE = { prompt_tokens: 230, completion_tokens: 200, total_tokens: 430 };

const chunk = (choices: unknown[], more: object = {}) => {
  const head = {
    id: "chatcmpl-bench",
    object: "chat.completion.chunk",
    created: 1_790_000_000,
    model: MODEL,
  };
  const data = { ...head, service_tier: "default", system_fingerprint: "fp_0123456789", choices, ...more };
  return Buffer.from(`data: ${JSON.stringify(data)}\n\n`);
};
const TEXT = chunk([{ index: 0, delta: { content: " token" }, logprobs: null, finish_reason: null }]);
const FINISH = chunk([{ index: 0, delta: {}, logprobs: null, finish_reason: "stop" }]);
const USAGE_CHUNK = chunk([], { usage: USAGE });
const DONE = Buffer.from("data: [DONE]\n\n");

const WHOLE = Buffer.from(
  JSON.stringify({
    id: "chatcmpl-bench",
    object: "chat.completion",
    created: 1_790_000_000,
    model: MODEL,
    choices: [
      {
        index: 0,
        message: { role: "assistant", content: "Set aside first, count afterwards. ".repeat(20).trim() },
        logprobs: null,
        finish_reason: "stop",
      },
    ],
    usage: USAGE,
    service_tier: "default",
    system_fingerprint: "fp_0123456789",
  }),
);

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
  if (request.headers[HOLD_HEADER] !== undefined) {
    write(response, FIRST_CHUNKS);
    held.add(response);
    response.once("close", () => held.delete(response));
    return;
  }
  end(response, CHUNKS, body.includes('"include_usage":true'));
}

function write(response: ServerResponse, chunks: number): void {
  response.cork();
  for (let i = 0; i < chunks; i++) response.write(TEXT);
  response.uncork();
}

function end(response: ServerResponse, chunks: number, statesUsage: boolean): void {
  response.cork();
  for (let i = 0; i < chunks; i++) response.write(TEXT);
  response.write(FINISH);
  if (statesUsage) response.write(USAGE_CHUNK);
  response.write(DONE);
  response.uncork();
  response.end();
}

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
      end: () => held.forEach((response) => end(response, 0, true)),
    },
    () => {
      server.closeAllConnections();
      return Promise.resolve();
    },
  );
});
