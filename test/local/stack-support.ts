// An HTTP server that answers what a test tells it to.

import { createServer } from "node:http";
import { listenOnLoopback } from "../../src/local/ports.ts";

export type Answering = { url: string; asked: string[]; close(): Promise<void> };

/** `answers` maps "METHOD /path" to a status and a body; anything else is 404. */
export async function serveAnswers(answers: Record<string, [number, unknown]>): Promise<Answering> {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    const call = `${request.method} ${request.url}`;
    asked.push(`${call} ${request.headers.authorization ?? ""}`.trim());
    const [status, body] = answers[call] ?? [404, "nothing here"];
    response.writeHead(status).end(typeof body === "string" ? body : JSON.stringify(body));
  });
  const port = await listenOnLoopback(server, 0);
  return {
    url: `http://127.0.0.1:${port}`,
    asked,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
