import { and, eq } from "drizzle-orm";
import {
  type EndpointSecret,
  newEndpointSecret,
  openEndpointSecret,
  sealEndpointSecret,
} from "../../alerts/endpoint-secret.ts";
import { keySecretsOf } from "../../key-secrets.ts";
import { type EndpointRow, webhookEndpoints } from "../../ledger/alert-schema.ts";
import type { Services } from "../../services.ts";
import { commit, demand, isUnmet } from "../frame/commit.ts";
import { rotationBody } from "../frame/fields.ts";
import { answerOnce } from "../frame/idempotency.ts";
import { type Operation, operation } from "../frame/operation.ts";
import { Problem } from "../frame/problem.ts";
import { findWebhook } from "./find-webhook.ts";
import { rotatedWebhookShape, webhookView } from "./webhook-shapes.ts";

/** Two secrets sign at most: rotating again within the overlap ends the one before the last. */
export function webhookRotationOperations(): Operation[] {
  return [rotate];
}

const rotate = operation({
  method: "POST",
  path: "/webhooks/{id}/rotate",
  summary: "Give a webhook a new secret",
  description:
    "For `overlap_seconds` (default 0) deliveries are signed by the secret before, too, so that the receiver can change over. The new secret is in this answer only.",
  access: "organization",
  optionalBody: true,
  body: rotationBody,
  example: { overlap_seconds: 3600 },
  answers: { 200: { what: "The webhook, with its new secret", schema: rotatedWebhookShape } },
  async handle(c, { body, text }) {
    const before = await findWebhook(c);
    return answerOnce(c, text, async (remember) => {
      const { services } = c.var;
      const { config, database } = services;
      const { id, organizationId } = before;
      const nowMs = services.now();
      const secret = newEndpointSecret();
      const overlapMs = body.overlap_seconds * 1_000;
      const previous = overlapMs === 0 ? null : await previousOf(config, before, nowMs + overlapMs);
      const sealed = await sealEndpointSecret(keySecretsOf(config), id, { secret, ...previous });
      const row = { ...before, sealed, updatedAt: new Date(nowMs) };
      const answer = {
        status: 200,
        body: {
          ...webhookView(row),
          secret,
          ...(previous && { previous_secret_ends_at: new Date(previous.previous.endsAtMs).toISOString() }),
        },
        organizationId,
        documents: [],
      };
      const isOne = eq(webhookEndpoints.id, id);
      try {
        await commit(c, [
          database
            .update(webhookEndpoints)
            .set({ sealed, updatedAt: row.updatedAt })
            .where(and(isOne, eq(webhookEndpoints.sealed, before.sealed))),
          // Two rotations at once would leave one's new secret dead.
          demand(database, webhookEndpoints, and(isOne, eq(webhookEndpoints.sealed, sealed))),
          ...(await remember(answer)),
        ]);
      } catch (error) {
        if (!isUnmet(error)) throw error;
        throw new Problem("conflict", "The webhook was given another secret at the same time, or deleted");
      }
      return answer;
    });
  },
});

/** The secret that signs beside the new one. One that can't be opened signs nothing. */
async function previousOf(
  config: Services["config"],
  { id, sealed }: EndpointRow,
  endsAtMs: number,
): Promise<Required<Pick<EndpointSecret, "previous">> | null> {
  try {
    const { secret } = await openEndpointSecret(keySecretsOf(config), id, sealed);
    return { previous: { secret, endsAtMs } };
  } catch {
    return null; // Under another KEY_SECRET: with a new secret the webhook works again.
  }
}
