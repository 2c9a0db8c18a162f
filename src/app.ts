import { Hono } from "hono";
import type { Config } from "./env.ts";
import { refusalResponse } from "./errors.ts";
import { gate } from "./gate/gate.ts";
import { newId } from "./ids.ts";
import { providerNamed } from "./providers/registry.ts";
import { waitTogether } from "./wait-until.ts";
import { gateDepsOf, type Stores } from "./wiring.ts";

/** The whole route table: the control plane, and every other path the gate's. */
export function createApp(config: Config, stores: Stores) {
  // Made when it is first asked for: most isolates only see calls, and their start shouldn't wait for it, nor for the modules
  // that it is made of. The bundler keeps those in the same file, as functions that nobody calls before this import.
  let table: Hono | undefined;
  async function routeTable(): Promise<Hono> {
    const { createControl } = await import("./control/control.ts");
    const { servicesOf } = await import("./control-services.ts");
    const database = await stores.database();
    const app = new Hono();
    app.route(
      "/",
      createControl((c) =>
        servicesOf(config, stores, database, (promise) => c.executionCtx.waitUntil(promise)),
      ),
    );
    return app.all("*", (c) => dataPlane(c.req.raw, c.executionCtx));
  }

  async function dataPlane(
    request: Request,
    context: Pick<ExecutionContext, "waitUntil">,
  ): Promise<Response> {
    const waitUntil = waitTogether((promise) => context.waitUntil(promise));
    const deps = gateDepsOf(config, stores, waitUntil);
    return (await gate(deps, request)) ?? notFound(new URL(request.url).pathname);
  }

  return {
    fetch(
      request: Request,
      env: Record<string, unknown>,
      context: ExecutionContext,
    ): Response | Promise<Response> {
      // The table has a hundred routes, and the paths that calls go to are in none of them: they needn't be searched for.
      if (isProviders(request.url)) return dataPlane(request, context);
      if (table) return table.fetch(request, env, context);
      return routeTable().then((made) => (table ??= made).fetch(request, env, context));
    },
  };
}

/** Whether a path begins with what stands for the providers that everybody has. */
function isProviders(url: string): boolean {
  const [, prefix = ""] = /^https?:\/\/[^/]+\/([^/?#]+)\//.exec(url) ?? [];
  return prefix === "v1" || providerNamed(prefix) !== null;
}

function notFound(path: string): Response {
  const message = `There is nothing at ${path}. The data plane is at /openai/v1, /anthropic and /v1; the REST interface at /api/v1.`;
  return refusalResponse({ code: "not_found", message }, "openai", newId("req"));
}
