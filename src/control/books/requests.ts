import type { Hono } from "hono";
import * as z from "zod";
import type { Services } from "../../services.ts";
import { type ControlEnv, DEFAULT_ORGANIZATION_ID } from "../frame/context.ts";
import { entriesOf, isNonEmpty, unitsOfEntries } from "./entries.ts";
import { requestView, unbookedRequestView } from "./entry-views.ts";
import { shortText } from "../frame/fields.ts";
import { pathId } from "../frame/input.ts";
import { notFound } from "../frame/problem.ts";
import { type Endpoint, endpointWithQuery, json, resource } from "../frame/routes.ts";

export function mountRequests(app: Hono<ControlEnv>, base: string): void {
  resource(app, `${base}/requests/:id`, { GET: show });
}

const requestQuery = z.strictObject({ organization_id: shortText.default(DEFAULT_ORGANIZATION_ID) });

/** A hold may settle between two reads; what was settled by then is booked by the next look. */
const MAX_LOOKS = 2;

const show: Endpoint = endpointWithQuery(requestQuery, async (c, { organization_id }) =>
  json(await viewOf(c.var.services, organization_id, pathId(c, "req", "request"))),
);

async function viewOf(services: Services, organizationId: string, requestId: string) {
  const holdId = requestId.replace(/^req_/, "hold_");
  for (let look = 1; ; look++) {
    await services.bringLedgerUpToDate(organizationId);
    const entries = await entriesOf(services.database, organizationId, { requestId });
    if (isNonEmpty(entries)) return requestView(entries, await unitsOfEntries(services.database, entries));
    const hold = await services.findHold(organizationId, holdId);
    if (!hold) throw notFound("request");
    if (look === MAX_LOOKS || hold.state === "held" || hold.state === "released")
      return unbookedRequestView(hold);
  }
}
