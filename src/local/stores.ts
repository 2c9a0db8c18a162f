import { join } from "node:path";
import { serveDemoProvider } from "./demo/serve.ts";
import { type LocalPostgres, startPostgres } from "./local-postgres.ts";
import { type LocalRedis, startRedis } from "./local-redis.ts";
import type { LocalSecrets } from "./local-secrets.ts";
import type { PostgresChoice, RedisChoice } from "./settings.ts";
import type { Teardown } from "./teardown.ts";
import { needsDemoProvider } from "./worker-bindings.ts";

export type Stores = {
  redis: LocalRedis;
  postgres: LocalPostgres;
  /** Undefined where nothing needs a demo provider. */
  demoUrl: string | undefined;
};

type Options = {
  redis?: RedisChoice | undefined;
  postgres?: PostgresChoice;
  postgresFrom?: Blob;
  bindings?: Record<string, string>;
  dir: string;
  isThrowAway: boolean;
  secrets: LocalSecrets;
  teardown: Teardown;
};

/** One after another, what can fail soonest first: only the embedded Postgres takes seconds, and it can't be interrupted. */
export async function startStores(options: Options): Promise<Stores> {
  const { dir, isThrowAway, secrets, teardown } = options;
  const token = secrets.redisToken;
  const redis = await startRedis({ choice: options.redis, dir, isThrowAway, token, teardown });
  const demoUrl = await startDemo(options.bindings ?? {}, teardown);
  const postgres = await startPostgres({
    choice: options.postgres ?? { kind: "embedded" },
    dir: isThrowAway ? undefined : join(dir, "postgres"),
    from: isThrowAway ? options.postgresFrom : undefined,
    password: secrets.postgresPassword,
    teardown,
  });
  return { redis, postgres, demoUrl };
}

async function startDemo(given: Record<string, string>, teardown: Teardown): Promise<string | undefined> {
  if (!needsDemoProvider(given)) return undefined;
  const demo = await serveDemoProvider();
  teardown.add(() => demo.close());
  return demo.url;
}
