import { eq } from "drizzle-orm";
import * as z from "zod";
import { sendTest } from "../../alerts/send-test.ts";
import { webhookDeliveries } from "../../ledger/alert-schema.ts";
import { auditAction } from "../frame/audit-action.ts";
import { commit } from "../frame/commit.ts";
import { answerOnce } from "../frame/idempotency.ts";
import { idPattern } from "../frame/input.ts";
import { byId, newestRows } from "../frame/newest.ts";
import { type Operation, json, operation } from "../frame/operation.ts";
import { pageOf, pageQuery } from "../frame/pages.ts";
import { pageShape } from "../frame/shapes.ts";
import { findWebhook } from "./find-webhook.ts";
import { deliveryShape, deliveryView } from "./webhook-shapes.ts";

/** What was sent to a webhook, and a message to try it with. */
export function deliveryOperations(): Operation[] {
  return [list, test];
}

const list = operation({
  method: "GET",
  path: "/webhooks/{id}/deliveries",
  summary: "List what was sent to a webhook",
  description: "The newest first, for 30 days.",
  access: "organization",
  query: z.strictObject(pageQuery),
  answers: { 200: { what: "A page of deliveries", schema: pageShape(deliveryShape) } },
  async handle(c, { query }) {
    const webhook = await findWebhook(c);
    const rows = await newestRows(c.var.services.database, webhookDeliveries, {
      query,
      id: idPattern("dlv"),
      where: [eq(webhookDeliveries.endpointId, webhook.id)],
    });
    return json(pageOf(rows, query.limit, { view: deliveryView, cursor: byId }));
  },
});

const test = operation({
  method: "POST",
  path: "/webhooks/{id}/test",
  summary: "Send a webhook a test message",
  description:
    "At once and one time, also to one that isn't enabled; `state`, `status` and `error` say how it went.",
  access: "organization",
  optionalBody: true,
  body: z.strictObject({}),
  answers: { 200: { what: "The delivery", schema: deliveryShape } },
  async handle(c, { text }) {
    const webhook = await findWebhook(c);
    const { id: resourceId, organizationId } = webhook;
    return answerOnce(c, text, async (remember) => {
      const body = deliveryView(await sendTest(c.var.services, webhook));
      const answer = { status: 200, body, organizationId, documents: [] };
      const done = { organizationId, action: "tested", resource: "webhook_endpoints", resourceId };
      await commit(c, [auditAction(c, done), ...(await remember(answer))]);
      return answer;
    });
  },
});
