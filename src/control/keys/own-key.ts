import { and, eq } from "drizzle-orm";
import type { Hono } from "hono";
import { authenticate as provenKey } from "../../gate/authenticate.ts";
import { keySecretsOf } from "../../key-secrets.ts";
import { type KeyRow, keyStatus } from "../../ledger/rows.ts";
import { keys } from "../../ledger/schema.ts";
import { unauthorized } from "../frame/admin.ts";
import { budgetsOfKey } from "../budgets/budgets-under.ts";
import type { ControlContext, ControlEnv } from "../frame/context.ts";
import { Problem } from "../frame/problem.ts";
import { type Endpoint, endpoint, json, resource } from "../frame/routes.ts";
import { keyView } from "./key-views.ts";

/** `GET /key`: a client asks with its own key what it is and which budgets it is under. */
export function mountOwnKey(app: Hono<ControlEnv>, base: string): void {
  resource(app, `${base}/key`, { GET: show });
}

const show: Endpoint = endpoint(async (c) => {
  const { services } = c.var;
  const row = await authenticate(c);
  return json({ ...keyView(row, services.now()), budgets: await budgetsOfKey(services, row) });
});

async function authenticate(c: ControlContext): Promise<KeyRow> {
  const { services } = c.var;
  const { raw, url } = c.req;
  const proven = await provenKey(raw.headers, new URL(url), keySecretsOf(services.config));
  if (!proven) throw unauthorized("The key is missing or wrong");
  const [row] = await services.database
    .select()
    .from(keys)
    .where(and(eq(keys.digest, proven.digest), eq(keys.organizationId, proven.organizationId)));
  if (!row) throw unauthorized("The key is missing or wrong");
  const status = keyStatus(row, services.now());
  if (status === "active") return row;
  throw new Problem(`key_${status}`, `The key is ${status}`, { headers: { "www-authenticate": "Bearer" } });
}
