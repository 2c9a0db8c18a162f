import { auditOperations } from "./audit/audit.ts";
import { holdOperations } from "./books/holds.ts";
import { ledgerOperations } from "./books/ledger.ts";
import { reconcileOperations } from "./books/reconcile.ts";
import { requestOperations } from "./books/requests.ts";
import { adjustmentOperations } from "./budgets/adjustments.ts";
import { budgetResetOperations } from "./budgets/budget-reset.ts";
import { budgetOperations } from "./budgets/budgets.ts";
import type { Operation } from "./frame/operation.ts";
import { healthOperations } from "./health.ts";
import { keyOperations } from "./keys/keys.ts";
import { ownKeyOperations } from "./keys/own-key.ts";
import { metricsOperations } from "./metrics.ts";
import { customerOperations } from "./organizations/customers.ts";
import { memberOperations } from "./organizations/members.ts";
import { organizationOperations } from "./organizations/organizations.ts";
import { teamOperations } from "./organizations/teams.ts";
import { userOperations } from "./organizations/users.ts";
import { priceOperations } from "./prices/prices.ts";
import { quoteOperations } from "./prices/quote.ts";
import { providerOperations } from "./providers/providers.ts";
import { resealOperations } from "./sealed/reseal.ts";
import { tokenOperations } from "./tokens/tokens.ts";
import { usageOperations } from "./usage/usage.ts";
import { deliveryOperations } from "./webhooks/deliveries.ts";
import { webhookRotationOperations } from "./webhooks/webhook-rotation.ts";
import { webhookOperations } from "./webhooks/webhooks.ts";

export const CONTROL_BASE = "/api/v1";

/** What stands at the root. */
export const ROOT_OPERATIONS: Operation[] = [...healthOperations(), ...metricsOperations()];

/** All that can be done under CONTROL_BASE, by the part of the interface that it belongs to. */
export const OPERATIONS: Record<string, Operation[]> = {
  Keys: [...keyOperations(), ...ownKeyOperations()],
  Budgets: [...budgetOperations(), ...adjustmentOperations(), ...budgetResetOperations()],
  Organizations: [
    ...organizationOperations(),
    ...teamOperations(),
    ...memberOperations(),
    ...userOperations(),
    ...customerOperations(),
  ],
  Books: [
    ...holdOperations(),
    ...ledgerOperations(),
    ...requestOperations(),
    ...usageOperations(),
    ...reconcileOperations(),
  ],
  Prices: [...quoteOperations(), ...priceOperations()],
  Providers: [...providerOperations(), ...resealOperations()],
  Webhooks: [...webhookOperations(), ...webhookRotationOperations(), ...deliveryOperations()],
  Access: [...tokenOperations(), ...auditOperations()],
};
