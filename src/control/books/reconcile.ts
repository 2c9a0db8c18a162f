import * as z from "zod";
import { counterParts } from "../../domain/charged-budgets.ts";
import type { Drift } from "../../services.ts";
import { formatAmount } from "../budgets/amounts.ts";
import { type UnitOf, unitsOf } from "../budgets/units.ts";
import { organizationOf } from "../frame/access.ts";
import { auditAction } from "../frame/audit-action.ts";
import { commit } from "../frame/commit.ts";
import { oneOf, shortText } from "../frame/fields.ts";
import { answerOnce } from "../frame/idempotency.ts";
import { type Operation, operation } from "../frame/operation.ts";
import { timeOf } from "../frame/views.ts";
import { reconciliationShape } from "./entry-shapes.ts";

export function reconcileOperations(): Operation[] {
  return [reconcile];
}

const query = z.strictObject({
  repair: oneOf(["true", "false"]).default("false"),
  organization_id: shortText.optional(),
});

const reconcile = operation({
  method: "POST",
  path: "/reconcile",
  summary: "Compare every live counter with the ledger",
  description: "No drift is the promise; `repair=true` puts right what there is.",
  access: "organization",
  query,
  optionalBody: true,
  body: z.strictObject({}),
  example: {},
  answers: { 200: { what: "What differs", schema: reconciliationShape } },
  async handle(c, { query: { repair, organization_id }, text }) {
    const { services } = c.var;
    const organizationId = organizationOf(c, organization_id);
    return answerOnce(c, text, async (remember) => {
      const { checked, drift, repaired } = await services.reconcile(organizationId, {
        repair: repair === "true",
      });
      const unitOf = await unitsOf(
        services.database,
        drift.map(({ counter }) => counterParts(counter).id),
      );
      const body = { checked, drift: drift.map((one) => driftView(one, unitOf)), repaired };
      const answer = { status: 200, body, organizationId, documents: [] };
      // Comparing again does no harm, so storing the answer needn't be one step with it.
      const audited = auditAction(c, {
        organizationId,
        action: repair === "true" ? "repaired" : "compared",
        resource: "budgets",
        resourceId: "*",
        after: { checked, drift: drift.length, repaired },
      });
      await commit(c, [audited, ...(await remember(answer))]);
      return answer;
    });
  },
});

function driftView({ counter, periodStartMs, redis, ledger }: Drift, unitOf: UnitOf) {
  const { id, instance } = counterParts(counter);
  const unit = unitOf(id);
  return {
    budget_id: id,
    ...(instance === undefined ? {} : { instance }),
    period_start: timeOf(periodStartMs),
    redis: formatAmount(unit, redis),
    ledger: formatAmount(unit, ledger),
    difference: formatAmount(unit, redis - ledger),
  };
}
