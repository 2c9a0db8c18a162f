import * as z from "zod";
import { ALERT_TYPES, type AlertType } from "../../ledger/alert-schema.ts";
import { publicUrlProblem } from "../../public-url.ts";
import type { Services } from "../../services.ts";
import { fixed, oneOf, shortText } from "../frame/fields.ts";
import { badField } from "../frame/problem.ts";

// The bodies of /webhooks.

/** What can be asked for; a test is sent whatever was. */
export const WEBHOOK_EVENTS = ALERT_TYPES.filter((type) => type !== "webhook.test");

const events = z
  .array(oneOf<AlertType>(WEBHOOK_EVENTS))
  .min(1)
  .refine((types) => new Set(types).size === types.length, "has an event twice");

export const webhookPost = z.strictObject({
  url: z.string(),
  events,
  enabled: z.boolean().optional(),
  organization_id: shortText.optional(),
});

export const webhookPatch = z.strictObject({
  url: z.string().optional(),
  events: events.optional(),
  enabled: z.boolean().optional(),
  organization_id: fixed,
});

/** Deliveries go to public hosts alone, unless the deployment says otherwise. */
export function requireReceiver({ config }: Pick<Services, "config">, url: string | undefined): void {
  if (url === undefined) return;
  const problem = publicUrlProblem(url, { allowPrivate: config.ALLOW_PRIVATE_ADDRESSES });
  if (problem !== null) throw badField("/url", problem);
}
