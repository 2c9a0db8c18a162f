// What was started, so that it can be stopped: last first, each with a bound, whatever the others do.

const STOP_TIMEOUT_MS = 10_000;

export type Teardown = {
  add(close: () => Promise<void>): void;
  isStopping(): boolean;
  /** The second call waits for the first. */
  stop(): Promise<void>;
};

export function createTeardown(): Teardown {
  const closers: (() => Promise<void>)[] = [];
  let stopping: Promise<void> | undefined;

  async function stopAll(): Promise<void> {
    for (let close = closers.pop(); close; close = closers.pop()) {
      // One that fails or hangs must not keep the rest running; its process ends with ours.
      await Promise.race([close().catch(() => undefined), timeout(STOP_TIMEOUT_MS)]);
    }
  }

  return {
    add: (close) => void closers.push(close),
    isStopping: () => stopping !== undefined,
    stop: () => (stopping ??= stopAll()),
  };
}

function timeout(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms).unref());
}
