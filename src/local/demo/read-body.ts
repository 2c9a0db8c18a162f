// Reads the body of a request up to a limit.

import type { IncomingMessage } from "node:http";

/** Null if the body is larger; the rest of it stays unread. Throws if the client leaves in the middle. */
export async function readBody(request: IncomingMessage, maxBytes: number): Promise<Buffer | null> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  // Leaving the loop must not destroy the socket, which the refusal still has to go out on. Node types what it
  // yields as `any`; with no encoding set it is bytes.
  for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Uint8Array>) {
    length += chunk.byteLength;
    if (length > maxBytes) return null;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
