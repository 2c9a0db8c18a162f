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
  const watch = new Watch(graceMs);
  if (signal.aborted) watch.left();
  else signal.addEventListener("abort", () => watch.left(), { once: true });
  return watch;
}

class Watch implements ClientWatch {
  gone = false;
  stopped = false;
  readonly whenGone: Promise<void>;
  readonly #graceMs: number;
  readonly #callbacks: (() => void)[] = [];
  readonly #tellGone: () => void;

  constructor(graceMs: number) {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.whenGone = promise;
    this.#tellGone = resolve;
    this.#graceMs = graceMs;
  }

  onStop(callback: () => void): void {
    if (this.stopped) callback();
    else this.#callbacks.push(callback);
  }

  left(): void {
    if (this.gone) return;
    this.gone = true;
    this.#tellGone();
    setTimeout(() => {
      this.stopped = true;
      for (const callback of this.#callbacks.splice(0)) callback();
    }, this.#graceMs);
  }
}
