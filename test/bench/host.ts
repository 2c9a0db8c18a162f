import { fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";

// A part of the rig in a process of its own, so that what it computes isn't counted as the Worker's.

/** Longer than any question takes. */
const ANSWER_TIMEOUT_MS = 120_000;

/** A stream with this header stays open after its first chunks, until the provider is told how it goes on. */
export const HOLD_HEADER = "x-bench-hold";

/** What a host answers, by the question's name. */
export type Answers = Record<string, (argument: number) => unknown>;

export interface Host {
  ask<T>(question: string, argument?: number): Promise<T>;
  stop(): Promise<void>;
}

/** Starts a file of this folder. The first thing that it answers says that it is ready. */
export async function startHost(file: string): Promise<Host> {
  const child = fork(join(import.meta.dirname, file), { stdio: ["ignore", "ignore", "inherit", "ipc"] });
  const ended = once(child, "exit");
  const waiting = new Map<number, { resolve: (answer: unknown) => void; reject: (error: Error) => void }>();
  child.on("message", ({ id, answer }: { id: number; answer: unknown }) => waiting.get(id)?.resolve(answer));
  void ended.then(() => waiting.forEach(({ reject }) => reject(new Error(`${file} ended`))));
  let number = 0;
  const ask = async <T>(question: string, argument = 0): Promise<T> => {
    const id = ++number;
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    waiting.set(id, { resolve, reject });
    const timer = setTimeout(() => reject(new Error(`${file}: no answer to ${question}`)), ANSWER_TIMEOUT_MS);
    child.send({ id, question, argument });
    try {
      return (await promise) as T; // The question says what its answer is.
    } finally {
      clearTimeout(timer);
      waiting.delete(id);
    }
  };
  return {
    ask,
    async stop() {
      child.disconnect();
      await ended;
    },
  };
}

/** In the host: answers until the asking process goes, then stops. */
export function answer(answers: Answers, stop: () => Promise<void>): void {
  process.on("message", ({ id, question, argument }: { id: number; question: string; argument: number }) => {
    void Promise.resolve(answers[question]?.(argument)).then((answer) => process.send?.({ id, answer }));
  });
  process.once("disconnect", () => void stop().then(() => process.exit()));
}
