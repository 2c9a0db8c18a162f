import { and, eq } from "drizzle-orm";
import type { Hono } from "hono";
import * as z from "zod";
import { keySecretsOf } from "../../key-secrets.ts";
import { providerCredentials } from "../../ledger/control-schema.ts";
import { bedrockBaseUrl } from "../../providers/bedrock/settings.ts";
import { sealCredential } from "../../providers/own-credential.ts";
import { customNamed, providerNamed } from "../../providers/registry.ts";
import type { Services } from "../../services.ts";
import { type ControlContext, type ControlEnv, DEFAULT_ORGANIZATION_ID } from "../frame/context.ts";
import { shortText } from "../frame/fields.ts";
import { readBody } from "../frame/input.ts";
import { decodeCursor, pageOf, pageQuery } from "../frame/pages.ts";
import { publishAll, raiseVersion } from "../frame/policies.ts";
import { badField, badFields, notFound, Problem } from "../frame/problem.ts";
import { requireOrganization, requireScope } from "../frame/references.ts";
import { type Endpoint, endpointWithQuery, json, noContent, resource } from "../frame/routes.ts";
import { baseUrlOf } from "./base-url.ts";
import { credentialOf, providerPut, putFaults, type ProviderPut } from "./provider-input.ts";
import { isOf, ownProviders, type Place, placeDocument, providersOf } from "./provider-rows.ts";
import { providerView, providerViews } from "./provider-views.ts";

/** Credentials of an organization or a team, and providers that it adds itself. */
export function mountProviders(app: Hono<ControlEnv>, base: string): void {
  resource(app, `${base}/providers`, { GET: list });
  resource(app, `${base}/providers/:name`, { GET: show, PUT: put, DELETE: remove });
}

/** They all are in one document, which every call's isolate reads. */
const MAX_OWN_PROVIDERS = 50;

const place = { organization_id: shortText.optional(), team_id: shortText.optional() };
const oneQuery = z.strictObject(place);
const listQuery = z.strictObject({ ...pageQuery, ...place });
const listCursor = z.tuple([z.string()]);

const list: Endpoint = endpointWithQuery(listQuery, async (c, { limit, cursor, ...query }) => {
  const { config, database } = c.var.services;
  const after = decodeCursor(cursor, listCursor);
  const at = await placeOf(c.var.services, query);
  const views = providerViews(at, await ownProviders(database, at), config);
  const rest = views.filter(({ name }) => !after || name > after[0]);
  return json(pageOf(rest, limit, { view: (view) => view, cursor: (last) => [last.name] }));
});

/** As calls of the place's keys find it. */
const show: Endpoint = endpointWithQuery(oneQuery, async (c, query) => {
  const { config, database } = c.var.services;
  const name = nameOf(c);
  const at = await placeOf(c.var.services, query);
  const { team, organization } = await ownProviders(database, at);
  const row = [...team, ...organization].find((own) => own.name === name) ?? null;
  if (!row && !providerNamed(name)) throw notFound("provider");
  return json(providerView(name, at, row, config));
});

const put: Endpoint = endpointWithQuery(oneQuery, async (c, query) => {
  const { services } = c.var;
  const { config, database } = services;
  const name = nameOf(c);
  const { value } = await readBody(c, providerPut);
  const at = await placeOf(services, samePlace(query, value));
  const own = ownOf(services, name, value);
  const owned = { ...at, name, baseUrl: own.baseUrl };
  const given = credentialOf(value);
  const before = await providersOf(database, at);
  if (!before.some((row) => row.name === name) && before.length >= MAX_OWN_PROVIDERS)
    throw new Problem(
      "too_many",
      `An organization or a team has at most ${MAX_OWN_PROVIDERS} providers of its own`,
    );
  const now = new Date(services.now());
  const columns = {
    ...own,
    sealed: given && (await sealCredential(given.credential, owned, keySecretsOf(config))),
    hint: given?.hint ?? null,
    updatedAt: now,
  };
  const document = placeDocument(at);
  const [[row]] = await database.batch([
    database
      .insert(providerCredentials)
      .values({ ...at, name, ...columns, createdAt: now })
      .onConflictDoUpdate({
        target: [providerCredentials.organizationId, providerCredentials.teamId, providerCredentials.name],
        set: columns,
      })
      .returning(),
    raiseVersion(database, at.organizationId, document),
  ]);
  await publishAll(services, at.organizationId, [document]);
  return json(providerView(name, at, row ?? null, config));
});

const remove: Endpoint = endpointWithQuery(oneQuery, async (c, query) => {
  const { services } = c.var;
  const { database } = services;
  const name = nameOf(c);
  const at = await placeOf(services, query);
  const document = placeDocument(at);
  const [gone] = await database.batch([
    database
      .delete(providerCredentials)
      .where(and(isOf(at), eq(providerCredentials.name, name)))
      .returning({ name: providerCredentials.name }),
    raiseVersion(database, at.organizationId, document),
  ]);
  if (gone.length === 0) throw notFound("provider of its own");
  await publishAll(services, at.organizationId, [document]);
  return noContent();
});

/** What is stored beside the credential; what is wrong is a bad field. */
function ownOf({ config }: Services, name: string, value: ProviderPut) {
  const faults = putFaults(value, { name, custom: providerNamed(name) === null });
  const stated = value.base_url ?? null;
  const parsed =
    stated === null ? { baseUrl: null } : baseUrlOf(stated, { allowPrivate: config.ALLOW_PRIVATE_ADDRESSES });
  if ("problem" in parsed) faults.push({ pointer: "/base_url", detail: parsed.problem });
  if ("problem" in parsed || faults.length > 0) throw badFields(faults);
  // Where a signature is for one region, the call goes there, too.
  const region = value.aws?.region;
  return {
    kind: value.kind ?? null,
    baseUrl: parsed.baseUrl ?? (region === undefined ? null : bedrockBaseUrl(region)),
  };
}

type Asked = { organization_id?: string | null | undefined; team_id?: string | null | undefined };

async function placeOf({ database }: Services, asked: Asked): Promise<Place> {
  const organizationId = asked.organization_id ?? DEFAULT_ORGANIZATION_ID;
  await requireOrganization(database, organizationId);
  const teamId = asked.team_id ?? "";
  if (teamId !== "") await requireScope(database, organizationId, { kind: "team", id: teamId }, "/team_id");
  return { organizationId, teamId };
}

/** The place may stand in the body or, as where there is none, in the query. */
function samePlace(query: Asked, body: Asked): Asked {
  for (const field of ["organization_id", "team_id"] as const) {
    const [one, other] = [query[field] ?? null, body[field] ?? null];
    if (one !== null && other !== null && one !== other)
      throw badField(`/${field}`, "is another one in the query");
  }
  return {
    organization_id: body.organization_id ?? query.organization_id,
    team_id: body.team_id ?? query.team_id,
  };
}

function nameOf(c: ControlContext): string {
  const name = c.req.param("name") ?? "";
  if (!providerNamed(name) && !customNamed(name)) {
    throw badField(
      "/name",
      "must be a provider that Tollgate knows, or 1 to 63 lower-case letters, digits and hyphens that aren't one of Tollgate's own paths",
    );
  }
  return name;
}
