import * as z from "zod";
import type { Sealed } from "../../sealed.ts";
import type { Services } from "../../services.ts";
import { isNonEmpty } from "../books/entries.ts";
import { commit } from "../frame/commit.ts";
import type { ControlContext } from "../frame/context.ts";
import { type Operation, json, operation } from "../frame/operation.ts";
import { decodeCursor, pageOf, pageQuery } from "../frame/pages.ts";
import { publishAll, raiseVersion } from "../frame/policies.ts";
import { sealedProviders } from "./sealed-providers.ts";
import type { SealedRow, SealedRows } from "./sealed-row.ts";
import { sealedWebhooks } from "./sealed-webhooks.ts";

/**
 * `POST /reseal`: what lies sealed under KEY_SECRET_PREVIOUS is sealed under KEY_SECRET, page by page. It does nothing the
 * second time, so an Idempotency-Key has nothing to keep.
 */
export function resealOperations(): Operation[] {
  return [reseal];
}

/** One after the other; `keyLength`: of a key's parts. */
const KINDS: { rows: SealedRows; keyLength: number }[] = [
  { rows: sealedProviders, keyLength: 3 },
  { rows: sealedWebhooks, keyLength: 1 },
];
/** The kind's place in their order, and the key of its last row. */
const cursorShape = z
  .tuple([z.int().min(0)], z.string())
  .refine(([kind, ...key]) => key.length === KINDS[kind]?.keyLength);

const query = z.strictObject(pageQuery);
const organization_id = z.string();
const resealedShape = z.strictObject({
  checked: z.int(),
  resealed: z.int(),
  unreadable: z.array(
    z.discriminatedUnion("kind", [
      z.strictObject({
        kind: z.literal("provider"),
        name: z.string(),
        organization_id,
        team_id: z.string().optional(),
      }),
      z.strictObject({ kind: z.literal("webhook"), id: z.string(), organization_id }),
    ]),
  ),
  has_more: z.boolean(),
  next_cursor: z.string().nullable(),
});

const reseal = operation({
  method: "POST",
  path: "/reseal",
  summary: "Seal what is stored under the new KEY_SECRET",
  description:
    "Credentials and webhooks' secrets that KEY_SECRET_PREVIOUS opens, page by page. The second time it does nothing.",
  access: "deployment",
  query,
  optionalBody: true,
  body: z.strictObject({}),
  example: {},
  answers: { 200: { what: "What was done", schema: resealedShape } },
  async handle(c, { query: { limit, cursor } }) {
    const rows = await rowsAfter(c.var.services, decodeCursor(cursor, cursorShape), limit + 1);
    const page = pageOf(rows, limit, {
      view: ({ row }) => row,
      cursor: (last) => [last.kind, ...last.row.key],
    });
    const found = await Promise.all(page.data.map(underCurrent));
    const resealed = found.flatMap(({ row, sealed }) => (sealed ? [{ row, sealed }] : []));
    await store(c, resealed);
    return json({
      checked: found.length,
      resealed: resealed.length,
      unreadable: found.filter(({ unreadable }) => unreadable).map(({ row }) => row.named),
      has_more: page.has_more,
      next_cursor: page.next_cursor,
    });
  },
});

async function rowsAfter(
  services: Services,
  after: readonly [number, ...string[]] | undefined,
  limit: number,
): Promise<{ kind: number; row: SealedRow }[]> {
  const [first, ...key] = after ?? [0];
  const found: { kind: number; row: SealedRow }[] = [];
  for (const [kind, { rows }] of KINDS.entries()) {
    if (kind < first || found.length === limit) continue;
    const page = { after: after && kind === first ? key : undefined, limit: limit - found.length };
    found.push(...(await rows(services, page)).map((row) => ({ kind, row })));
  }
  return found;
}

async function underCurrent(
  row: SealedRow,
): Promise<{ row: SealedRow; sealed?: Sealed | null; unreadable: boolean }> {
  try {
    return { row, sealed: await row.reseal(), unreadable: false };
  } catch {
    return { row, unreadable: true }; // Under a third secret, or changed by hand: its owner has to give a new one.
  }
}

async function store(c: ControlContext, all: { row: SealedRow; sealed: Sealed }[]): Promise<void> {
  const { services } = c.var;
  const documents = [...Map.groupBy(all, ({ row }) => row.organizationId)].map(([organizationId, ofOne]) => {
    const named = ofOne.flatMap(({ row: { document } }) => (document ? [document] : []));
    return { organizationId, documents: [...new Map(named.map((each) => [each.id, each])).values()] };
  });
  const statements = [
    ...all.map(({ row, sealed }) => row.store(sealed)),
    ...documents.flatMap(({ organizationId, documents: touched }) =>
      touched.map((document) => raiseVersion(services.database, organizationId, document)),
    ),
  ];
  if (isNonEmpty(statements)) await commit(c, statements);
  await Promise.all(
    documents.map(({ organizationId, documents: touched }) => publishAll(services, organizationId, touched)),
  );
}
