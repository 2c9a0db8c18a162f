// Workers whose every message waits for its turn, so that a test decides the order, and what becomes of each.

/**
 * `lost`: it has no effect yet, and may come late. `unanswered`: it had its effect, and nobody hears of it.
 * `doubled`: it is answered, and a copy of it may come late.
 */
export type Fate = "answered" | "lost" | "unanswered" | "doubled";

/** A Worker waits here before each message. */
export type Turn = (label: string) => Promise<Fate>;

export interface Task {
  name: string;
  /** What it is about to send; null once it has ended. */
  next: string | null;
  step(fate: Fate): Promise<void>;
}

/** Starts a Worker, and lets it come to its first message. */
export async function startTask(name: string, work: (turn: Turn) => Promise<void>): Promise<Task> {
  let arrived = Promise.withResolvers<void>();
  let send: ((fate: Fate) => void) | null = null;
  const task: Task = {
    name,
    next: null,
    async step(fate) {
      if (!send) return;
      arrived = Promise.withResolvers<void>();
      const answer = send;
      send = null;
      task.next = null;
      answer(fate);
      await arrived.promise;
    },
  };
  const turn: Turn = (label) =>
    new Promise((resolve) => {
      task.next = label;
      send = resolve;
      arrived.resolve();
    });
  work(turn).then(
    () => arrived.resolve(),
    (error: unknown) => arrived.reject(error),
  );
  await arrived.promise;
  return task;
}
