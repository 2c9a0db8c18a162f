import * as z from "zod";
import type { Services } from "../../services.ts";
import { organizationOf } from "../frame/access.ts";
import { auditAction } from "../frame/audit-action.ts";
import { commit } from "../frame/commit.ts";
import { oneOf, shortText } from "../frame/fields.ts";
import { answerOnce } from "../frame/idempotency.ts";
import { pathId } from "../frame/input.ts";
import { type Operation, json, operation } from "../frame/operation.ts";
import { pageQuery } from "../frame/pages.ts";
import { Problem, notFound } from "../frame/problem.ts";
import { pageShape } from "../frame/shapes.ts";
import { timeOf } from "../frame/views.ts";
import { entriesOf, isNonEmpty, unitsOfEntries } from "./entries.ts";
import { holdShape } from "./entry-shapes.ts";
import { bookedHoldView, holdView } from "./entry-views.ts";
import { holdPage, unitsOfHolds } from "./hold-pages.ts";

export function holdOperations(): Operation[] {
  return [list, show, voidOne];
}

const organization = { organization_id: shortText.optional() };
const oneQuery = z.strictObject(organization);
const listQuery = z.strictObject({
  ...pageQuery,
  ...organization,
  state: oneOf(["held", "lapsed"]).optional(),
});

const list = operation({
  method: "GET",
  path: "/holds",
  summary: "List what is in flight, then what has lapsed",
  description: "In flight by the end of the lease, lapsed the newest first.",
  access: "organization",
  query: listQuery,
  answers: { 200: { what: "A page of holds", schema: pageShape(holdShape) } },
  async handle(c, { query }) {
    const organizationId = organizationOf(c, query.organization_id);
    return json(await holdPage(c.var.services, { ...query, organizationId }));
  },
});

const show = operation({
  method: "GET",
  path: "/holds/{id}",
  summary: "Get a hold",
  access: "organization",
  query: oneQuery,
  answers: { 200: { what: "The hold", schema: holdShape } },
  async handle(c, { query }) {
    const organizationId = organizationOf(c, query.organization_id);
    const view = await viewOf(c.var.services, organizationId, pathId(c, "hold", "hold"));
    if (!view) throw notFound("hold");
    return json(view);
  },
});

const voidOne = operation({
  method: "POST",
  path: "/holds/{id}/void",
  summary: "Take the charge of a lapsed hold back",
  description: "For an operator who knows that the call cost nothing. A settle that comes late still counts.",
  access: "organization",
  query: oneQuery,
  optionalBody: true,
  body: z.strictObject({}),
  answers: { 200: { what: "The hold", schema: holdShape } },
  async handle(c, { query, text }) {
    const { services } = c.var;
    const id = pathId(c, "hold", "hold");
    const organizationId = organizationOf(c, query.organization_id);
    return answerOnce(c, text, async (remember) => {
      const result = await services.voidHold(organizationId, id);
      if (result === "not_found") throw notFound("hold");
      if (result === "not_lapsed") {
        throw new Problem("hold_not_lapsed", "Only a lapsed hold has a charge to take back");
      }
      const view = await viewOf(services, organizationId, id);
      const body = { ...view, id, state: "released" };
      const answer = { status: 200, body, organizationId, documents: [] };
      const audited = auditAction(c, { organizationId, action: "voided", resource: "holds", resourceId: id });
      // The void itself is idempotent, so storing the answer needn't be one step with it.
      await commit(c, [audited, ...(await remember(answer))]);
      return answer;
    });
  },
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
