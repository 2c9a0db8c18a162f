import {
  ATTEMPT_TIMEOUT_MS,
  type After,
  type Command,
  type Redis,
  type RunCommand,
  type Told,
} from "./redis.ts";

// What calls of one isolate ask of the same script at the same time goes to Redis in one request: to a Worker, a round trip
// costs more than all that it does to decide. Each is still a command of its own, with its own reply. One that comes while no
// other of its script is under way goes at once: no reserve waits for the settle of the call before.

/** A script waits no longer for the request under way: about a round trip to a Redis that is near. */
export const PATIENCE_MS = 5;
export const MAX_TOGETHER = 32;
/** A longer one goes alone: Upstash takes 1 MB at least. https://upstash.com/docs/redis/troubleshooting/max_request_size_exceeded */
export const MAX_SHARED_LENGTH = 16_384;

interface Waiting {
  command: Command;
  tell: (told: "lead" | Told) => void;
}

// Made when they are needed: an error knows where it was made, and to find that out takes a start 30 ms.
const late = (): Told => ({ error: new Error("Redis didn't answer in time") });
const lacking = (): Told => ({ error: new Error("Redis answered fewer commands than were sent") });

interface Timers {
  /** The clock, in milliseconds. */
  now: () => number;
  after: After;
}

export function together(redis: Redis, timers: Timers): RunCommand {
  /** By the script's digest: there are as many as we have scripts. */
  const groups = new Map<string, (command: Command) => Promise<unknown>>();
  return (command, options) => {
    if (!options?.together || lengthOf(command) > MAX_SHARED_LENGTH) return redis.run(command);
    const digest = String(command[1]);
    const group = groups.get(digest) ?? createGroup(redis, timers);
    groups.set(digest, group);
    return group(command);
  };
}

/**
 * One call sends for all that wait, and tells them. Their promises then resolve in calls that aren't its own, as workerd
 * allows; one that died tells nothing, so nobody waits for it longer than for Redis.
 */
function createGroup({ run, runAll }: Redis, { now, after }: Timers): (command: Command) => Promise<unknown> {
  const underWay = new Set<{ endsAtMs: number }>();
  let waiting: Waiting[] = [];

  /** Of a call that died, what it sent is never over. */
  function isBusy(): boolean {
    for (const sent of underWay) {
      if (now() < sent.endsAtMs) return true;
      underWay.delete(sent);
    }
    return false;
  }

  async function lead(command: Command): Promise<unknown> {
    const others = waiting.slice(0, MAX_TOGETHER - 1);
    waiting = waiting.slice(others.length);
    const sent = { endsAtMs: now() + ATTEMPT_TIMEOUT_MS };
    underWay.add(sent);
    // Where more wait than go along, the next leads at once.
    waiting.shift()?.tell("lead");
    try {
      if (others.length === 0) return await run(command);
      const [own = lacking(), ...told] = await runAll([command, ...others.map((other) => other.command)]);
      others.forEach((other, i) => other.tell(told[i] ?? lacking()));
      return replyIn(own);
    } catch (error) {
      for (const other of others) other.tell({ error });
      throw error;
    } finally {
      underWay.delete(sent);
      waiting.shift()?.tell("lead");
    }
  }

  async function follow(command: Command): Promise<unknown> {
    const { promise, resolve } = Promise.withResolvers<"lead" | Told>();
    const own: Waiting = { command, tell: resolve };
    const isFirst = waiting.push(own) === 1;
    /** Whether it still waited: else somebody sends it already. */
    const leave = (): boolean => {
      const waited = waiting.includes(own);
      waiting = waiting.filter((other) => other !== own);
      return waited;
    };
    const cancelPatience = isFirst
      ? after(PATIENCE_MS, () => {
          if (leave()) resolve("lead");
        })
      : undefined;
    const cancelTimeout = after(PATIENCE_MS + ATTEMPT_TIMEOUT_MS, () => {
      leave();
      resolve(late());
    });
    const told = await promise;
    cancelPatience?.();
    cancelTimeout();
    return told === "lead" ? lead(command) : replyIn(told);
  }

  return (command) => (isBusy() ? follow(command) : lead(command));
}

function replyIn(told: Told): unknown {
  if ("error" in told) throw told.error;
  return told.reply;
}

function lengthOf(command: Command): number {
  return command.reduce<number>((sum, each) => sum + String(each).length, 0);
}
