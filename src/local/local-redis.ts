import { join } from "node:path";
import { isReachable } from "./ports.ts";
import { openEmbeddedRedis } from "./redis/embedded/engine.ts";
import type { RedisEngine } from "./redis/engine.ts";
import { serveUpstash } from "./redis/http.ts";
import { connectRedis } from "./redis/real-engine.ts";
import { hasRedisServer, startRedisServer } from "./redis/redis-server.ts";
import type { RedisChoice } from "./settings.ts";
import { StackError } from "./stack-error.ts";
import type { Teardown } from "./teardown.ts";

const DEFAULT_REDIS_PORT = 6379;

export type LocalRedis = {
  about: string;
  restUrl: string;
  token: string;
  /** The `redis://` URL of a real Redis; null where there is none behind it. */
  url: string | null;
  /** Of the redis-server that was started here, and where it logs. */
  server: { pid: number; log: string } | undefined;
};

type Options = {
  choice: RedisChoice | undefined;
  dir: string;
  /** Nothing has to outlive the stack. */
  isThrowAway: boolean;
  token: string;
  teardown: Teardown;
};

/** Starts the chosen Redis, by default the redis-server on the PATH, else the embedded one, and serves it over HTTP. */
export async function startRedis({
  choice,
  dir,
  isThrowAway,
  token,
  teardown,
}: Options): Promise<LocalRedis> {
  if (choice?.kind === "given") {
    const { restUrl, token } = choice;
    return { about: "UPSTASH_REDIS_REST_URL, as given", restUrl, token, url: null, server: undefined };
  }
  const { engine, ...opened } = await openEngine(choice, { dir, isThrowAway, teardown });
  teardown.add(() => engine.close());
  const bridge = await serveUpstash({ engine, token });
  teardown.add(() => bridge.close());
  return { ...opened, restUrl: bridge.url, token };
}

type Opened = Pick<LocalRedis, "about" | "url" | "server"> & { engine: RedisEngine };
type Place = Pick<Options, "dir" | "isThrowAway" | "teardown">;

function openEngine(choice: RedisChoice | undefined, place: Place): Promise<Opened> {
  const kind = choice?.kind ?? (hasRedisServer() ? "redis-server" : "embedded");
  if (choice?.kind === "url") return connectTo(choice.url);
  return kind === "redis-server" ? startServer(place) : openEmbedded(place);
}

async function connectTo(url: string): Promise<Opened> {
  const { hostname, port, host } = new URL(url);
  // The client would try for ever; one look says whether anybody is there.
  if (!(await isReachable(hostname.replace(/^\[|\]$/g, ""), Number(port) || DEFAULT_REDIS_PORT))) {
    throw new StackError(`LOCAL_REDIS: nothing answers at ${host}`);
  }
  return { about: `a Redis at ${host}`, engine: await connectRedis(url), url, server: undefined };
}

async function startServer({ dir, teardown }: Place): Promise<Opened> {
  if (!hasRedisServer())
    throw new StackError("LOCAL_REDIS=redis-server: there is no redis-server on the PATH");
  const folder = join(dir, "redis");
  const server = await startRedisServer({ dir: folder });
  teardown.add(() => server.stop());
  return {
    about: `redis-server, process ${server.pid}`,
    engine: await connectRedis(server.url),
    url: server.url,
    server: { pid: server.pid, log: join(folder, "redis-server.log") },
  };
}

async function openEmbedded({ dir, isThrowAway }: Place): Promise<Opened> {
  const file = isThrowAway ? undefined : join(dir, "redis.log");
  const engine = await openEmbeddedRedis(file === undefined ? {} : { file });
  return { about: `embedded in ${file ?? "memory"}`, engine, url: null, server: undefined };
}
