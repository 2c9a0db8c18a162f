export type VirtualClock = ReturnType<typeof createVirtualClock>;

/**
 * A clock that stands still while any work that it was told of is under way, and then goes straight to the moment for
 * which the next sleeper waits. So waits cost no time, and nobody wakes up before what others do meanwhile is done.
 */
export function createVirtualClock(startMs: number) {
  let nowMs = startMs;
  let underWay = 0;
  let ticking = false;
  const sleepers: { atMs: number; wake: () => void }[] = [];

  function tick(): void {
    ticking = false;
    if (underWay > 0) return;
    sleepers.sort((a, b) => a.atMs - b.atMs);
    const next = sleepers.shift();
    if (!next) return;
    nowMs = Math.max(nowMs, next.atMs);
    next.wake();
    tickSoon();
  }
  function tickSoon(): void {
    if (ticking) return;
    ticking = true;
    setImmediate(tick);
  }

  return {
    now: () => nowMs,
    sleep: (milliseconds: number): Promise<void> => {
      return new Promise((wake) => {
        sleepers.push({ atMs: nowMs + milliseconds, wake });
        tickSoon();
      });
    },
    /** Work during which nobody wakes up. */
    async during<T>(work: () => Promise<T>): Promise<T> {
      underWay += 1;
      try {
        return await work();
      } finally {
        underWay -= 1;
        tickSoon();
      }
    },
    advance(milliseconds: number): void {
      nowMs += milliseconds;
    },
  };
}
