// Reads a stream of bytes: in as few steps as it comes in, and with little memory while nothing comes.

export type Read = () => Promise<{ done: boolean; value?: Uint8Array | undefined }>;

/** What is read at once: a little, so that a stream that waits holds no more; as long as that was all taken, more and more. */
const FIRST_READ_BYTES = 1_024;
const MAX_READ_BYTES = 65_536;

/** Each read has memory of its own, which nothing writes to again. */
export function byteReads(body: ReadableStream<Uint8Array>): Read {
  const reader = byteReader(body);
  if (!reader) {
    const chunks = body.getReader();
    return () => chunks.read();
  }
  let size = FIRST_READ_BYTES;
  return async () => {
    const { done, value } = await reader.read(new Uint8Array(size));
    size = value?.length === size ? Math.min(size * 4, MAX_READ_BYTES) : FIRST_READ_BYTES;
    return { done, value };
  };
}

/** Null for a stream that isn't one of bytes, as some runtimes make them. */
function byteReader(body: ReadableStream<Uint8Array>): ReadableStreamBYOBReader | null {
  try {
    return body.getReader({ mode: "byob" });
  } catch {
    return null;
  }
}
