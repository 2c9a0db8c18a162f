// Gates that a test opens by name.

export interface Gates {
  /** Resolves when the gate is open, at once if it is already, or when the signal aborts. */
  pass(name: string, gone: AbortSignal): Promise<void>;
  open(name: string): void;
}

export function createGates(): Gates {
  const gates = new Map<string, PromiseWithResolvers<void>>();

  function gateOf(name: string): PromiseWithResolvers<void> {
    const gate = gates.get(name) ?? Promise.withResolvers<void>();
    gates.set(name, gate);
    return gate;
  }

  return {
    async pass(name, gone) {
      const left = Promise.withResolvers<void>();
      if (gone.aborted) return;
      gone.addEventListener("abort", () => left.resolve(), { once: true });
      await Promise.race([gateOf(name).promise, left.promise]);
    },
    open(name) {
      gateOf(name).resolve();
    },
  };
}
