import type { Hono } from "hono";
import type { ControlEnv } from "./frame/context.ts";
import { Problem } from "./frame/problem.ts";
import { type Endpoint, endpoint, json, resource } from "./frame/routes.ts";

/** `/healthz` says that the Worker runs, `/readyz` that its stores answer. Neither needs a credential. */
export function mountHealth(app: Hono<ControlEnv>): void {
  resource(app, "/healthz", { GET: healthz });
  resource(app, "/readyz", { GET: readyz });
}

const healthz: Endpoint = endpoint(async () => json({ status: "ok" }));

const readyz: Endpoint = endpoint(async (c) => {
  const { redis, postgres } = await c.var.services.probe();
  const stores = {
    redis: { ok: redis.ok, latency_ms: redis.ms },
    postgres: { ok: postgres.ok, latency_ms: postgres.ms },
  };
  const down = Object.entries(stores).flatMap(([name, { ok }]) => (ok ? [] : [name]));
  if (down.length === 0) return json({ status: "ok", ...stores });
  throw new Problem("store_unavailable", `Down: ${down.join(", ")}`, { members: stores });
});
