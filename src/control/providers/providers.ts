import { and, eq } from "drizzle-orm";
import * as z from "zod";
import { keySecretsOf } from "../../key-secrets.ts";
import { providerCredentials } from "../../ledger/control-schema.ts";
import { organizations } from "../../ledger/places-schema.ts";
import { bedrockBaseUrl } from "../../providers/bedrock/settings.ts";
import { sealCredential } from "../../providers/own-credential.ts";
import { customNamed, providerNamed } from "../../providers/registry.ts";
import type { Services } from "../../services.ts";
import { type AtMost, atMost, orTooMany } from "../frame/at-most.ts";
import { commit } from "../frame/commit.ts";
import type { ControlContext } from "../frame/context.ts";
import { shortText } from "../frame/fields.ts";
import { type Operation, json, noContent, operation } from "../frame/operation.ts";
import { decodeCursor, pageOf, pageQuery } from "../frame/pages.ts";
import { publishAll, raiseVersion } from "../frame/policies.ts";
import { badField, badFields, notFound } from "../frame/problem.ts";
import { existingOrganization, requireScope } from "../frame/references.ts";
import { pageShape } from "../frame/shapes.ts";
import { baseUrlOf } from "./base-url.ts";
import { credentialOf, providerPut, putFaults, type ProviderPut } from "./provider-input.ts";
import { isOf, ownProviders, type Place, placeDocument } from "./provider-rows.ts";
import { providerShape, providerView, providerViews } from "./provider-views.ts";

/** Credentials of an organization or a team, and providers that it adds itself. */
export function providerOperations(): Operation[] {
  return [list, show, put, remove];
}

/** They all are in one document, which every call's isolate reads. */
const MAX_OWN_PROVIDERS = 50;

const place = { organization_id: shortText.optional(), team_id: shortText.optional() };
const oneQuery = z.strictObject(place);
const listQuery = z.strictObject({ ...pageQuery, ...place });
const listCursor = z.tuple([z.string()]);

const list = operation({
  method: "GET",
  path: "/providers",
  summary: "List providers",
  description:
    "Each that the keys of the organization, or of the team, can reach, and whose credential goes along.",
  access: "organization",
  query: listQuery,
  answers: { 200: { what: "A page of providers", schema: pageShape(providerShape) } },
  async handle(c, { query: { limit, cursor, ...query } }) {
    const { config, database } = c.var.services;
    const after = decodeCursor(cursor, listCursor);
    const at = await placeOf(c, query);
    const views = providerViews(at, await ownProviders(database, at), config);
    const rest = views.filter(({ name }) => !after || name > after[0]);
    return json(pageOf(rest, limit, { view: (view) => view, cursor: (last) => [last.name] }));
  },
});

const show = operation({
  method: "GET",
  path: "/providers/{name}",
  summary: "Get a provider as the place's keys find it",
  access: "organization",
  query: oneQuery,
  answers: { 200: { what: "The provider", schema: providerShape } },
  async handle(c, { query }) {
    const { config, database } = c.var.services;
    const name = nameOf(c);
    const at = await placeOf(c, query);
    const { team, organization } = await ownProviders(database, at);
    const row = [...team, ...organization].find((own) => own.name === name) ?? null;
    if (!row && !providerNamed(name)) throw notFound("provider");
    return json(providerView(name, at, row, config));
  },
});

const put = operation({
  method: "PUT",
  path: "/providers/{name}",
  summary: "Store a credential, or a provider of your own",
  description:
    "The credential is sealed, and no answer shows it. A name that Tollgate doesn't know makes a custom provider: it needs a `kind` and a `base_url`. Holds from the next call on.",
  access: "organization",
  query: oneQuery,
  body: providerPut,
  example: { api_key: "sk-example-credential" },
  answers: { 200: { what: "The provider", schema: providerShape } },
  async handle(c, { query, body }) {
    const { services } = c.var;
    const { config, database } = services;
    const name = nameOf(c);
    const at = await placeOf(c, samePlace(query, body));
    const own = ownOf(services, name, body);
    const owned = { ...at, name, baseUrl: own.baseUrl };
    const given = credentialOf(body);
    const bound: AtMost = {
      rows: { table: providerCredentials, where: isOf(at) },
      max: MAX_OWN_PROVIDERS,
      owner: { table: organizations, id: at.organizationId },
      detail: `An organization or a team has at most ${MAX_OWN_PROVIDERS} providers of its own`,
    };
    const [lock, check] = atMost(database, bound);
    const now = new Date(services.now());
    const columns = {
      ...own,
      sealed: given && (await sealCredential(given.credential, owned, keySecretsOf(config))),
      hint: given?.hint ?? null,
      updatedAt: now,
    };
    const document = placeDocument(at);
    const statements = [
      lock,
      database
        .insert(providerCredentials)
        .values({ ...at, name, ...columns, createdAt: now })
        .onConflictDoUpdate({
          target: [providerCredentials.organizationId, providerCredentials.teamId, providerCredentials.name],
          set: columns,
        })
        .returning(),
      check,
      raiseVersion(database, at.organizationId, document),
    ] as const;
    const [, [row]] = await orTooMany(database, bound, commit(c, statements));
    await publishAll(services, at.organizationId, [document]);
    return json(providerView(name, at, row ?? null, config));
  },
});

const remove = operation({
  method: "DELETE",
  path: "/providers/{name}",
  summary: "Delete a credential or provider of your own",
  access: "organization",
  query: oneQuery,
  answers: { 204: { what: "The next call goes without it" } },
  async handle(c, { query }) {
    const { services } = c.var;
    const { database } = services;
    const name = nameOf(c);
    const at = await placeOf(c, query);
    const document = placeDocument(at);
    const one = and(isOf(at), eq(providerCredentials.name, name));
    if ((await database.$count(providerCredentials, one)) === 0) throw notFound("provider of its own");
    await commit(c, [
      database.delete(providerCredentials).where(one),
      raiseVersion(database, at.organizationId, document),
    ]);
    await publishAll(services, at.organizationId, [document]);
    return noContent();
  },
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

async function placeOf(c: ControlContext, asked: Asked): Promise<Place> {
  const { database } = c.var.services;
  const organizationId = await existingOrganization(c, asked.organization_id ?? undefined);
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
