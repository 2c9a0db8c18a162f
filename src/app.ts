import { Hono } from "hono";
import { createControl } from "./control/control.ts";
import type { Config } from "./env.ts";
import { refusalResponse } from "./errors.ts";
import { gate } from "./gate/gate.ts";
import { newId } from "./ids.ts";
import { gateDepsOf, servicesOf, type Stores } from "./wiring.ts";

/** The whole route table: the control plane, and every other path the gate's. */
export function createApp(config: Config, stores: Stores) {
  const app = new Hono();
  app.route(
    "/",
    createControl((c) => servicesOf(config, stores, (promise) => c.executionCtx.waitUntil(promise))),
  );
  app.all("*", async (c) => {
    const deps = gateDepsOf(config, stores, (promise) => c.executionCtx.waitUntil(promise));
    return (await gate(deps, c.req.raw)) ?? notFound(c.req.path);
  });
  return app;
}

function notFound(path: string): Response {
  const message = `There is nothing at ${path}. The data plane is at /openai/v1, /anthropic and /v1; the REST interface at /api/v1.`;
  return refusalResponse({ code: "not_found", message }, "openai", newId("req"));
}
