import { eq } from "drizzle-orm";
import type { Hono } from "hono";
import * as z from "zod";
import { formatUsd } from "../../domain/money.ts";
import { quote } from "../../gate/quote.ts";
import { organizations } from "../../ledger/schema.ts";
import { type ControlEnv, DEFAULT_ORGANIZATION_ID } from "../frame/context.ts";
import { shortText } from "../frame/fields.ts";
import { readBody } from "../frame/input.ts";
import { providersOf } from "../providers/provider-rows.ts";
import { overridesOf } from "./prices.ts";
import { priceView } from "../../domain/price-views.ts";
import { badField, Problem } from "../frame/problem.ts";
import { type Endpoint, endpointWithQuery, json, resource } from "../frame/routes.ts";

/** What a call would hold. It changes nothing, so an Idempotency-Key has nothing to keep. */
export function mountQuote(app: Hono<ControlEnv>, base: string): void {
  resource(app, `${base}/prices/quote`, { POST: ask });
}

const MAX_PATH_LENGTH = 2_048;
const query = z.strictObject({ organization_id: shortText.default(DEFAULT_ORGANIZATION_ID) });
const post = z.strictObject({
  /** Of the data plane: "/openai/v1/chat/completions". */
  path: z.string().max(MAX_PATH_LENGTH).startsWith("/"),
  body: z.record(z.string(), z.unknown()),
});

const ask: Endpoint = endpointWithQuery(query, async (c, { organization_id }) => {
  const { services } = c.var;
  const { database } = services;
  const { value } = await readBody(c, post);
  const [organization] = await database
    .select({ modelAliases: organizations.modelAliases })
    .from(organizations)
    .where(eq(organizations.id, organization_id));
  if (!organization) throw badField("/organization_id", "is not an organization");
  const own = await providersOf(database, { organizationId: organization_id, teamId: "" });
  const policies = {
    priceOverrides: await overridesOf(database, organization_id),
    modelAliases: organization.modelAliases ?? {},
    ownProviders: own.map(({ name }) => name),
  };
  const quoted = await quote(services.config, value, policies, services.now());
  if ("refusal" in quoted) {
    const { code, message, param } = quoted.refusal;
    if (code === "endpoint_not_allowed") throw badField("/path", message);
    if (code === "invalid_request") throw badField(param ? `/body/${param}` : "/body", message);
    throw new Problem(code, message);
  }
  return json({
    provider: quoted.provider,
    model: quoted.model,
    hold: formatUsd(quoted.holdNanoUsd),
    input_tokens_bound: quoted.inputTokensBound,
    output_tokens_bound: quoted.outputTokensBound,
    price: priceView(quoted.price),
  });
});
