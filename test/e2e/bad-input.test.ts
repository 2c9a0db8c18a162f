// What the running Worker refuses before any money is set aside, and that it then does nothing else.

import { afterAll, beforeAll, describe } from "vitest";
import { openEmbeddedRedis } from "../../src/local/redis/embedded/engine.ts";
import { serveUpstash, type UpstashServer } from "../../src/local/redis/http.ts";
import { createRest, type Rest } from "../support/e2e-rest.ts";
import { startRig, type Rig } from "../support/e2e-rig.ts";
import { bodies, MAX_BODY_BYTES } from "./bad-input/bodies.ts";
import { endpoints } from "./bad-input/endpoints.ts";
import { keys } from "./bad-input/keys.ts";

let rig: Rig;
let rest: Rest;
let redis: UpstashServer;
let closeRedis: () => Promise<void>;

beforeAll(async () => {
  // A Redis of the test's own, whose requests it can count.
  const engine = await openEmbeddedRedis({});
  const token = crypto.randomUUID();
  redis = await serveUpstash({ engine, token });
  closeRedis = async () => {
    await redis.close();
    await engine.close();
  };
  rig = await startRig({
    redis: { kind: "given", restUrl: redis.url, token },
    bindings: { MAX_BODY_BYTES: String(MAX_BODY_BYTES) },
  });
  rest = createRest(rig);
});
afterAll(async () => {
  await rig.stop();
  await closeRedis();
});

const world = () => ({ rig, rest });
describe("a body", () => {
  bodies(world);
});
describe("a key", () => {
  keys(world, async () => (await redis.stats()).requests);
});
describe("an endpoint", () => {
  endpoints(world);
});
