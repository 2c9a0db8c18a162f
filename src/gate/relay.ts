import { createSseSplitter } from "../providers/sse.ts";
import type { StreamReader } from "../providers/wire.ts";
import type { ClientWatch } from "./client-watch.ts";

// Passes a stream to the client untouched while a meter reads it; or, where a chunk must be hidden, all but that chunk.

export interface RelayEnd {
  /** `cut`: the provider ended it with an error of the connection. `stopped`: the grace of a client who left was over. */
  how: "ended" | "cut" | "stopped" | "idle";
}

interface RelayOptions {
  body: ReadableStream<Uint8Array>;
  reader: StreamReader;
  client: ClientWatch;
  /** Ends the provider's stream. */
  abort: () => void;
  /** A stream that is silent for this long is given up. */
  idleMs: number;
}

/**
 * One read of the tap's branch, at most. It reads at once what comes: waiting between reads would cost less CPU, but
 * what a connection's error finds unread is gone, and with it the usage.
 */
const TAP_BYTES = 65_536;

/** The client gets the provider's own stream; a second branch of it is read for the usage. */
export function tap(options: RelayOptions): {
  readable: ReadableStream<Uint8Array>;
  done: Promise<RelayEnd>;
} {
  const [readable, branch] = options.body.tee();
  return { readable, done: readBranch(branch, options) };
}

async function readBranch(branch: ReadableStream<Uint8Array>, options: RelayOptions): Promise<RelayEnd> {
  const reader = branch.getReader({ mode: "byob" });
  const splitter = createSseSplitter();
  let buffer = new Uint8Array(TAP_BYTES);
  return readThrough(options, async () => {
    const { done, value } = await reader.read(buffer);
    for (const block of done ? splitter.end() : splitter.push(value.slice())) {
      if (block.parsed) options.reader.push(block.parsed);
    }
    if (done) return "ended";
    buffer = new Uint8Array(value.buffer);
    return "more";
  });
}

/** The client gets the provider's bytes but for the events that the meter says to hide. */
export function edit(options: RelayOptions): {
  readable: ReadableStream<Uint8Array>;
  done: Promise<RelayEnd>;
} {
  const { readable, writable } = new IdentityTransformStream();
  return { readable, done: pump(writable, options) };
}

async function pump(writable: WritableStream<Uint8Array>, options: RelayOptions): Promise<RelayEnd> {
  const reader = options.body.getReader();
  const writer = writable.getWriter();
  writer.closed.catch(() => options.client.left());
  const splitter = createSseSplitter();
  const end = await readThrough(options, async () => {
    const { done, value } = await reader.read();
    const visible = [];
    for (const block of done ? splitter.end() : splitter.push(value)) {
      if (!block.parsed || options.reader.push(block.parsed) === "pass") visible.push(block.raw);
    }
    if (!options.client.gone && visible.length > 0) {
      // A client who left is noticed here too; the meter reads on all the same.
      const written = writer.write(joined(visible)).catch(() => options.client.left());
      await Promise.race([written, options.client.whenGone]);
    }
    return done ? "ended" : "more";
  });
  // The client's stream ends as the provider's did: whole, or with an error.
  const closing =
    end.how === "ended" ? writer.close() : writer.abort(new Error("the provider's stream broke off"));
  await closing.catch(() => options.client.left());
  return end;
}

/** Runs `step` until it says that the stream ended, the stream breaks, stays silent, or the client's grace is over. */
export async function readThrough(
  options: Pick<RelayOptions, "client" | "abort" | "idleMs">,
  step: () => Promise<"ended" | "more">,
): Promise<RelayEnd> {
  const { client, abort, idleMs } = options;
  const stopped = new Promise<"stopped">((resolve) => {
    client.stop.addEventListener("abort", () => resolve("stopped"), { once: true });
  });
  for (;;) {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const idle = new Promise<"idle">((resolve) => {
      timer = setTimeout(() => resolve("idle"), idleMs);
    });
    try {
      const outcome = await Promise.race([step(), stopped, idle]);
      if (outcome === "more") continue;
      if (outcome !== "ended") abort();
      return { how: outcome };
    } catch {
      // A read failed. Whose fault it was doesn't change what was billed: the meter has what was seen.
      return { how: client.stop.aborted ? "stopped" : "cut" };
    } finally {
      clearTimeout(timer);
    }
  }
}

function joined(parts: Uint8Array[]): Uint8Array {
  if (parts.length === 1 && parts[0]) return parts[0];
  const whole = new Uint8Array(parts.reduce((size, part) => size + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
