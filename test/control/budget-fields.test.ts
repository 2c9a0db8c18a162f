import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Harness, detailOf, makeBudget, pointersOf, startHarness } from "./harness.ts";

let harness: Harness;
let budgetId: string;
beforeAll(async () => {
  harness = await startHarness();
  budgetId = await makeBudget(harness);
});
afterAll(() => harness.close());

/** JSON as text, for what JavaScript's own JSON can't say. */
type Raw = string;

/** R55, R57, R63: no limit but a plain, finite amount of 0 or more. */
const LIMITS: Raw[] = [
  "null",
  "-1",
  "-2",
  "-0.01",
  '"-1"',
  '"-0"',
  '"NaN"',
  '"Infinity"',
  "1e400",
  "-1e400",
  "1e21",
  '"1e3"',
  '"0x10"',
  '""',
  '" 1"',
  '"1,000"',
  '"$1"',
  '"1."',
  '".5"',
  '"+1"',
  '"0.0000000001"',
  "0.0000000001",
  "0.30000000000000004",
  '"9007199.000000001"',
  "9007200",
  '"9007200"',
  '"99999999999999999999"',
  "9007199254740993",
  "true",
  "[]",
  '["1"]',
  "{}",
];

/** R36: nothing but a period, spelled out. */
const PERIODS: [Raw, string][] = [
  ["null", "/period"],
  ["30", "/period"],
  ['""', "/period"],
  ['"1hr"', "/period"],
  ['"month1"', "/period"],
  ['"0d"', "/period"],
  ['"-1d"', "/period"],
  ['"1.5h"', "/period"],
  ['"Month"', "/period"],
  ['"monthly"', "/period"],
  ['"30D"', "/period"],
  ['"1y"', "/period"],
  ['"99999999d"', "/period"],
  ['" day"', "/period"],
  ['"0mo"', "/period"],
  ['"121mo"', "/period"],
  ['"1M"', "/period"],
  ['"1.5mo"', "/period"],
  ["[]", "/period"],
  ["{}", "/period/kind"],
  ['{"kind":"fortnight"}', "/period/kind"],
  ['{"kind":1}', "/period/kind"],
  ['{"kind":"duration"}', "/period/seconds"],
  ['{"kind":"duration","seconds":0}', "/period/seconds"],
  ['{"kind":"duration","seconds":-60}', "/period/seconds"],
  ['{"kind":"duration","seconds":1.5}', "/period/seconds"],
  ['{"kind":"duration","seconds":"60"}', "/period/seconds"],
  ['{"kind":"duration","seconds":316224001}', "/period/seconds"],
  ['{"kind":"duration","seconds":1e400}', "/period/seconds"],
  ['{"kind":"duration","seconds":60,"anchor":"2026-01-01"}', "/period/anchor"],
  ['{"kind":"duration","seconds":60,"anchor":null}', "/period/anchor"],
  ['{"kind":"duration","seconds":60,"anchor":"1969-01-01T00:00:00Z"}', "/period/anchor"],
  ['{"kind":"month","seconds":60}', "/period/seconds"],
  ['{"kind":"total","anchor":"2026-01-01T00:00:00Z"}', "/period/anchor"],
  ['{"kind":"month","unit":1}', "/period/unit"],
  ['{"kind":"duration","seconds":60,"every":1}', "/period/every"],
  ['{"kind":"duration","seconds":60,"timezone":"UTC"}', "/period/timezone"],
  ['{"kind":"total","timezone":"UTC"}', "/period/timezone"],
  ['{"kind":"month","every":0}', "/period/every"],
  ['{"kind":"month","every":-1}', "/period/every"],
  ['{"kind":"month","every":1.5}', "/period/every"],
  ['{"kind":"month","every":"2"}', "/period/every"],
  ['{"kind":"month","every":null}', "/period/every"],
  ['{"kind":"day","every":3661}', "/period/every"],
  ['{"kind":"week","every":523}', "/period/every"],
  ['{"kind":"month","every":121}', "/period/every"],
  ['{"kind":"quarter","every":41}', "/period/every"],
  ['{"kind":"year","every":11}', "/period/every"],
  ['{"kind":"year","every":1e400}', "/period/every"],
  ['{"kind":"day","timezone":"Mars/Olympus"}', "/period/timezone"],
  ['{"kind":"day","timezone":"+01:00"}', "/period/timezone"],
  ['{"kind":"day","timezone":""}', "/period/timezone"],
  ['{"kind":"day","timezone":1}', "/period/timezone"],
  ['{"kind":"day","timezone":null}', "/period/timezone"],
  ['{"kind":"day","anchor":"yesterday"}', "/period/anchor"],
  ['{"kind":"month","anchor":"2026-01-31"}', "/period/anchor"],
  ['{"kind":"month","anchor":"2026-02-30T00:00:00Z"}', "/period/anchor"],
  ['{"kind":"month","anchor":1767225600}', "/period/anchor"],
  ['{"kind":"month","anchor":"1969-12-31T23:59:59Z"}', "/period/anchor"],
];

