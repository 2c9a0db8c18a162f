// What becomes of a call whose client left: it is read on for a while, to learn what it truly cost, then cut off.

export interface ClientWatch {
  /** The client has left. */
  readonly gone: boolean;
  /** Resolves when the client leaves; never, if it stays. */
  readonly whenGone: Promise<void>;
  /** The client has left and the grace is over. */
  readonly stopped: boolean;
  /** Calls back once that is so. Plain callbacks: a signal for each call, and a listener for each of its steps, cost more. */
  onStop: (callback: () => void) => void;
  /** The response's stream was cancelled: some runtimes notice a client's leaving only so. */
  left: () => void;
}

/** `signal`: the request's own, which fires when the client disconnects. */
export function watchClient(signal: AbortSignal, graceMs: number): ClientWatch {
  const callbacks: (() => void)[] = [];
  let stopped = false;
  const stop = () => {
    stopped = true;
    for (const callback of callbacks.splice(0)) callback();
  };
  const { promise: whenGone, resolve } = Promise.withResolvers<void>();
  let gone = false;
  const left = () => {
    if (gone) return;
    gone = true;
    resolve();
    setTimeout(stop, graceMs);
  };
  if (signal.aborted) left();
  else signal.addEventListener("abort", left, { once: true });
  return {
    get gone() {
      return gone;
    },
    whenGone,
    get stopped() {
      return stopped;
    },
    onStop(callback) {
      if (stopped) callback();
      else callbacks.push(callback);
    },
    left,
  };
}
