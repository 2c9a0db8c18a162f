import { and, asc, eq, gt } from "drizzle-orm";
import { resealEndpointSecret } from "../../alerts/endpoint-secret.ts";
import { keySecretsOf } from "../../key-secrets.ts";
import { webhookEndpoints } from "../../ledger/alert-schema.ts";
import type { SealedRows } from "./sealed-row.ts";

/** Secrets of webhooks. */
export const sealedWebhooks: SealedRows = async ({ config, database }, { after, limit }) => {
  const rows = await database
    .select()
    .from(webhookEndpoints)
    .where(after?.[0] === undefined ? undefined : gt(webhookEndpoints.id, after[0]))
    .orderBy(asc(webhookEndpoints.id))
    .limit(limit);
  return rows.map(({ id, organizationId, sealed }) => ({
    key: [id],
    named: { kind: "webhook", id, organization_id: organizationId },
    organizationId,
    document: null,
    reseal: () => resealEndpointSecret(keySecretsOf(config), id, sealed),
    store: (anew) =>
      database
        .update(webhookEndpoints)
        .set({ sealed: anew })
        .where(and(eq(webhookEndpoints.id, id), eq(webhookEndpoints.sealed, sealed))),
  }));
};
