import { and, asc, eq, isNotNull, sql } from "drizzle-orm";
import * as z from "zod";
import { keySecretsOf } from "../../key-secrets.ts";
import { providerCredentials } from "../../ledger/control-schema.ts";
import type { ProviderRow } from "../../ledger/rows.ts";
import { resealCredential } from "../../providers/own-credential.ts";
import type { Sealed } from "../../sealed.ts";
import type { Services } from "../../services.ts";
import { isNonEmpty } from "../books/entries.ts";
import { commit } from "../frame/commit.ts";
import type { ControlContext } from "../frame/context.ts";
import { type Operation, json, operation } from "../frame/operation.ts";
import { decodeCursor, pageOf, pageQuery } from "../frame/pages.ts";
import { publishAll, raiseVersion } from "../frame/policies.ts";
import { withoutNulls } from "../frame/views.ts";
import { isOf, placeDocument } from "./provider-rows.ts";

/**
 * `POST /reseal`: stored credentials that are sealed under KEY_SECRET_PREVIOUS are sealed under KEY_SECRET, page by page. It
 * does nothing the second time, so an Idempotency-Key has nothing to keep.
 */
export function resealOperations(): Operation[] {
  return [reseal];
}

const query = z.strictObject(pageQuery);
const resealedShape = z.strictObject({
  checked: z.int(),
  resealed: z.int(),
  unreadable: z.array(
    z.strictObject({ name: z.string(), organization_id: z.string(), team_id: z.string().optional() }),
  ),
  has_more: z.boolean(),
  next_cursor: z.string().nullable(),
});
const cursorShape = z.tuple([z.string(), z.string(), z.string()]);

const reseal = operation({
  method: "POST",
  path: "/reseal",
  summary: "Seal stored credentials under the new KEY_SECRET",
  description: "Those that KEY_SECRET_PREVIOUS opens, page by page. The second time it does nothing.",
  access: "deployment",
  query,
  optionalBody: true,
  body: z.strictObject({}),
  example: {},
  answers: { 200: { what: "What was done", schema: resealedShape } },
  async handle(c, { query: { limit, cursor } }) {
    const { services } = c.var;
    const rows = await sealedRows(services, decodeCursor(cursor, cursorShape), limit + 1);
    const page = pageOf(rows, limit, {
      view: (row) => row,
      cursor: ({ organizationId, teamId, name }) => [organizationId, teamId, name],
    });
    const found = await Promise.all(page.data.map((row) => underCurrent(services, row)));
    const resealed = found.filter((one) => one.how === "resealed");
    await store(c, resealed);
    return json({
      checked: found.length,
      resealed: resealed.length,
      unreadable: found.filter(({ how }) => how === "unreadable").map(({ row }) => rowName(row)),
      has_more: page.has_more,
      next_cursor: page.next_cursor,
    });
  },
});

type Row = ProviderRow & { sealed: Sealed };
type Resealed = { how: "resealed"; row: Row; sealed: Sealed };
type Found = Resealed | { how: "current" | "unreadable"; row: Row };

async function sealedRows(
  { database }: Services,
  after: readonly [string, string, string] | undefined,
  limit: number,
): Promise<Row[]> {
  const { organizationId, teamId, name } = providerCredentials;
  const behind =
    after && sql`(${organizationId}, ${teamId}, ${name}) > (${after[0]}, ${after[1]}, ${after[2]})`;
  const rows = await database
    .select()
    .from(providerCredentials)
    .where(and(isNotNull(providerCredentials.sealed), behind))
    .orderBy(asc(organizationId), asc(teamId), asc(name))
    .limit(limit);
  return rows.flatMap((row) => (row.sealed ? [{ ...row, sealed: row.sealed }] : []));
}

async function underCurrent({ config }: Services, row: Row): Promise<Found> {
  try {
    const sealed = await resealCredential(row.sealed, row, keySecretsOf(config));
    return sealed ? { how: "resealed", row, sealed } : { how: "current", row };
  } catch {
    return { how: "unreadable", row }; // Under a third secret, or changed by hand: its owner has to PUT it again.
  }
}

/** One that was PUT in between stays as it is. */
async function store(c: ControlContext, all: Resealed[]): Promise<void> {
  const { services } = c.var;
  const { database } = services;
  const updates = all.map(({ row, sealed }) =>
    database
      .update(providerCredentials)
      .set({ sealed })
      .where(
        and(isOf(row), eq(providerCredentials.name, row.name), eq(providerCredentials.sealed, row.sealed)),
      ),
  );
  const byOrganization = Map.groupBy(all, ({ row }) => row.organizationId);
  const documents = [...byOrganization].map(([organizationId, found]) => {
    const named = new Map(
      found.map(({ row }) => placeDocument(row)).map((document) => [document.id, document]),
    );
    return { organizationId, documents: [...named.values()] };
  });
  const versions = documents.flatMap(({ organizationId, documents: touched }) =>
    touched.map((document) => raiseVersion(database, organizationId, document)),
  );
  const statements = [...updates, ...versions];
  if (isNonEmpty(statements)) await commit(c, statements);
  await Promise.all(
    documents.map(({ organizationId, documents: touched }) => publishAll(services, organizationId, touched)),
  );
}

function rowName({ organizationId, teamId, name }: ProviderRow) {
  return {
    name,
    organization_id: organizationId,
    ...withoutNulls({ team_id: teamId === "" ? null : teamId }),
  };
}
