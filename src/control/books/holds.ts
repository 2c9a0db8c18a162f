import type { Hono } from "hono";
import * as z from "zod";
import type { Services } from "../../services.ts";
import { type ControlEnv, DEFAULT_ORGANIZATION_ID } from "../frame/context.ts";
import { entriesOf, isNonEmpty, unitsOfEntries } from "./entries.ts";
import { bookedHoldView, holdView } from "./entry-views.ts";
import { oneOf, shortText } from "../frame/fields.ts";
import { holdPage, unitsOfHolds } from "./hold-pages.ts";
import { answerOnce } from "../frame/idempotency.ts";
import { pathId, readOptionalBody } from "../frame/input.ts";
import { pageQuery } from "../frame/pages.ts";
import { Problem, notFound } from "../frame/problem.ts";
import { type Endpoint, endpointWithQuery, json, resource } from "../frame/routes.ts";
import { timeOf } from "../frame/views.ts";

export function mountHolds(app: Hono<ControlEnv>, base: string): void {
  resource(app, `${base}/holds`, { GET: list });
  resource(app, `${base}/holds/:id`, { GET: show });
  resource(app, `${base}/holds/:id/void`, { POST: voidOne });
}

const organization = { organization_id: shortText.default(DEFAULT_ORGANIZATION_ID) };
const oneQuery = z.strictObject(organization);
const listQuery = z.strictObject({
  ...pageQuery,
  ...organization,
  state: oneOf(["held", "lapsed"]).optional(),
});

const list: Endpoint = endpointWithQuery(listQuery, async (c, query) =>
  json(await holdPage(c.var.services, query)),
);

const show: Endpoint = endpointWithQuery(oneQuery, async (c, { organization_id }) => {
  const view = await viewOf(c.var.services, organization_id, pathId(c, "hold", "hold"));
  if (!view) throw notFound("hold");
  return json(view);
});

/** Takes the charge of a lapsed hold back: the operator knows that the call cost nothing. */
const voidOne: Endpoint = endpointWithQuery(oneQuery, async (c, { organization_id }) => {
  const { services } = c.var;
  const id = pathId(c, "hold", "hold");
  const { text } = await readOptionalBody(c, z.strictObject({}));
  return answerOnce(c, text, async (remember) => {
    const result = await services.voidHold(organization_id, id);
    if (result === "not_found") throw notFound("hold");
    if (result === "not_lapsed") {
      throw new Problem("hold_not_lapsed", "Only a lapsed hold has a charge to take back");
    }
    const view = await viewOf(services, organization_id, id);
    const body = { ...view, id, state: "released" };
    const answer = { status: 200, body, organizationId: organization_id, documents: [] };
    // The void itself is idempotent, so storing the answer needn't be one step with it.
    const statements = await remember(answer);
    if (isNonEmpty(statements)) await services.database.batch(statements);
    return answer;
  });
});

/** Redis knows a hold in flight best, and its lease; the ledger knows what became of it. */
async function viewOf(services: Services, organizationId: string, id: string) {
  await services.bringLedgerUpToDate(organizationId);
  const hold = await services.findHold(organizationId, id);
  if (hold?.state === "held") return holdView(hold, await unitsOfHolds(services.database, [hold]));
  const entries = await entriesOf(services.database, organizationId, { holdId: id });
  if (!isNonEmpty(entries)) return hold && holdView(hold, await unitsOfHolds(services.database, [hold]));
  const unitOf = await unitsOfEntries(services.database, entries);
  return {
    ...bookedHoldView(entries, unitOf),
    ...(hold ? { lease_ends_at: timeOf(hold.leaseEndsAtMs) } : {}),
  };
}