const SETTINGS: [string, Raw, string][] = [
  ["alert_at", "0.5", "/alert_at"],
  ["alert_at", "[0]", "/alert_at/0"],
  ["alert_at", "[1.01]", "/alert_at/0"],
  ["alert_at", "[-0.5]", "/alert_at/0"],
  ["alert_at", "[1e400]", "/alert_at/0"],
  ["alert_at", '["0.5"]', "/alert_at/0"],
  ["alert_at", "[0.5,null]", "/alert_at/1"],
  ["alert_at", "[0.5,0.5]", "/alert_at"],
  ["alert_at", "[0.1,0.2,0.3,0.4,0.5,0.6,0.7,0.8,0.9,1,0.05]", "/alert_at"],
  ["name", '""', "/name"],
  ["name", "1", "/name"],
  ["on_lapse", '"forget"', "/on_lapse"],
  ["on_lapse", "true", "/on_lapse"],
  ["enforcement", '"off"', "/enforcement"],
  ["enforcement", "1", "/enforcement"],
  ["on_store_outage", '"maybe"', "/on_store_outage"],
  ["on_store_outage", "true", "/on_store_outage"],
  ["models", '"openai/*"', "/models"],
  ["models", "[]", "/models"],
  ["models", '[""]', "/models/0"],
  ["models", '["openai/*",1]', "/models/1"],
  ["models", JSON.stringify(Array.from({ length: 101 }, (_, n) => `m${n}`)), "/models"],
  ["include_team_spend", '"yes"', "/include_team_spend"],
  ["include_team_spend", "true", "/include_team_spend"],
  ["id", '"bud_1"', "/id"],
  ["spent", '"0"', "/spent"],
  ["generation", "7", "/generation"],
];

/** R55, R57, R63: of units that are counted, no limit but a whole number of 0 or more. */
const COUNTS: Raw[] = [
  "null",
  "-1",
  '"-1"',
  '"-0"',
  "1.5",
  '"1.5"',
  '"1e3"',
  "1e400",
  '"NaN"',
  '""',
  '" 1"',
  '"1.00"',
  "9007199000000001",
  '"9007199000000001"',
  "9007199254740993",
  '"99999999999999999999"',
  "true",
  "{}",
];

const COMPLETE = {
  scope: '{"kind":"organization","id":"org_default"}',
  limit: '"1"',
  period: '"day"',
};

const post = (fields: Record<string, Raw | undefined>) =>
  harness.call("POST", "/api/v1/budgets", { text: objectOf({ ...COMPLETE, ...fields }) });
const patch = (fields: Record<string, Raw>) =>
  harness.call("PATCH", `/api/v1/budgets/${budgetId}`, { text: objectOf(fields) });

function objectOf(fields: Record<string, Raw | undefined>): string {
  const members = Object.entries(fields).filter(([, raw]) => raw !== undefined);
  return `{${members.map(([name, raw]) => `${JSON.stringify(name)}:${raw}`).join(",")}}`;
}

const ways = [
  ["POST", post],
  ["PATCH", patch],
] as const;

describe.each(ways)("%s", (_, send) => {
  test.each(LIMITS)("R55, R57, R63: refuses the limit %s", async (limit) => {
    const answer = await send({ limit });
    expect([answer.status, pointersOf(answer)]).toEqual([400, ["/limit"]]);
  });

  test.each(PERIODS)("R36: refuses the period %s at %s", async (period, pointer) => {
    const answer = await send({ period });
    expect([answer.status, pointersOf(answer)]).toEqual([400, [pointer]]);
  });

  test.each(SETTINGS)("refuses %s: %s at %s", async (field, value, pointer) => {
    const answer = await send({ [field]: value });
    expect([answer.status, pointersOf(answer)]).toEqual([400, [pointer]]);
  });
});

describe.each(["requests", "tokens", "concurrent"] as const)("a budget of %s", (unit) => {
  const period = unit === "concurrent" ? undefined : '"day"';

  test.each(COUNTS)("R55, R57, R63: POST refuses the limit %s", async (limit) => {
    const answer = await post({ unit: `"${unit}"`, period, limit });
    expect([answer.status, pointersOf(answer)]).toEqual([400, ["/limit"]]);
  });

  test.each(COUNTS)("R55, R57, R63: PATCH refuses the limit %s", async (limit) => {
    const id = await makeBudget(harness, { unit, limit: 1, period: unit === "concurrent" ? "total" : "day" });
    const answer = await harness.call("PATCH", `/api/v1/budgets/${id}`, { text: objectOf({ limit }) });
    expect([answer.status, pointersOf(answer)]).toEqual([400, ["/limit"]]);
  });
});

