import { type Context, Hono } from "hono";
import { newId } from "../ids.ts";
import type { Services } from "../services.ts";
import { mountDocs } from "./docs/docs.ts";
import { requireAccess } from "./frame/access.ts";
import type { ControlEnv } from "./frame/context.ts";
import { problemOf } from "./frame/failures.ts";
import { mount } from "./frame/operation.ts";
import { notFound, problemResponse } from "./frame/problem.ts";
import { CONTROL_BASE, OPERATIONS, ROOT_OPERATIONS } from "./operations.ts";

const REQUEST_ID_HEADER = "x-tollgate-request-id";

/** The control plane: every path under /api/v1, its documentation, /healthz and /readyz. */
export function createControl(servicesFor: (c: Context) => Services): Hono<ControlEnv> {
  const app = new Hono<ControlEnv>();
  app.onError((error, c) => problemResponse(problemOf(error, c.var.requestId), c.var.requestId));

  for (const path of [`${CONTROL_BASE}/*`, ...ROOT_OPERATIONS.map(({ path }) => path)]) {
    app.use(path, async (c, next) => {
      c.set("requestId", c.get("requestId") ?? newId("req"));
      c.set("services", servicesFor(c));
      await next();
      c.res.headers.set(REQUEST_ID_HEADER, c.var.requestId);
      c.res.headers.set("cache-control", "no-store");
    });
  }
  mount(app, "", ROOT_OPERATIONS);
  mountDocs(app);
  mount(app, CONTROL_BASE, Object.values(OPERATIONS).flat());
  app.all(`${CONTROL_BASE}/*`, async (c) => {
    await requireAccess(c, { access: "team", reads: true }); // Strangers don't learn which paths there are.
    throw notFound("path");
  });
  return app;
}
