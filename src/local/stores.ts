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
  bindings?: Record<string, string>;
  dir: string;
  isThrowAway: boolean;
  secrets: LocalSecrets;
  teardown: Teardown;
};

/** Side by side, since Postgres takes seconds. If one fails, the others are let come up, so that they can be stopped. */
export async function startStores(options: Options): Promise<Stores> {
  const { dir, isThrowAway, secrets, teardown } = options;
  const starting = [
    startRedis({ choice: options.redis, dir, isThrowAway, token: secrets.redisToken, teardown }),
    startPostgres({
      choice: options.postgres ?? { kind: "embedded" },
      dir: isThrowAway ? undefined : join(dir, "postgres"),
      password: secrets.postgresPassword,
      teardown,
    }),
    startDemo(options.bindings ?? {}, teardown),
  ] as const;
  await Promise.allSettled(starting);
  const [redis, postgres, demoUrl] = await Promise.all(starting);
  return { redis, postgres, demoUrl };
}

async function startDemo(given: Record<string, string>, teardown: Teardown): Promise<string | undefined> {
  if (!needsDemoProvider(given)) return undefined;
  const demo = await serveDemoProvider();
  teardown.add(() => demo.close());
  return demo.url;
}
