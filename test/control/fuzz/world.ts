import { sql } from "drizzle-orm";
import * as z from "zod";
import type { Operation } from "../../../src/control/frame/operation.ts";
import { CONTROL_BASE, OPERATIONS } from "../../../src/control/operations.ts";
import { newId } from "../../../src/ids.ts";
import { book, lapseRow } from "../entries.ts";
import { type Harness, idOf, make } from "../harness.ts";

// What the operations are about: one of each resource, made by the interface itself.

export const ALL_OPERATIONS: Operation[] = Object.values(OPERATIONS).flat();

export interface World {
  /** The path of an operation, of things that exist. `put`: what takes the place of parameters. */
  pathOf(operation: Operation, put?: Record<string, string>): Promise<string>;
  /** The example of an operation, of things that exist. */
  exampleOf(operation: Operation): unknown;
  /** Differs after any change of any row of any table, and of what Redis was told. */
  state(): Promise<string>;
}

export async function createWorld(harness: Harness): Promise<World> {
  const user = await make(harness, "users", {});
  const known = await withoutPost(harness, user);
  const tables = z
    .array(z.object({ name: z.string() }))
    .parse(
      (
        await harness.database.execute(
          sql`select tablename as name from pg_tables where schemaname = 'public'`,
        )
      ).rows,
    );
  // A change makes a row of the newest transaction, or one row less.
  const counts = tables.map(
    ({ name }) =>
      sql`select ${name}::text as name, count(*)::text as n, max(xmin::text::bigint)::text as newest from ${sql.identifier(name)}`,
  );
  const everything = sql.join(counts, sql` union all `);

  const exampleOf = ({ example }: Operation): unknown =>
    example === undefined ? {} : JSON.parse(JSON.stringify(example).replaceAll("user_…", user));

  async function idAt(collection: string, name: string): Promise<string> {
    const found = known.get(`${collection}/{${name}}`);
    if (found !== undefined) return found;
    const create = ALL_OPERATIONS.find(({ method, path }) => method === "POST" && path === collection);
    if (!create) throw new Error(`nothing makes a {${name}} of ${collection}`);
    const made = await harness.call("POST", await pathOf(create), { body: exampleOf(create) });
    if (made.status !== 201) throw new Error(`POST ${collection}: ${made.text}`);
    const id = idOf(made);
    known.set(`${collection}/{${name}}`, id);
    return id;
  }

  async function pathOf({ path }: Operation, put: Record<string, string> = {}): Promise<string> {
    let filled = CONTROL_BASE;
    for (const [part, name] of path.matchAll(/\/(?:\{(\w+)\}|[^/]+)/g)) {
      if (name === undefined) filled += part;
      else filled += `/${put[name] ?? (await idAt(path.slice(0, path.indexOf(part)), name))}`;
    }
    return filled;
  }

  for (const operation of ALL_OPERATIONS) await pathOf(operation); // Before any test has taken an example's name.
  return {
    pathOf,
    exampleOf,
    async state() {
      const { rows } = await harness.database.execute(everything);
      const { published, voided, resets, openings, reconciled } = harness.redis;
      return JSON.stringify([rows, published.length, voided, resets, openings, reconciled.length]);
    },
  };
}

/** What isn't made by a POST to its list. */
async function withoutPost(harness: Harness, user: string): Promise<Map<string, string>> {
  const lapse = lapseRow();
  await book(harness, lapse);
  harness.redis.holds.push({
    id: lapse.holdId,
    requestId: lapse.requestId,
    keyId: lapse.keyId,
    state: "lapsed",
    amountNanoUsd: lapse.hold,
    leaseEndsAtMs: lapse.at.getTime(),
    budgets: [],
  });
  const member = await make(harness, "users", { name: "a member" });
  const team = await make(harness, "teams", { name: "of a member" });
  await harness.call("PUT", `/api/v1/teams/${team}/members/${member}`, { body: {} });
  await harness.call("PUT", "/api/v1/prices/openai/gpt-4o", { body: { input: "2" } });
  await harness.call("PUT", "/api/v1/providers/openai", { body: { api_key: newId("hold") } });
  return new Map([
    ["/users/{id}", user],
    ["/teams/{id}", team],
    ["/teams/{id}/members/{user}", member],
    ["/holds/{id}", lapse.holdId],
    ["/requests/{id}", lapse.requestId],
    ["/prices/{provider}", "openai"],
    ["/prices/{provider}/{model}", "gpt-4o"],
    ["/providers/{name}", "openai"],
  ]);
}
