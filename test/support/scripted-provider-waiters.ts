// Waiting for a request to be as a test wants it, without polling: whoever changes a record says so.

interface Waiter<T> {
  predicate: (item: T) => boolean;
  result: PromiseWithResolvers<T>;
}

export interface Waiters<T> {
  notify(): void;
  waitFor(predicate: (item: T) => boolean): Promise<T>;
  /** Rejects whoever still waits. */
  end(): void;
}

export function createWaiters<T>(items: readonly T[]): Waiters<T> {
  const waiters = new Set<Waiter<T>>();

  function settle(waiter: Waiter<T>): void {
    const found = items.find(waiter.predicate);
    if (found === undefined) return;
    waiters.delete(waiter);
    waiter.result.resolve(found);
  }

  return {
    notify() {
      for (const waiter of waiters) settle(waiter);
    },
    waitFor(predicate) {
      const waiter = { predicate, result: Promise.withResolvers<T>() };
      waiters.add(waiter);
      settle(waiter);
      return waiter.result.promise;
    },
    end() {
      for (const { result } of waiters) result.reject(new Error("The provider closed before it happened"));
      waiters.clear();
    },
  };
}
