// Reads a stream of bytes to its end: in as few steps as it comes in, and with little memory while nothing comes.

/** Gets what came; a promise where no more may come until it resolves. The memory is its own: nothing writes to it again. */
export type Take = (bytes: Uint8Array) => Promise<void> | undefined;

/** The most that a plain read gives. It costs less than one into memory of ours, and where more has come there is more to read. */
const PLAIN_READ_BYTES = 4_096;
/** What is read at once of a stream with much in it: as long as that was all taken, more and more. */
const FIRST_READ_BYTES = 4_096;
const MAX_READ_BYTES = 65_536;

export async function readBytes(body: ReadableStream<Uint8Array>, take: Take): Promise<void> {
  const mostPlain = takesMemory(body) ? PLAIN_READ_BYTES : Infinity;
  const plain = body.getReader();
  for (let size = 0; size < mostPlain;) {
    const { done, value } = await plain.read();
    if (done) return;
    size = value.length;
    const taken = take(value);
    if (taken) await taken;
  }
  plain.releaseLock();
  const reader = body.getReader({ mode: "byob" });
  for (let size = FIRST_READ_BYTES; ;) {
    const { done, value } = await reader.read(new Uint8Array(size));
    if (done) return;
    size = value.length === size ? Math.min(size * 4, MAX_READ_BYTES) : FIRST_READ_BYTES;
    const taken = take(value);
    if (taken) await taken;
  }
}

/** Not so a stream that isn't one of bytes, as some runtimes make them. */
function takesMemory(body: ReadableStream<Uint8Array>): boolean {
  try {
    body.getReader({ mode: "byob" }).releaseLock();
    return true;
  } catch {
    return false;
  }
}
