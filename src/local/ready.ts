import { setTimeout as sleep } from "node:timers/promises";
import { lastLines } from "./process-watch.ts";
import { StackError } from "./stack-error.ts";

const READY_TIMEOUT_MS = 60_000;
const ANSWER_TIMEOUT_MS = 10_000;
const POLL_MS = 50;
const MAX_SHOWN_CHARS = 1_000;

type Options = {
  url: string;
  /** Of the Worker, to show its end with a failure. */
  log: string;
  died: Promise<StackError>;
  signal: AbortSignal;
  timeoutMs?: number;
};

/** Waits until GET /readyz is 200. Throws a StackError with its last answer when the time is over, or at once with who died. */
export async function untilReady({ timeoutMs = READY_TIMEOUT_MS, ...options }: Options): Promise<void> {
  const { url, log, died, signal } = options;
  const death = new AbortController();
  void died.then((error) => death.abort(error));
  const given = AbortSignal.any([signal, death.signal]);
  const deadline = Date.now() + timeoutMs;
  let last = "nothing";
  while (Date.now() < deadline) {
    given.throwIfAborted();
    const answer = await ask(`${url}/readyz`, given);
    if (answer?.status === 200) return;
    if (answer) last = `${answer.status} ${answer.text.slice(0, MAX_SHOWN_CHARS)}`;
    await sleep(POLL_MS);
  }
  throw new StackError(
    `The Worker isn't ready after ${timeoutMs / 1000} s: GET /readyz answers ${last}\n` +
      `The end of ${log}:\n${await lastLines(log)}`,
  );
}

/** Undefined while nothing answers. */
async function ask(url: string, signal: AbortSignal): Promise<{ status: number; text: string } | undefined> {
  try {
    const response = await fetch(url, {
      signal: AbortSignal.any([signal, AbortSignal.timeout(ANSWER_TIMEOUT_MS)]),
    });
    return { status: response.status, text: await response.text() };
  } catch {
    return undefined; // Still starting, or told to stop, which the caller sees from the signal.
  }
}
