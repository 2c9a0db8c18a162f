import { and, asc, eq } from "drizzle-orm";
import * as z from "zod";
import type { PriceOverride } from "../../domain/price-override.ts";
import type { Database } from "../../ledger/database.ts";
import { overrideFromRow } from "../../ledger/rows.ts";
import { organizations } from "../../ledger/places-schema.ts";
import { priceOverrides } from "../../ledger/policy-schema.ts";
import { organizationOf } from "../frame/access.ts";
import { type AtMost, atMost, orTooMany } from "../frame/at-most.ts";
import { commit } from "../frame/commit.ts";
import type { ControlContext } from "../frame/context.ts";
import { shortText } from "../frame/fields.ts";
import { type Operation, json, noContent, operation } from "../frame/operation.ts";
import { decodeCursor, pageOf, pageQuery } from "../frame/pages.ts";
import { publishAll, raiseVersion, scopeDocument } from "../frame/policies.ts";
import { badField, notFound } from "../frame/problem.ts";
import { existingOrganization } from "../frame/references.ts";
import { pageShape } from "../frame/shapes.ts";
import { overrideAmounts, pricePut } from "./price-input.ts";
import { effectivePrice, searchPrices } from "./price-search.ts";
import { priceShape } from "./price-shapes.ts";

/** What models cost: the list, and an organization's overrides. A model's name may have slashes, and stars in an override. */
export function priceOperations(): Operation[] {
  return [search, show, put, remove];
}

/** They all are in one document, which every call's isolate reads. */
const MAX_OVERRIDES = 500;
const MAX_MODEL_LENGTH = 256;
const PROVIDER = /^[a-z0-9][a-z0-9_-]{0,63}$/;

const organization = { organization_id: shortText.optional() };
const oneQuery = z.strictObject(organization);
const searchQuery = z.strictObject({ ...pageQuery, ...organization, q: shortText.optional() });
const searchCursor = z.tuple([z.string(), z.string()]);

const search = operation({
  method: "GET",
  path: "/prices",
  summary: "Search what models cost",
  description: "The list, and the organization's own prices in it. `q` is a part of `provider/model`.",
  access: "team",
  query: searchQuery,
  answers: { 200: { what: "A page of prices", schema: pageShape(priceShape) } },
  async handle(c, { query: { organization_id, q, limit, cursor } }) {
    const { services } = c.var;
    const after = decodeCursor(cursor, searchCursor);
    const overrides = await overridesOf(services.database, organizationOf(c, organization_id));
    const found = searchPrices({ overrides, q, after, limit: limit + 1, atMs: services.now() });
    return json(pageOf(found, limit, { view: (row) => row, cursor: (last) => [last.provider, last.model] }));
  },
});

const show = operation({
  method: "GET",
  path: "/prices/{provider}/{model}",
  summary: "Get what a model costs",
  access: "team",
  query: oneQuery,
  answers: { 200: { what: "The price", schema: priceShape } },
  async handle(c, { query }) {
    const { services } = c.var;
    const organizationId = organizationOf(c, query.organization_id);
    const overrides = await overridesOf(services.database, organizationId);
    const price = effectivePrice({ overrides, ...modelOf(c), atMs: services.now() });
    if (!price) throw notFound("price");
    return json(price);
  },
});

const put = operation({
  method: "PUT",
  path: "/prices/{provider}/{model}",
  summary: "Set a price of your own",
  description: "In place of the list price, from the next call on. The model may be a glob. A PUT is whole.",
  access: "organization",
  query: oneQuery,
  body: pricePut,
  example: { input: "2.00", output: "8.00" },
  answers: { 200: { what: "The price", schema: priceShape } },
  async handle(c, { query, body }) {
    const { services } = c.var;
    const { database } = services;
    const asked = modelOf(c);
    const organizationId = await existingOrganization(c, query.organization_id);
    const bound: AtMost = {
      rows: { table: priceOverrides, where: eq(priceOverrides.organizationId, organizationId) },
      max: MAX_OVERRIDES,
      owner: { table: organizations, id: organizationId },
      detail: `An organization has at most ${MAX_OVERRIDES} prices of its own`,
    };
    const [lock, check] = atMost(database, bound);
    const { multiplierNano, rates, units, per_request, tool_calls } = overrideAmounts(body);
    const now = new Date(services.now());
    const columns = {
      multiplier: multiplierNano ?? null,
      rates: rates ?? null,
      units: units ?? null,
      perRequest: per_request ?? null,
      toolCalls: tool_calls ?? null,
      updatedAt: now,
    };
    const document = scopeDocument("organization", organizationId);
    const statements = [
      lock,
      database
        .insert(priceOverrides)
        .values({ organizationId, ...asked, ...columns, createdAt: now })
        .onConflictDoUpdate({
          target: [priceOverrides.organizationId, priceOverrides.provider, priceOverrides.model],
          set: columns,
        }),
      check,
      raiseVersion(database, organizationId, document),
    ] as const;
    await orTooMany(database, bound, commit(c, statements));
    await publishAll(services, organizationId, [document]);
    const overrides = await overridesOf(database, organizationId);
    return json(effectivePrice({ overrides, ...asked, atMs: services.now() }));
  },
});

const remove = operation({
  method: "DELETE",
  path: "/prices/{provider}/{model}",
  summary: "Delete a price of your own",
  access: "organization",
  query: oneQuery,
  answers: { 204: { what: "The list price counts from the next call on" } },
  async handle(c, { query }) {
    const { services } = c.var;
    const organizationId = organizationOf(c, query.organization_id);
    const { database } = services;
    const { provider, model } = modelOf(c);
    const document = scopeDocument("organization", organizationId);
    const one = and(
      eq(priceOverrides.organizationId, organizationId),
      eq(priceOverrides.provider, provider),
      eq(priceOverrides.model, model),
    );
    if ((await database.$count(priceOverrides, one)) === 0) throw notFound("price override");
    await commit(c, [
      database.delete(priceOverrides).where(one),
      raiseVersion(database, organizationId, document),
    ]);
    await publishAll(services, organizationId, [document]);
    return noContent();
  },
});

/** An organization's overrides, in the order of their names. */
export async function overridesOf(database: Database, organizationId: string): Promise<PriceOverride[]> {
  const rows = await database
    .select()
    .from(priceOverrides)
    .where(eq(priceOverrides.organizationId, organizationId))
    .orderBy(asc(priceOverrides.provider), asc(priceOverrides.model));
  return rows.map(overrideFromRow);
}

function modelOf(c: ControlContext): { provider: string; model: string } {
  const provider = c.req.param("provider") ?? "";
  const model = c.req.param("model") ?? "";
  if (!PROVIDER.test(provider)) throw badField("/provider", "is not a provider's name");
  if (model.length > MAX_MODEL_LENGTH || model.includes("\0") || !model.isWellFormed())
    throw badField("/model", "is not a model's name");
  return { provider, model };
}
