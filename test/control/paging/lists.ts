import { inArray } from "drizzle-orm";
import type { PgColumn, PgTable } from "drizzle-orm/pg-core";
import { newId } from "../../../src/ids.ts";
import { webhookDeliveries, webhookEndpoints } from "../../../src/ledger/alert-schema.ts";
import { auditEvents, managementTokens, providerCredentials } from "../../../src/ledger/control-schema.ts";
import { ledgerEntries } from "../../../src/ledger/books-schema.ts";
import { customers, organizations, teamMembers, teams, users } from "../../../src/ledger/places-schema.ts";
import { adjustments, budgets, keys, priceOverrides } from "../../../src/ledger/policy-schema.ts";
import { entryRow, lapseRow } from "../entries.ts";
import { type Harness, START_MS } from "../harness.ts";

// Every list of the interface, and how a test fills it: by rows, many at a time. All are made in one moment, so that what
// sorts by time has ties.

/** A list under CONTROL_BASE; `name`: what tells one of its items from another. */
export interface List {
  /** As the table of operations has it. */
  path: string;
  query?: string;
  name: (item: Record<string, unknown>) => string;
  /** Returns the names of those that were made. */
  add(count: number): Promise<string[]>;
  /** Absent: nothing ever goes from this list. */
  remove?(names: string[]): Promise<unknown>;
}

const text = (value: unknown): string => String(value);
const byId = ({ id }: Record<string, unknown>) => text(id);
const anyName = () => crypto.randomUUID();

export function listsOf(harness: Harness): List[] {
  const { database } = harness;

  /** Of a table that has a row already: the others are like it, but for what has to differ. */
  function copies(
    path: string,
    {
      table,
      column,
      different,
    }: { table: PgTable; column: PgColumn; different: () => Record<string, unknown> },
    list: Partial<List> = {},
  ): List {
    const property = Object.entries(table).find(([, each]) => each === column)?.[0] ?? "";
    return {
      path,
      name: byId,
      async add(count) {
        const [like] = await database.select().from(table).limit(1);
        const rows = Array.from({ length: count }, () => ({ ...like, ...different() }));
        await database.insert(table).values(rows);
        return rows.map((row) => text(row[property]));
      },
      remove: (names) => database.delete(table).where(inArray(column, names)),
      ...list,
    };
  }

  const entries = (path: string, row: () => ReturnType<typeof entryRow>, list: Partial<List>): List => ({
    path,
    name: byId,
    async add(count) {
      const rows = Array.from({ length: count }, row);
      await database.insert(ledgerEntries).values(rows);
      return rows.map(({ id }) => id);
    },
    ...list,
  });

  return [
    copies("/keys", {
      table: keys,
      column: keys.id,
      different: () => ({ id: newId("key"), digest: anyName() }),
    }),
    copies("/budgets", { table: budgets, column: budgets.id, different: () => ({ id: newId("bud") }) }),
    copies("/budgets/{id}/adjustments", {
      table: adjustments,
      column: adjustments.id,
      different: () => ({ id: newId("adj") }),
    }),
    copies("/organizations", {
      table: organizations,
      column: organizations.id,
      different: () => ({ id: newId("org") }),
    }),
    copies("/teams", { table: teams, column: teams.id, different: () => ({ id: newId("team") }) }),
    copies("/users", {
      table: users,
      column: users.id,
      different: () => ({ id: newId("user"), externalId: null }),
    }),
    {
      path: "/teams/{id}/members",
      name: ({ user_id }) => text(user_id),
      async add(count) {
        const [like] = await database.select().from(teamMembers).limit(1);
        if (!like) throw new Error("the team has no member");
        const ids = Array.from({ length: count }, () => newId("user"));
        await database.insert(users).values(ids.map((id) => ({ id, organizationId: "org_default" })));
        await database.insert(teamMembers).values(ids.map((userId) => ({ ...like, userId })));
        return ids;
      },
      remove: (names) => database.delete(teamMembers).where(inArray(teamMembers.userId, names)),
    },
    copies("/customers", { table: customers, column: customers.id, different: () => ({ id: anyName() }) }),
    copies("/webhooks", {
      table: webhookEndpoints,
      column: webhookEndpoints.id,
      different: () => ({ id: newId("wh") }),
    }),
    {
      path: "/webhooks/{id}/deliveries",
      name: byId,
      async add(count) {
        const endpoint = await database.select().from(webhookEndpoints).orderBy(webhookEndpoints.id).limit(1);
        const made = {
          organizationId: "org_default",
          endpointId: endpoint[0]?.id ?? "",
          payload: { type: "budget.threshold", timestamp: new Date(START_MS).toISOString(), data: {} },
        };
        const rows = Array.from({ length: count }, () => ({
          ...made,
          id: newId("dlv"),
          type: "budget.threshold" as const,
        }));
        await database.insert(webhookDeliveries).values(rows);
        return rows.map(({ id }) => id);
      },
      remove: (names) => database.delete(webhookDeliveries).where(inArray(webhookDeliveries.id, names)),
    },
    copies("/tokens", {
      table: managementTokens,
      column: managementTokens.id,
      different: () => ({ id: newId("tok"), digest: anyName() }),
    }),
    copies(
      "/providers",
      {
        table: providerCredentials,
        column: providerCredentials.name,
        different: () => ({ name: anyName() }),
      },
      { name: ({ name }) => text(name) },
    ),
    copies(
      "/prices",
      {
        table: priceOverrides,
        column: priceOverrides.model,
        different: () => ({ model: `paged/${anyName()}` }),
      },
      { query: "q=paged/", name: ({ model }) => text(model) },
    ),
    entries("/ledger", () => entryRow({ kind: "settled" }), { query: "kind=settled" }),
    // A call more of the same customer changes a row's sums, not its place.
    entries("/usage", () => entryRow({ customer: anyName() }), {
      query: "group_by=customer",
      name: ({ customer }) => text(customer),
      async add(count) {
        const rows = Array.from({ length: count }, () => entryRow({ customer: anyName() }));
        await database.insert(ledgerEntries).values(rows);
        return rows.map(({ customer }) => text(customer));
      },
    }),
    entries("/holds", () => lapseRow(), {
      query: "state=lapsed",
      async add(count) {
        const rows = Array.from({ length: count }, () => lapseRow());
        await database.insert(ledgerEntries).values(rows);
        return rows.map(({ holdId }) => holdId);
      },
      // Voided: another entry follows the lapse.
      remove: (names) =>
        database.insert(ledgerEntries).values(names.map((holdId) => entryRow({ holdId, kind: "void" }))),
    }),
    {
      path: "/holds",
      query: "state=held",
      name: byId,
      async add(count) {
        const rows = Array.from({ length: count }, () => newId("hold"));
        harness.redis.holds.push(
          ...rows.map((id) => ({
            id,
            requestId: id.replace("hold_", "req_"),
            keyId: "key_1",
            state: "held" as const,
            amountNanoUsd: 1,
            leaseEndsAtMs: START_MS,
            budgets: [],
          })),
        );
        return rows;
      },
      async remove(names) {
        harness.redis.holds = harness.redis.holds.filter(({ id }) => !names.includes(id));
      },
    },
    {
      path: "/audit",
      query: "action=paged",
      name: ({ resource }) => text((resource as { id: unknown }).id),
      async add(count) {
        const ids = Array.from({ length: count }, anyName);
        const event = { actor: "admin", action: "paged", resource: "keys" };
        await database.insert(auditEvents).values(ids.map((resourceId) => ({ ...event, resourceId })));
        return ids;
      },
    },
  ];
}
