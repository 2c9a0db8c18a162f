// What becomes of a call whose client left: it is read on for a while, to learn what it truly cost, then cut off.

export interface ClientWatch {
  /** The client has left. */
  readonly gone: boolean;
  /** Resolves when the client leaves; never, if it stays. */
  readonly whenGone: Promise<void>;
  /** Fires when the client has left and the grace is over. */
  readonly stop: AbortSignal;
  /** The response's stream was cancelled: some runtimes notice a client's leaving only so. */
  left: () => void;
}

/** `signal`: the request's own, which fires when the client disconnects. */
export function watchClient(signal: AbortSignal, graceMs: number): ClientWatch {
  const controller = new AbortController();
  const { promise: whenGone, resolve } = Promise.withResolvers<void>();
  let gone = false;
  const left = () => {
    if (gone) return;
    gone = true;
    resolve();
    setTimeout(() => controller.abort(), graceMs);
  };
  if (signal.aborted) left();
  else signal.addEventListener("abort", left, { once: true });
  return {
    get gone() {
      return gone;
    },
    whenGone,
    stop: controller.signal,
    left,
  };
}
