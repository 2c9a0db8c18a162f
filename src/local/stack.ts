// The whole local stack in one process and its children: both stores over HTTP, the demo provider, the Worker.

import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type FirstKey, obtainFirstKey } from "./first-key.ts";
import { lockFolder } from "./folder-lock.ts";
import { loadSecrets, saveSecrets, writeForOwner } from "./local-secrets.ts";
import { claimPort } from "./ports.ts";
import type { Fault } from "./postgres/serve.ts";
import { untilReady } from "./ready.ts";
import type { PostgresChoice, RedisChoice } from "./settings.ts";
import { StackError } from "./stack-error.ts";
import { startStores } from "./stores.ts";
import { createTeardown, type Teardown } from "./teardown.ts";
import { watchForDeath } from "./watch-for-death.ts";
import { workerBindings } from "./worker-bindings.ts";
import { startWorker, type StartWorker } from "./worker-process.ts";

const OWNER_ONLY_FOLDER = 0o700;

export type StackOptions = {
  /** 0, the default, is a free one. */
  port?: number;
  /** Where data and secrets stay. By default nothing stays: the stores are in memory, the rest in a folder that goes. */
  dir?: string;
  redis?: RedisChoice | undefined;
  postgres?: PostgresChoice;
  /** What an embedded Postgres in memory begins with: a dump of another one's data directory. */
  postgresFrom?: Blob;
  /** How the Worker is run: by default under `wrangler dev`. */
  worker?: StartWorker;
  /** Bindings of the Worker; they come before those that the stack makes itself. */
  bindings?: Record<string, string>;
  /** Told what happens; silent by default. */
  log?: (line: string) => void;
  /** Ends a start that is under way. */
  signal?: AbortSignal;
};

export type Stack = {
  port: number;
  url: string;
  adminKey: string;
  firstKey: FirstKey;
  redis: { rest_url: string; token: string; url: string | null };
  /** `url` is what `neon()` takes, `http_url` its endpoint. */
  postgres: { http_url: string | null; url: string };
  /** Every text binding of the Worker. */
  bindings: Record<string, string>;
  pids: Record<string, number>;
  /** Makes the Postgres bridge fail in that way, until called with undefined. */
  failPostgres(mode: Fault | undefined): void;
  /** Resolves if a process of the stack ends that nobody stopped. */
  died: Promise<StackError>;
  /** Ends everything that was started. Calling it twice is fine. */
  stop(): Promise<void>;
};

/** Starts everything or nothing. Throws a StackError where the operator can do something about it. */
export async function startStack(options: StackOptions = {}): Promise<Stack> {
  const teardown = createTeardown();
  try {
    return await start(options, teardown);
  } catch (error) {
    await teardown.stop();
    throw error;
  }
}

async function start(options: StackOptions, teardown: Teardown): Promise<Stack> {
  const { log = () => undefined, signal = new AbortController().signal } = options;
  const port = await claimPort(options.port ?? 0);
  const dir = await openFolder(options.dir, teardown);
  const secrets = await loadSecrets(dir);

  const stores = await startStores({
    ...options,
    dir,
    isThrowAway: options.dir === undefined,
    secrets,
    teardown,
  });
  log(`Redis: ${stores.redis.about}`);
  log(`Postgres: ${stores.postgres.about}`);
  const bindings = workerBindings({ given: options.bindings ?? {}, secrets, ...stores });
  signal.throwIfAborted();

  const worker = await (options.worker ?? startWorker)({ port, dir, bindings });
  teardown.add(() => worker.stop());
  log(`Worker: wrangler dev, process ${worker.pid}, log ${worker.log}`);
  const died = watchForDeath({ worker, redis: stores.redis, teardown });
  const url = `http://127.0.0.1:${port}`;
  await untilReady({ url, log: worker.log, died, signal });

  const adminKey = bindings["ADMIN_KEY"] ?? secrets.adminKey;
  const firstKey = await obtainFirstKey({ url, adminKey, kept: secrets.firstKey });
  if ("secret" in firstKey) await saveSecrets(dir, { ...secrets, firstKey: firstKey.secret });

  const { redis, postgres } = stores;
  const described = {
    port,
    redis: { rest_url: redis.restUrl, token: redis.token, url: redis.url },
    postgres: { http_url: postgres.httpUrl ?? null, url: postgres.url },
    bindings,
    pids: { stack: process.pid, worker: worker.pid, ...(redis.server && { redis: redis.server.pid }) },
  };
  await describeStack(join(dir, "stack.json"), { ...described, admin_key: adminKey }, teardown);
  return {
    ...described,
    url,
    adminKey,
    firstKey,
    failPostgres: (mode) => postgres.fault(mode),
    died,
    stop: () => teardown.stop(),
  };
}

async function openFolder(dir: string | undefined, teardown: Teardown): Promise<string> {
  if (dir === undefined) {
    const throwAway = await mkdtemp(join(tmpdir(), "tollgate-"));
    teardown.add(() => rm(throwAway, { recursive: true, force: true }));
    return throwAway;
  }
  try {
    await mkdir(dir, { recursive: true, mode: OWNER_ONLY_FOLDER });
  } catch (error) {
    throw new StackError(`LOCAL_DIR=${dir} can't be made: ${String(error)}`, { cause: error });
  }
  teardown.add(await lockFolder(dir));
  return dir;
}

/** The file is there exactly while the stack runs and is ready. */
async function describeStack(path: string, stack: object, teardown: Teardown): Promise<void> {
  await writeForOwner(path, `${JSON.stringify(stack, null, 2)}\n`);
  teardown.add(() => rm(path, { force: true }));
}
