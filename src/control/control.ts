import { type Context, Hono } from "hono";
import { newId } from "../ids.ts";
import type { Services } from "../services.ts";
import { mountAdjustments } from "./adjustments.ts";
import { requireAdmin } from "./admin.ts";
import { mountBudgetReset } from "./budget-reset.ts";
import { mountBudgets } from "./budgets.ts";
import type { ControlEnv } from "./context.ts";
import { mountCustomers } from "./customers.ts";
import { problemOf } from "./failures.ts";
import { mountHealth } from "./health.ts";
import { mountHolds } from "./holds.ts";
import { mountKeys } from "./keys.ts";
import { mountLedger } from "./ledger.ts";
import { mountMembers } from "./members.ts";
import { mountOrganizations } from "./organizations.ts";
import { mountOwnKey } from "./own-key.ts";
import { mountPrices } from "./prices.ts";
import { notFound, problemResponse } from "./problem.ts";
import { mountQuote } from "./quote.ts";
import { mountReconcile } from "./reconcile.ts";
import { mountRequests } from "./requests.ts";
import { mountTeams } from "./teams.ts";
import { mountUsers } from "./users.ts";

export const CONTROL_BASE = "/api/v1";
const REQUEST_ID_HEADER = "x-tollgate-request-id";

/** The control plane: every path under /api/v1, /healthz and /readyz. */
export function createControl(servicesFor: (c: Context) => Services): Hono<ControlEnv> {
  const app = new Hono<ControlEnv>();
  app.onError((error, c) => problemResponse(problemOf(error, c.var.requestId), c.var.requestId));

  for (const path of [`${CONTROL_BASE}/*`, "/healthz", "/readyz"]) {
    app.use(path, async (c, next) => {
      c.set("requestId", c.get("requestId") ?? newId("req"));
      c.set("services", servicesFor(c));
      await next();
      c.res.headers.set(REQUEST_ID_HEADER, c.var.requestId);
      c.res.headers.set("cache-control", "no-store");
    });
  }
  mountHealth(app);

  // A client's own key opens this one resource, the admin key all that follow.
  mountOwnKey(app, CONTROL_BASE);
  app.use(`${CONTROL_BASE}/*`, async (c, next) => {
    await requireAdmin(c);
    await next();
  });
  mountKeys(app, CONTROL_BASE);
  mountBudgets(app, CONTROL_BASE);
  mountAdjustments(app, CONTROL_BASE);
  mountBudgetReset(app, CONTROL_BASE);
  mountOrganizations(app, CONTROL_BASE);
  mountTeams(app, CONTROL_BASE);
  mountMembers(app, CONTROL_BASE);
  mountUsers(app, CONTROL_BASE);
  mountCustomers(app, CONTROL_BASE);
  mountQuote(app, CONTROL_BASE);
  mountPrices(app, CONTROL_BASE);
  mountHolds(app, CONTROL_BASE);
  mountLedger(app, CONTROL_BASE);
  mountRequests(app, CONTROL_BASE);
  mountReconcile(app, CONTROL_BASE);
  app.all(`${CONTROL_BASE}/*`, () => {
    throw notFound("path");
  });
  return app;
}
