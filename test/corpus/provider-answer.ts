import type { Case } from "./cases.ts";

/** fetch has undone these, or makes them itself. */
const OF_THE_TRANSFER = /^(?:content-encoding|content-length|transfer-encoding|connection)$/i;

const CONTENT_TYPES: Record<string, string> = {
  sse: "text/event-stream",
  eventstream: "application/vnd.amazon.eventstream",
  ndjson: "application/x-ndjson",
  text: "text/plain",
  binary: "application/octet-stream",
};

/** The recorded answer, whose body comes in these pieces. */
export function providerAnswer(recorded: Case, chunks: Uint8Array[]): Response {
  const headers = new Headers();
  for (const [name, value] of recorded.response_headers) {
    if (!OF_THE_TRANSFER.test(name)) headers.append(name, value);
  }
  // Some recorders left the type out, or covered it up.
  if (!/\//.test(headers.get("content-type") ?? "")) {
    headers.set("content-type", CONTENT_TYPES[recorded.wire] ?? "application/json");
  }
  return new Response(streamOf(chunks), { status: recorded.status, headers });
}

function streamOf(chunks: Uint8Array[]): ReadableStream<Uint8Array> {
  let next = 0;
  return new ReadableStream(
    {
      pull(controller) {
        const chunk = chunks[next];
        next += 1;
        if (chunk) controller.enqueue(chunk);
        else controller.close();
      },
    },
    { highWaterMark: 0 },
  );
}
