import * as z from "zod";
import { type DeliveryRow, type EndpointRow, ALERT_TYPES } from "../../ledger/alert-schema.ts";
import { idShape, timeShape, times } from "../frame/shapes.ts";
import { withoutNulls } from "../frame/views.ts";
import { WEBHOOK_EVENTS } from "./webhook-input.ts";

// Webhooks and their deliveries as answers show them.

const fields = {
  id: idShape("wh"),
  organization_id: z.string(),
  url: z.string(),
  events: z.array(z.enum(WEBHOOK_EVENTS)),
  enabled: z.boolean(),
  ...times,
};
const secret = z.string().meta({ description: "`whsec_…`, in this answer only." });

export const webhookShape = z.strictObject(fields).meta({ id: "Webhook" });
export const newWebhookShape = z.strictObject({ ...fields, secret }).meta({ id: "NewWebhook" });
export const rotatedWebhookShape = z
  .strictObject({
    ...fields,
    secret,
    previous_secret_ends_at: timeShape
      .optional()
      .meta({ description: "Until when the secret before signs, too; absent: it doesn't any more." }),
  })
  .meta({ id: "RotatedWebhook" });

export const deliveryShape = z
  .strictObject({
    id: idShape("dlv").meta({ description: "Its `webhook-id`: the same in each attempt." }),
    webhook_id: z.string(),
    type: z.enum(ALERT_TYPES),
    payload: z
      .strictObject({
        type: z.enum(ALERT_TYPES),
        timestamp: timeShape,
        data: z.record(z.string(), z.unknown()),
      })
      .meta({ id: "WebhookPayload", description: "The body that is sent." }),
    state: z.enum(["waiting", "delivered", "failed"]),
    attempts: z.int(),
    status: z.int().optional().meta({ description: "Of the receiver's last answer." }),
    error: z.string().optional().meta({ description: "Why the last attempt got none." }),
    next_attempt_at: timeShape.optional(),
    delivered_at: timeShape.optional(),
    ...times,
  })
  .meta({ id: "WebhookDelivery" });

export function webhookView(row: Omit<EndpointRow, "sealed">) {
  return {
    id: row.id,
    organization_id: row.organizationId,
    url: row.url,
    events: row.events,
    enabled: row.enabled,
    created_at: row.createdAt.toISOString(),
    updated_at: row.updatedAt.toISOString(),
  };
}

export function deliveryView(row: DeliveryRow) {
  return {
    id: row.id,
    webhook_id: row.endpointId,
    type: row.type,
    payload: row.payload,
    state: stateOf(row),
    attempts: row.attempts,
    ...withoutNulls({
      status: row.status,
      error: row.error,
      next_attempt_at: row.dueAt?.toISOString(),
      delivered_at: row.deliveredAt?.toISOString(),
    }),
    created_at: row.createdAt.toISOString(),
    updated_at: row.updatedAt.toISOString(),
  };
}

function stateOf({ deliveredAt, dueAt }: DeliveryRow) {
  if (deliveredAt) return "delivered";
  return dueAt ? "waiting" : "failed";
}
