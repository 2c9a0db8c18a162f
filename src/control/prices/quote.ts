import { eq } from "drizzle-orm";
import * as z from "zod";
import { formatUsd } from "../../domain/money.ts";
import { priceView } from "../../domain/price-views.ts";
import { quote } from "../../gate/quote.ts";
import { organizations } from "../../ledger/places-schema.ts";
import { organizationOf } from "../frame/access.ts";
import { shortText } from "../frame/fields.ts";
import { type Operation, json, operation } from "../frame/operation.ts";
import { badField, Problem } from "../frame/problem.ts";
import { providersOf } from "../providers/provider-rows.ts";
import { quoteShape } from "./price-shapes.ts";
import { overridesOf } from "./prices.ts";

/** What a call would hold. It changes nothing, so an Idempotency-Key has nothing to keep. */
export function quoteOperations(): Operation[] {
  return [ask];
}

const MAX_PATH_LENGTH = 2_048;
const query = z.strictObject({ organization_id: shortText.optional() });
const post = z.strictObject({
  /** Of the data plane: "/openai/v1/chat/completions". */
  path: z.string().max(MAX_PATH_LENGTH).startsWith("/"),
  body: z.record(z.string(), z.unknown()),
});

const ask = operation({
  method: "POST",
  path: "/prices/quote",
  summary: "Ask what a call would hold",
  access: "team",
  reads: true,
  query,
  body: post,
  example: {
    path: "/openai/v1/chat/completions",
    body: { model: "gpt-4o-mini", max_tokens: 100, messages: [{ role: "user", content: "Hello" }] },
  },
  answers: { 200: { what: "The hold", schema: quoteShape } },
  async handle(c, { query, body }) {
    const { services } = c.var;
    const organizationId = organizationOf(c, query.organization_id);
    const { database } = services;
    const [organization] = await database
      .select({ modelAliases: organizations.modelAliases })
      .from(organizations)
      .where(eq(organizations.id, organizationId));
    if (!organization) throw badField("/organization_id", "is not an organization");
    const own = await providersOf(database, { organizationId, teamId: "" });
    const policies = {
      priceOverrides: await overridesOf(database, organizationId),
      modelAliases: organization.modelAliases ?? {},
      ownProviders: own.map(({ name }) => name),
    };
    const quoted = await quote(services.config, body, policies, services.now());
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
  },
});
