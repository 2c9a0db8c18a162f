import {
  Redis as UpstashRedis,
  type RedisConfigCloudflare,
  type UpstashResponse,
} from "@upstash/redis/cloudflare";
import type { Config } from "../env.ts";
import { StoreUnavailable } from "../services.ts";
import { createRequester } from "./redis-requester.ts";

// Redis over HTTP, with our own retries: the client's would run a script again without saying so, and the
// protocol must know how often it sent.

/** One attempt, until the reply has been read. */
export const ATTEMPT_TIMEOUT_MS = 2_000;
/** Waits between attempts; their number bounds the attempts. */
const BACKOFF_MS = [20, 100, 400] as const;

export type Command = (string | number)[];

/**
 * Runs one command and returns its reply as Redis gave it: texts, integers, nulls and arrays of them. `together`: it may go in
 * one request with others.
 */
export type RunCommand = (command: Command, options?: { together?: boolean }) => Promise<unknown>;

/** Of one command: what Redis says, or why that isn't known. */
export type Told = { reply: unknown } | { error: unknown };

export interface Redis {
  run: RunCommand;
  /** Runs commands one after the other, in one request. What is told of each is in their order. */
  runAll: (commands: Command[]) => Promise<Told[]>;
}

export type Sleep = (milliseconds: number) => Promise<void>;
/** Calls back once so much time has passed, unless the returned function is called before. */
export type After = (milliseconds: number, callback: () => void) => () => void;

export interface ScriptCall {
  script: string;
  keys: string[];
  args: (string | number)[];
  /** It may go in one request with what other calls ask of the same script. */
  together?: boolean;
}

export interface Answer {
  reply: unknown[];
  /** How often the script was sent with no answer before: it may have run that often already. */
  unanswered: number;
}

export type RunScript = (call: ScriptCall) => Promise<Answer>;

/** The client, but for how its commands go over HTTP: its other entries take a requester, and no option beside it. */
class OwnRequests extends UpstashRedis {
  constructor(config: RedisConfigCloudflare & { url: string; token: string }) {
    super(config);
    this.client = createRequester(config, ATTEMPT_TIMEOUT_MS);
  }

  /** The client's own pipelines take commands apart, and put them together again. */
  async runAll(commands: Command[]): Promise<Told[]> {
    const answered: unknown = await this.client.request({ path: ["pipeline"], body: commands });
    if (!Array.isArray(answered)) throw new Error("Redis answered a pipeline with no list");
    return (answered as UpstashResponse<unknown>[]).map(({ result, error }) =>
      error === undefined ? { reply: result } : { error: new Error(error) },
    );
  }
}

export function openRedis(
  config: Pick<Config, "UPSTASH_REDIS_REST_URL" | "UPSTASH_REDIS_REST_TOKEN">,
): Redis {
  const { UPSTASH_REDIS_REST_URL: url, UPSTASH_REDIS_REST_TOKEN: token } = config;
  const redis = new OwnRequests({ url, token, automaticDeserialization: false, enableTelemetry: false });
  return {
    run: (command) => redis.exec(command as [string, ...(string | number)[]]),
    runAll: (commands) => redis.runAll(commands),
  };
}

/**
 * Runs scripts by their digest, sends the text where Redis doesn't know it yet, and repeats what got no answer with
 * the same arguments. Throws StoreUnavailable when the attempts are used up. `sleep`: between attempts.
 */
export function createScriptRunner(run: RunCommand, sleep: Sleep): RunScript {
  return async ({ script, keys, args, together = false }) => {
    const digest = await digestOf(script);
    const rest = [keys.length, ...keys, ...args];
    const { value, unanswered } = await repeat(sleep, async (sent) => {
      // What failed once may have been another's fault, or its own: it goes alone then.
      const options = { together: together && sent === 0 };
      const reply = await run(["EVALSHA", digest, ...rest], options).catch((error: unknown) => {
        // It did not run: Redis doesn't know it yet, or no longer.
        if (isUnknownScript(error)) return run(["EVAL", script, ...rest]);
        throw error;
      });
      if (!Array.isArray(reply)) throw new Error("a script's reply is no array");
      return reply as unknown[];
    });
    return { reply: value, unanswered };
  };
}

/** Runs commands that only read, repeated as above. */
export function createReader(run: RunCommand, sleep: Sleep): RunCommand {
  return async (command) => (await repeat(sleep, () => run(command))).value;
}

async function repeat<T>(
  sleep: Sleep,
  attempt: (unanswered: number) => Promise<T>,
): Promise<{ value: T; unanswered: number }> {
  let failure: unknown;
  for (let unanswered = 0; unanswered <= BACKOFF_MS.length; unanswered++) {
    try {
      return { value: await attempt(unanswered), unanswered };
    } catch (error) {
      failure = error;
      const wait = BACKOFF_MS[unanswered];
      if (wait !== undefined) await sleep(wait);
    }
  }
  throw new StoreUnavailable("redis", failure);
}

function isUnknownScript(error: unknown): boolean {
  // Elsewhere in an error the word is somebody else's, and the script may have run.
  return error instanceof Error && /^(?:ERR )?NOSCRIPT\b/.test(error.message);
}

const digests = new Map<string, string>();

/** SHA-1 as Redis names scripts. Kept for the isolate's life: there are as many as we have scripts. */
async function digestOf(script: string): Promise<string> {
  const kept = digests.get(script);
  if (kept !== undefined) return kept;
  const bytes = new Uint8Array(await crypto.subtle.digest("SHA-1", new TextEncoder().encode(script)));
  const digest = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  digests.set(script, digest);
  return digest;
}
