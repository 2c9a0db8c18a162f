import { eq } from "drizzle-orm";
import * as z from "zod";
import { newEndpointSecret, sealEndpointSecret } from "../../alerts/endpoint-secret.ts";
import { newId } from "../../ids.ts";
import { keySecretsOf } from "../../key-secrets.ts";
import { type EndpointRow, webhookEndpoints } from "../../ledger/alert-schema.ts";
import { organizations } from "../../ledger/places-schema.ts";
import { organizationOf } from "../frame/access.ts";
import { type AtMost, atMost, orTooMany } from "../frame/at-most.ts";
import { commit } from "../frame/commit.ts";
import { shortText } from "../frame/fields.ts";
import { answerOnce } from "../frame/idempotency.ts";
import { idPattern } from "../frame/input.ts";
import { byId, newestRows } from "../frame/newest.ts";
import { type Operation, json, noContent, operation } from "../frame/operation.ts";
import { pageOf, pageQuery } from "../frame/pages.ts";
import { notFound } from "../frame/problem.ts";
import { existingOrganization } from "../frame/references.ts";
import { pageShape } from "../frame/shapes.ts";
import { findWebhook } from "./find-webhook.ts";
import { requireReceiver, webhookPatch, webhookPost } from "./webhook-input.ts";
import { newWebhookShape, webhookShape, webhookView } from "./webhook-shapes.ts";

/** Where an organization is told of what happens to its budgets, keys and books. */
export function webhookOperations(): Operation[] {
  return [list, create, show, change, remove];
}

/** Each alert is a delivery to each of them. */
const MAX_WEBHOOKS = 20;

const list = operation({
  method: "GET",
  path: "/webhooks",
  summary: "List webhooks",
  description: "The newest first.",
  access: "organization",
  query: z.strictObject({ ...pageQuery, organization_id: shortText.optional() }),
  answers: { 200: { what: "A page of webhooks", schema: pageShape(webhookShape) } },
  async handle(c, { query }) {
    const organizationId = organizationOf(c, query.organization_id);
    const rows = await newestRows(c.var.services.database, webhookEndpoints, {
      query,
      id: idPattern("wh"),
      where: [eq(webhookEndpoints.organizationId, organizationId)],
    });
    return json(pageOf(rows, query.limit, { view: webhookView, cursor: byId }));
  },
});

const create = operation({
  method: "POST",
  path: "/webhooks",
  summary: "Create a webhook",
  description:
    "Deliveries are signed as Standard Webhooks say. The secret that verifies them is in this answer only.",
  access: "organization",
  body: webhookPost,
  example: { url: "https://hooks.acme.com/tollgate", events: ["budget.threshold", "budget.exhausted"] },
  answers: { 201: { what: "The webhook, with its secret", schema: newWebhookShape } },
  async handle(c, { body, text }) {
    return answerOnce(c, text, async (remember) => {
      const { services } = c.var;
      const { config, database } = services;
      requireReceiver(services, body.url);
      const organizationId = await existingOrganization(c, body.organization_id);
      const bound: AtMost = {
        rows: { table: webhookEndpoints, where: eq(webhookEndpoints.organizationId, organizationId) },
        max: MAX_WEBHOOKS,
        owner: { table: organizations, id: organizationId },
        detail: `An organization has at most ${MAX_WEBHOOKS} webhooks`,
      };
      const [lock, check] = atMost(database, bound);
      const id = newId("wh");
      const secret = newEndpointSecret();
      const now = new Date(services.now());
      const row: EndpointRow = {
        id,
        organizationId,
        url: body.url,
        events: body.events,
        sealed: await sealEndpointSecret(keySecretsOf(config), id, { secret }),
        enabled: body.enabled ?? true,
        createdAt: now,
        updatedAt: now,
      };
      const answer = { status: 201, body: { ...webhookView(row), secret }, organizationId, documents: [] };
      const made = database.insert(webhookEndpoints).values(row);
      await orTooMany(database, bound, commit(c, [lock, made, check, ...(await remember(answer))]));
      return answer;
    });
  },
});

const show = operation({
  method: "GET",
  path: "/webhooks/{id}",
  summary: "Get a webhook",
  access: "organization",
  answers: { 200: { what: "The webhook", schema: webhookShape } },
  async handle(c) {
    return json(webhookView(await findWebhook(c)));
  },
});

const change = operation({
  method: "PATCH",
  path: "/webhooks/{id}",
  summary: "Change a webhook",
  description: "A new URL gets what still waits, too; to one that isn't enabled nothing is sent.",
  access: "organization",
  body: webhookPatch,
  example: { enabled: false },
  answers: { 200: { what: "The webhook", schema: webhookShape } },
  async handle(c, { body: { url, events, enabled } }) {
    const { services } = c.var;
    const { id } = await findWebhook(c);
    requireReceiver(services, url);
    const [[row]] = await commit(c, [
      services.database
        .update(webhookEndpoints)
        .set({ url, events, enabled, updatedAt: new Date(services.now()) })
        .where(eq(webhookEndpoints.id, id))
        .returning(),
    ]);
    if (!row) throw notFound("webhook"); // Deleted meanwhile.
    return json(webhookView(row));
  },
});

const remove = operation({
  method: "DELETE",
  path: "/webhooks/{id}",
  summary: "Delete a webhook",
  description: "With its deliveries: what waits isn't sent.",
  access: "organization",
  answers: { 204: { what: "It is gone" } },
  async handle(c) {
    const { id } = await findWebhook(c);
    await commit(c, [c.var.services.database.delete(webhookEndpoints).where(eq(webhookEndpoints.id, id))]);
    return noContent();
  },
});
