// The writing side of one scripted answer: it keeps what it sent, cuts it where the scenario says, and knows
// when the peer has left.

import { once } from "node:events";
import type { ServerResponse } from "node:http";
import { setTimeout as wait } from "node:timers/promises";

export interface Wire {
  /** Aborted when the connection is gone, whoever closed it. */
  gone: AbortSignal;
  start(status: number, headers: Record<string, string>): void;
  write(piece: string | Uint8Array): Promise<void>;
  /** Writes what waits for a full piece: before a pause, the peer must have all there is. */
  flush(): Promise<void>;
  delay(ms: number): Promise<void>;
  untilGone(): Promise<void>;
  end(): Promise<void>;
  destroy(): void;
}

export function createWire(
  response: ServerResponse,
  options: { splitBytes: number | undefined; onSent: (bytes: Uint8Array) => void; onDestroy: () => void },
): Wire {
  const { splitBytes, onSent, onDestroy } = options;
  const leave = new AbortController();
  const gone = leave.signal;
  response.on("close", () => leave.abort());
  let waiting = Buffer.alloc(0);

  async function push(bytes: Uint8Array): Promise<void> {
    if (gone.aborted || bytes.byteLength === 0) return;
    onSent(bytes);
    // Resolves once the kernel has it, and with an error that `gone` already tells if the peer has left.
    await new Promise<void>((resolve) => {
      response.write(bytes, () => resolve());
    });
  }

  async function write(piece: string | Uint8Array): Promise<void> {
    if (splitBytes === undefined) return push(Buffer.from(piece));
    waiting = Buffer.concat([waiting, Buffer.from(piece)]);
    while (waiting.length >= splitBytes) {
      const next = waiting.subarray(0, splitBytes);
      waiting = waiting.subarray(splitBytes);
      await push(next);
    }
  }

  async function flush(): Promise<void> {
    const rest = waiting;
    waiting = Buffer.alloc(0);
    await push(rest);
  }

  return {
    gone,
    start(status, headers) {
      response.writeHead(status, headers);
      response.flushHeaders();
    },
    write,
    flush,
    async delay(ms) {
      // An aborted wait means that the peer has left, which the caller sees in `gone`.
      if (ms > 0) await wait(ms, undefined, { signal: gone }).catch(() => undefined);
    },
    async untilGone() {
      if (!gone.aborted) await once(gone, "abort");
    },
    async end() {
      await flush();
      response.end();
    },
    destroy() {
      onDestroy();
      response.socket?.destroy();
    },
  };
}
