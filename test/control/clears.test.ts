import { afterAll, beforeAll, expect, test } from "vitest";
import * as z from "zod";
import type { Operation } from "../../src/control/frame/operation.ts";
import { fieldsOf } from "./fuzz/fields.ts";
import { ALL_OPERATIONS, createWorld, type World } from "./fuzz/world.ts";
import { bodyOf, type Harness, make, startHarness } from "./harness.ts";

// R56: what a PATCH can set, null takes away again, and what it doesn't name stays. Over the table of operations.

let harness: Harness;
let world: World;
let samples: Record<string, unknown>;
beforeAll(async () => {
  harness = await startHarness();
  world = await createWorld(harness);
  samples = {
    name: "another",
    models: ["openai/*"],
    endpoints: ["chat"],
    providers: ["openai"],
    model_aliases: { fast: "openai/gpt-4o-mini" },
    tags: ["a"],
    metadata: { a: 1 },
    expires_at: "2027-01-01T00:00:00.000Z",
    when_short: "reject",
    min_output_tokens: 1,
    on_disconnect: "abort",
    allow_unpriced: true,
    team_id: await make(harness, "teams", { name: "a team" }),
    user_id: await make(harness, "users", {}),
    external_id: "employee-1",
    email: "a@example.com",
    blocked: true,
    on_lapse: "release",
    on_store_outage: "open",
    enforcement: "shadow",
    alert_at: [0.25],
    include_team_spend: true,
  };
});
afterAll(() => harness.close());

const patches = ALL_OPERATIONS.filter(({ method }) => method === "PATCH");
const clearable = patches.flatMap((operation) =>
  fieldsOf(operation.body ?? z.never())
    .filter(({ path, schema }) => path.length === 1 && schema?.safeParse(null).success)
    .map(({ path }) => [operation.path, String(path[0]), operation] as const),
);

test.each(clearable)(
  "PATCH %s: null clears %s, and what is absent stays (R56)",
  async (_, field, operation) => {
    expect(Object.keys(samples)).toContain(field);
    const path = await pathFor(operation, field);
    const patch = async (body: object) => {
      const { status, body: changed } = await harness.call("PATCH", path, { body });
      expect([status, changed]).toEqual([200, changed]);
      return shown();
    };
    const shown = async () => withoutTimes(bodyOf(await harness.call("GET", path)));
    const without = await patch({ [field]: null });
    const withIt = await patch({ [field]: samples[field] });
    expect(withIt).toEqual({ ...without, [field]: samples[field] });
    expect(await patch({})).toEqual(withIt);
    expect(await patch({ [field]: null })).toEqual(without);
  },
);

/** Only a budget on a user has team spend to include. */
async function pathFor(operation: Operation, field: string): Promise<string> {
  if (field !== "include_team_spend") return world.pathOf(operation);
  const scope = { kind: "user", id: String(samples["user_id"]) } as const;
  const id = await make(harness, "budgets", { scope, limit: "1", period: "day" });
  return world.pathOf(operation, { id });
}

function withoutTimes(view: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(view).filter(([name]) => name !== "updated_at"));
}
