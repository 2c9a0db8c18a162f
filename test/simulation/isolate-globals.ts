import { createHash, createHmac } from "node:crypto";
import type { Scheduler } from "./scheduler.ts";

// What a Worker's code takes from its runtime, made deterministic: timers by the simulation's clock, cryptography with
// no thread behind it, and the stream that only workerd has.

type Bytes = Uint8Array<ArrayBuffer>;

/** Puts them in place; the returned function puts the runtime's own back. */
export function installIsolateGlobals(scheduler: Scheduler): () => void {
  const cancels = new Map<number, () => void>();
  let timers = 0;
  const setTimer = (run: () => void, milliseconds = 0): number => {
    const id = (timers += 1);
    cancels.set(id, scheduler.after(milliseconds, { owner: "timer", run }));
    return id;
  };
  const setRepeating = (run: () => void, milliseconds = 0): number => {
    const id = (timers += 1);
    const again = () =>
      cancels.set(
        id,
        scheduler.after(Math.max(1, milliseconds), {
          owner: "timer",
          run() {
            again();
            run();
          },
        }),
      );
    again();
    return id;
  };
  const clearTimer = (id: number | undefined): void => {
    if (id === undefined) return;
    cancels.get(id)?.();
    cancels.delete(id);
  };
  const undo = [
    replace(globalThis, "setTimeout", setTimer),
    replace(globalThis, "clearTimeout", clearTimer),
    replace(globalThis, "setInterval", setRepeating),
    replace(globalThis, "clearInterval", clearTimer),
    replace(globalThis, "IdentityTransformStream", class extends TransformStream<Bytes, Bytes> {}),
    replace(crypto.subtle, "importKey", (_format: string, key: Bytes) => Promise.resolve(key)),
    replace(crypto.subtle, "sign", (_algorithm: string, key: Bytes, data: Bytes) =>
      Promise.resolve(bufferOf(createHmac("sha256", key).update(data).digest())),
    ),
    replace(crypto.subtle, "digest", (_algorithm: string, data: Bytes) =>
      Promise.resolve(bufferOf(createHash("sha1").update(data).digest())),
    ),
  ];
  return () => {
    for (const restore of undo) restore();
  };
}

function bufferOf(bytes: Buffer): ArrayBuffer {
  return new Uint8Array(bytes).buffer;
}

function replace(target: object, name: string, value: unknown): () => void {
  const before = Object.getOwnPropertyDescriptor(target, name);
  Object.defineProperty(target, name, { value, configurable: true, writable: true });
  return () => {
    if (before) Object.defineProperty(target, name, before);
    else Reflect.deleteProperty(target, name);
  };
}
