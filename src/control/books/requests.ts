import * as z from "zod";
import { organizationOf, requireSeen } from "../frame/access.ts";
import type { ControlContext } from "../frame/context.ts";
import { shortText } from "../frame/fields.ts";
import { findKey } from "../frame/find.ts";
import { pathId } from "../frame/input.ts";
import { type Operation, json, operation } from "../frame/operation.ts";
import { notFound } from "../frame/problem.ts";
import { entriesOf, isNonEmpty, unitsOfEntries } from "./entries.ts";
import { requestShape } from "./entry-shapes.ts";
import { requestView, unbookedRequestView } from "./entry-views.ts";

export function requestOperations(): Operation[] {
  return [show];
}

const requestQuery = z.strictObject({ organization_id: shortText.optional() });

/** A hold may settle between two reads; what was settled by then is booked by the next look. */
const MAX_LOOKS = 2;

const show = operation({
  method: "GET",
  path: "/requests/{id}",
  summary: "Get one call: its hold, outcome, usage, cost and entries",
  access: "team",
  query: requestQuery,
  answers: { 200: { what: "The request", schema: requestShape } },
  async handle(c, { query }) {
    return json(await viewOf(c, organizationOf(c, query.organization_id), pathId(c, "req", "request")));
  },
});

async function viewOf(c: ControlContext, organizationId: string, requestId: string) {
  const { services } = c.var;
  const holdId = requestId.replace(/^req_/, "hold_");
  for (let look = 1; ; look++) {
    await services.bringLedgerUpToDate(organizationId);
    const entries = await entriesOf(services.database, organizationId, { requestId });
    if (isNonEmpty(entries)) {
      requireSeen(c, entries[0], "request");
      return requestView(entries, await unitsOfEntries(services.database, entries));
    }
    const hold = await services.findHold(organizationId, holdId);
    if (!hold) throw notFound("request");
    // Redis knows a hold's key, and the key its team.
    if (c.var.principal.teamId !== null) await findKey(c, hold.keyId);
    if (look === MAX_LOOKS || hold.state === "held" || hold.state === "released")
      return unbookedRequestView(hold);
  }
}
