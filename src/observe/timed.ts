/** The same function, that tells how many milliseconds each of its answers or failures took. */
export function timed<Args extends unknown[], T>(
  run: (...args: Args) => Promise<T>,
  now: () => number,
  tell: (milliseconds: number) => void,
): (...args: Args) => Promise<T> {
  return async (...args) => {
    const startedAtMs = now();
    try {
      return await run(...args);
    } finally {
      tell(now() - startedAtMs);
    }
  };
}
