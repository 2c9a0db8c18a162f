import { and, desc, eq, gte, lt } from "drizzle-orm";
import * as z from "zod";
import { auditEvents } from "../../ledger/control-schema.ts";
import { unitsOf } from "../budgets/units.ts";
import { organizationOf } from "../frame/access.ts";
import { moment, oneOf, shortText } from "../frame/fields.ts";
import { type Operation, json, operation } from "../frame/operation.ts";
import { decodeCursor, pageOf, pageQuery } from "../frame/pages.ts";
import { badField } from "../frame/problem.ts";
import { idShape, pageShape, timeShape } from "../frame/shapes.ts";
import { RESOURCES, auditView, budgetIdsOf } from "./audit-views.ts";

/** Who changed what. The events are written by triggers on the tables, in the transaction of each change. */
export function auditOperations(): Operation[] {
  return [list];
}

const listCursor = z.tuple([z.int().min(0)]);

const listQuery = z.strictObject({
  ...pageQuery,
  organization_id: shortText.optional(),
  resource: oneOf(RESOURCES).optional(),
  resource_id: shortText.optional(),
  actor: shortText.optional().meta({ description: "`admin`, a token's id, or `database`." }),
  action: shortText.optional(),
  from: moment.optional(),
  to: moment.optional(),
});

const eventShape = z
  .strictObject({
    id: idShape("aud"),
    at: timeShape,
    organization_id: z.string().optional(),
    actor: z
      .string()
      .meta({ description: "`admin`, a token's id, or `database` for a change that came another way." }),
    action: z.string().meta({
      description:
        "created, changed, deleted, revoked, rotated, resealed, reset, voided, compared, repaired, tested …",
    }),
    resource: z.strictObject({ kind: z.string(), id: z.string() }),
    before: z.record(z.string(), z.unknown()).optional(),
    after: z.record(z.string(), z.unknown()).optional(),
    request_id: z.string().optional(),
    created_at: timeShape,
  })
  .meta({ id: "AuditEvent" });

const list = operation({
  method: "GET",
  path: "/audit",
  summary: "List who changed what",
  description:
    "The newest first. `before` and `after` are the resource as the interface shows it, without secrets.",
  access: "organization",
  query: listQuery,
  answers: { 200: { what: "A page of events", schema: pageShape(eventShape) } },
  async handle(c, { query }) {
    const { database } = c.var.services;
    const { resource, resource_id, actor, action, from, to } = query;
    if (from && to && from > to) throw badField("/to", "is before from");
    const after = decodeCursor(query.cursor, listCursor);
    // An admin who names no organization sees all, what is of none among it.
    const isAll = c.var.principal.organizationId === null && query.organization_id === undefined;
    const rows = await database
      .select()
      .from(auditEvents)
      .where(
        and(
          isAll ? undefined : eq(auditEvents.organizationId, organizationOf(c, query.organization_id)),
          resource && eq(auditEvents.resource, resource),
          resource_id ? eq(auditEvents.resourceId, resource_id) : undefined,
          actor ? eq(auditEvents.actor, actor) : undefined,
          action ? eq(auditEvents.action, action) : undefined,
          from && gte(auditEvents.at, from),
          to && lt(auditEvents.at, to),
          after && lt(auditEvents.id, after[0]),
        ),
      )
      .orderBy(desc(auditEvents.id))
      .limit(query.limit + 1);
    const unitOf = await unitsOf(database, rows.flatMap(budgetIdsOf));
    const view = (row: (typeof rows)[number]) => auditView(row, unitOf);
    return json(pageOf(rows, query.limit, { view, cursor: ({ id }) => [id] }));
  },
});
