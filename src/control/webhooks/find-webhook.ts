import { eq } from "drizzle-orm";
import { type EndpointRow, webhookEndpoints } from "../../ledger/alert-schema.ts";
import { requireSeen } from "../frame/access.ts";
import type { ControlContext } from "../frame/context.ts";
import { pathId } from "../frame/input.ts";
import { notFound } from "../frame/problem.ts";

/** The webhook that the path names, or a 404: also where it is out of reach. */
export async function findWebhook(c: ControlContext): Promise<EndpointRow> {
  const id = pathId(c, "wh", "webhook");
  const [row] = await c.var.services.database
    .select()
    .from(webhookEndpoints)
    .where(eq(webhookEndpoints.id, id));
  if (!row) throw notFound("webhook");
  requireSeen(c, { organizationId: row.organizationId, teamId: null }, "webhook");
  return row;
}