test.each(['"day"', '"1h"', '{"kind":"month"}', "null"])(
  "a slot is free or it isn't: concurrent refuses the period %s",
  async (period) => {
    const answer = await post({ unit: '"concurrent"', limit: "1", period });
    expect([answer.status, pointersOf(answer)]).toEqual([400, ["/period"]]);
    const id = await makeBudget(harness, { unit: "concurrent", limit: 1, period: "total" });
    const changed = await harness.call("PATCH", `/api/v1/budgets/${id}`, { text: objectOf({ period }) });
    expect([changed.status, pointersOf(changed)]).toEqual([400, ["/period"]]);
  },
);

test.each<[Record<string, Raw>, string]>([
  [{ unit: '"concurrent"', limit: "1", period: '"total"', count_from: '"period_start"' }, "/count_from"],
  [{ scope: '{"kind":"customer","id":"*"}', count_from: '"period_start"' }, "/count_from"],
  [{ scope: '{"kind":"team","id":"*"}', include_team_spend: "true" }, "/include_team_spend"],
])("POST refuses %j at %s", async (fields, pointer) => {
  const answer = await post(fields);
  expect([answer.status, pointersOf(answer)]).toEqual([400, [pointer]]);
});

test.each([
  ["limit", "/limit"],
  ["period", "/period"],
  ["scope", "/scope"],
])("POST without %s is 400", async (field, pointer) => {
  const answer = await post({ [field]: undefined });
  expect(detailOf(answer, pointer)).toBe("is required");
});

test.each([
  ["scope", '"org_default"', "/scope"],
  ["scope", "{}", "/scope/kind"],
  ["scope", '{"kind":"organization"}', "/scope/id"],
  ["scope", '{"kind":"organization","id":""}', "/scope/id"],
  ["scope", '{"kind":"organization","id":1}', "/scope/id"],
  ["scope", '{"kind":"planet","id":"x"}', "/scope/kind"],
  ["scope", '{"kind":"organization","id":"org_default","x":1}', "/scope/x"],
  ["scope", '{"kind":"organization","id":"*"}', "/scope/id"],
  ["scope", '{"kind":"organization","id":"org_default","team_id":"team_1"}', "/scope/team_id"],
  ["scope", '{"kind":"team","id":"*","team_id":"team_1"}', "/scope/team_id"],
  ["scope", '{"kind":"customer","id":"acme","team_id":"team_1"}', "/scope/team_id"],
  ["scope", '{"kind":"customer","id":"*","team_id":"team_00000000000000000000000000"}', "/scope/team_id"],
  ["scope", '{"kind":"customer","id":"*","team_id":1}', "/scope/team_id"],
  ["scope", '{"kind":"customer","id":""}', "/scope/id"],
  ["scope", `{"kind":"customer","id":"${"x".repeat(257)}"}`, "/scope/id"],
  ["scope", `{"kind":"customer","id":"${"é".repeat(129)}"}`, "/scope/id"],
  ["scope", '{"kind":"customer","id":"a\\nb"}', "/scope/id"],
  ["scope", '{"kind":"tag","id":"a\\u0085b"}', "/scope/id"],
  ["scope", '{"kind":"tag","id":"a\\u0000b"}', "/scope/id"],
  ["scope", '{"kind":"tag","id":"\\ud800"}', "/scope/id"],
  ["scope", `{"kind":"tag","id":"${"x".repeat(257)}"}`, "/scope/id"],
  ["scope", '{"kind":"team","id":"team_00000000000000000000000000"}', "/scope/id"],
  ["scope", '{"kind":"user","id":"user_00000000000000000000000000"}', "/scope/id"],
  ["scope", '{"kind":"key","id":"key_00000000000000000000000000"}', "/scope/id"],
  ["scope", '{"kind":"member","id":"team_1"}', "/scope/id"],
  ["scope", '{"kind":"member","id":"team_1/user_1"}', "/scope/id"],
  ["unit", '"eur"', "/unit"],
  ["unit", "null", "/unit"],
  ["count_from", '"yesterday"', "/count_from"],
  ["organization_id", "null", "/organization_id"],
])("POST refuses %s: %s at %s", async (field, value, pointer) => {
  const answer = await post({ [field]: value });
  expect(answer.status).toBe(400);
  expect(pointersOf(answer)).toContain(pointer);
});

test.each(["scope", "unit", "organization_id", "count_from"])("PATCH can't change %s", async (field) => {
  const answer = await patch({ [field]: '"usd"' });
  expect(detailOf(answer, `/${field}`)).toBe("can't be changed");
});

test("a refused change changes nothing", async () => {
  const path = `/api/v1/budgets/${budgetId}`;
  const before = await harness.call("GET", path);
  await patch({ limit: '"5"', name: "1" });
  expect((await harness.call("GET", path)).body).toEqual(before.body);
});
