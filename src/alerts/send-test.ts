import { eq } from "drizzle-orm";
import { newId } from "../ids.ts";
import { type DeliveryRow, type EndpointRow, webhookDeliveries } from "../ledger/alert-schema.ts";
import { UNANSWERED } from "../ledger/alerts.ts";
import type { Services } from "../services.ts";
import { send } from "./send.ts";

/**
 * Sends the endpoint a message of type `webhook.test` at once, disabled or not, and answers with its row in the delivery
 * log: `deliveredAt`, `status` and `error` say how it went. It isn't tried again. `fetcher`: what sends it. Throws where
 * Postgres fails.
 */
export async function sendTest(
  { config, database, now }: Pick<Services, "config" | "database" | "now">,
  endpoint: EndpointRow,
  fetcher: typeof fetch = (input, init) => fetch(input, init),
): Promise<DeliveryRow> {
  const id = newId("dlv");
  const nowMs = now();
  const type = "webhook.test";
  const at = new Date(nowMs);
  const payload = { type, timestamp: at.toISOString(), data: { webhook: endpoint.id } };
  const times = { createdAt: at, updatedAt: at };
  const begun = {
    id,
    organizationId: endpoint.organizationId,
    endpointId: endpoint.id,
    type,
    payload,
  } as const;
  await database
    .insert(webhookDeliveries)
    .values({ ...begun, ...times, attempts: 1, dueAt: null, error: UNANSWERED });
  const { delivered, status, error } = await send(
    { config, fetch: fetcher },
    { id, payload, endpoint },
    nowMs,
  );
  const ended = {
    status,
    error,
    deliveredAt: delivered ? new Date(now()) : null,
    updatedAt: new Date(now()),
  };
  await database.update(webhookDeliveries).set(ended).where(eq(webhookDeliveries.id, id));
  return { ...begun, ...times, attempts: 1, dueAt: null, ...ended };
}
