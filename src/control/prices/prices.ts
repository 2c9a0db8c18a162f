import { and, asc, eq } from "drizzle-orm";
import type { Hono } from "hono";
import * as z from "zod";
import type { PriceOverride } from "../../domain/price-override.ts";
import type { Database } from "../../ledger/database.ts";
import { overrideFromRow } from "../../ledger/rows.ts";
import { priceOverrides } from "../../ledger/schema.ts";
import { type ControlContext, type ControlEnv, DEFAULT_ORGANIZATION_ID } from "../frame/context.ts";
import { shortText } from "../frame/fields.ts";
import { readBody } from "../frame/input.ts";
import { decodeCursor, pageOf, pageQuery } from "../frame/pages.ts";
import { publishAll, raiseVersion, scopeDocument } from "../frame/policies.ts";
import { overrideAmounts, pricePut } from "./price-input.ts";
import { effectivePrice, searchPrices } from "./price-search.ts";
import { badField, notFound, Problem } from "../frame/problem.ts";
import { requireOrganization } from "../frame/references.ts";
import { type Endpoint, endpointWithQuery, json, noContent, resource } from "../frame/routes.ts";

/** What models cost: the list, and an organization's overrides. A model's name may have slashes, and stars in an override. */
export function mountPrices(app: Hono<ControlEnv>, base: string): void {
  resource(app, `${base}/prices`, { GET: search });
  resource(app, `${base}/prices/:provider/:model{.+}`, { GET: show, PUT: put, DELETE: remove });
}

/** They all are in one document, which every call's isolate reads. */
const MAX_OVERRIDES = 500;
const MAX_MODEL_LENGTH = 256;
const PROVIDER = /^[a-z0-9][a-z0-9_-]{0,63}$/;

const organization = { organization_id: shortText.default(DEFAULT_ORGANIZATION_ID) };
const oneQuery = z.strictObject(organization);
const searchQuery = z.strictObject({ ...pageQuery, ...organization, q: shortText.optional() });
const searchCursor = z.tuple([z.string(), z.string()]);

const search: Endpoint = endpointWithQuery(searchQuery, async (c, { organization_id, q, limit, cursor }) => {
  const { services } = c.var;
  const after = decodeCursor(cursor, searchCursor);
  const overrides = await overridesOf(services.database, organization_id);
  const found = searchPrices({ overrides, q, after, limit: limit + 1, atMs: services.now() });
  return json(pageOf(found, limit, { view: (row) => row, cursor: (last) => [last.provider, last.model] }));
});

const show: Endpoint = endpointWithQuery(oneQuery, async (c, { organization_id }) => {
  const { services } = c.var;
  const overrides = await overridesOf(services.database, organization_id);
  const price = effectivePrice({ overrides, ...modelOf(c), atMs: services.now() });
  if (!price) throw notFound("price");
  return json(price);
});

const put: Endpoint = endpointWithQuery(oneQuery, async (c, { organization_id }) => {
  const { services } = c.var;
  const { database } = services;
  const asked = modelOf(c);
  const { value } = await readBody(c, pricePut);
  await requireOrganization(database, organization_id);
  const before = await overridesOf(database, organization_id);
  const isNew = !before.some(({ provider, model }) => provider === asked.provider && model === asked.model);
  if (isNew && before.length >= MAX_OVERRIDES)
    throw new Problem("too_many", `An organization has at most ${MAX_OVERRIDES} prices of its own`);
  const { multiplierNano, rates, units, per_request, tool_calls } = overrideAmounts(value);
  const now = new Date(services.now());
  const columns = {
    multiplier: multiplierNano ?? null,
    rates: rates ?? null,
    units: units ?? null,
    perRequest: per_request ?? null,
    toolCalls: tool_calls ?? null,
    updatedAt: now,
  };
  const document = scopeDocument("organization", organization_id);
  await database.batch([
    database
      .insert(priceOverrides)
      .values({ organizationId: organization_id, ...asked, ...columns, createdAt: now })
      .onConflictDoUpdate({
        target: [priceOverrides.organizationId, priceOverrides.provider, priceOverrides.model],
        set: columns,
      }),
    raiseVersion(database, organization_id, document),
  ]);
  await publishAll(services, organization_id, [document]);
  const overrides = await overridesOf(database, organization_id);
  return json(effectivePrice({ overrides, ...asked, atMs: services.now() }));
});

const remove: Endpoint = endpointWithQuery(oneQuery, async (c, { organization_id }) => {
  const { services } = c.var;
  const { database } = services;
  const { provider, model } = modelOf(c);
  const document = scopeDocument("organization", organization_id);
  const [gone] = await database.batch([
    database
      .delete(priceOverrides)
      .where(
        and(
          eq(priceOverrides.organizationId, organization_id),
          eq(priceOverrides.provider, provider),
          eq(priceOverrides.model, model),
        ),
      )
      .returning({ model: priceOverrides.model }),
    raiseVersion(database, organization_id, document),
  ]);
  if (gone.length === 0) throw notFound("price override");
  await publishAll(services, organization_id, [document]);
  return noContent();
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
