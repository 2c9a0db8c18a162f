import type { Hono } from "hono";
import * as z from "zod";
import { counterParts } from "../../domain/charged-budgets.ts";
import type { Drift } from "../../services.ts";
import { formatAmount } from "../budgets/amounts.ts";
import { type ControlEnv, DEFAULT_ORGANIZATION_ID } from "../frame/context.ts";
import { isNonEmpty } from "./entries.ts";
import { oneOf, shortText } from "../frame/fields.ts";
import { answerOnce } from "../frame/idempotency.ts";
import { readOptionalBody } from "../frame/input.ts";
import { type Endpoint, endpointWithQuery, resource } from "../frame/routes.ts";
import { type UnitOf, unitsOf } from "../budgets/units.ts";
import { timeOf } from "../frame/views.ts";

export function mountReconcile(app: Hono<ControlEnv>, base: string): void {
  resource(app, `${base}/reconcile`, { POST: reconcile });
}

const query = z.strictObject({
  repair: oneOf(["true", "false"]).default("false"),
  organization_id: shortText.default(DEFAULT_ORGANIZATION_ID),
});

/** Compares each live counter with what the books say. No drift is the promise; `repair=true` makes it so. */
const reconcile: Endpoint = endpointWithQuery(
  query,
  async (c, { repair, organization_id: organizationId }) => {
    const { services } = c.var;
    const { text } = await readOptionalBody(c, z.strictObject({}));
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
      const statements = await remember(answer);
      if (isNonEmpty(statements)) await services.database.batch(statements);
      return answer;
    });
  },
);

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
