import { auditEvents } from "../../ledger/control-schema.ts";
import type { ControlContext } from "./context.ts";

interface Action {
  organizationId: string;
  action: string;
  /** As the triggers name resources: by their table. */
  resource: string;
  resourceId: string;
  after?: Record<string, unknown>;
}

/** The statement that writes down what is done by no change of a row: changes of rows are written by triggers. */
export function auditAction(c: ControlContext, { after, ...done }: Action) {
  const { principal, requestId, services } = c.var;
  return services.database.insert(auditEvents).values({
    ...done,
    at: new Date(services.now()),
    actor: principal.actor,
    requestId,
    after: after ?? null,
  });
}
