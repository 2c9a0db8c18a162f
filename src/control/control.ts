import { type Context, Hono } from "hono";
import { newId } from "../ids.ts";
import type { Services } from "../services.ts";
import { mountAdjustments } from "./budgets/adjustments.ts";
import { requireAdmin } from "./frame/admin.ts";
import { mountBudgetReset } from "./budgets/budget-reset.ts";
import { mountBudgets } from "./budgets/budgets.ts";
import type { ControlEnv } from "./frame/context.ts";
import { mountCustomers } from "./organizations/customers.ts";
import { problemOf } from "./frame/failures.ts";
import { mountHealth } from "./health.ts";
import { mountHolds } from "./books/holds.ts";
import { mountKeys } from "./keys/keys.ts";
import { mountLedger } from "./books/ledger.ts";
import { mountMembers } from "./organizations/members.ts";
import { mountOrganizations } from "./organizations/organizations.ts";
import { mountOwnKey } from "./keys/own-key.ts";
import { mountPrices } from "./prices/prices.ts";
import { mountProviders } from "./providers/providers.ts";
import { mountReseal } from "./providers/reseal.ts";
import { notFound, problemResponse } from "./frame/problem.ts";
import { mountQuote } from "./prices/quote.ts";
import { mountReconcile } from "./books/reconcile.ts";
import { mountRequests } from "./books/requests.ts";
import { mountTeams } from "./organizations/teams.ts";
import { mountUsers } from "./organizations/users.ts";

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
  mountProviders(app, CONTROL_BASE);
  mountReseal(app, CONTROL_BASE);
  mountHolds(app, CONTROL_BASE);
  mountLedger(app, CONTROL_BASE);
  mountRequests(app, CONTROL_BASE);
  mountReconcile(app, CONTROL_BASE);
  app.all(`${CONTROL_BASE}/*`, () => {
    throw notFound("path");
  });
  return app;
}
