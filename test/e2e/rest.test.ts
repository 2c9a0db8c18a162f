// An organization from its first team to the end of a key, told by the client of /openapi.json and calls alone.

import { afterAll, beforeAll, expect, test } from "vitest";
import { createApi, shown, type Api, type Schemas } from "../support/api-client.ts";
import { call, refusalOf } from "../support/e2e-calls.ts";
import { nanoUsd } from "../support/e2e-money.ts";
import { startRig, type Rig } from "../support/e2e-rig.ts";
import { costOfTokens, MINI, smallChat, usageOf } from "../support/e2e-small-calls.ts";
import { until } from "../support/e2e-until.ts";

const COST = costOfTokens(100, 50);
const CUSTOMER = "acme / München";
const CUSTOMERS_CHAT = smallChat(50, { user: CUSTOMER });

let rig: Rig;
let api: Api;
let organization_id: string;
let token: Schemas["NewToken"];
const made = { team: "", ann: "", ben: "" };
let keys: { service: Schemas["NewKey"]; personal: Schemas["NewKey"] };
let budgets: Record<"organization" | "team" | "member" | "user" | "customers" | "tag", string>;

const at = (id: string) => ({ params: { path: { id } } });
const of = (id: string) => ({ params: { path: { id }, query: { organization_id } } });
const here = { params: { query: {} } };

beforeAll(async () => {
  rig = await startRig();
  const admin = createApi({ url: rig.url, credential: rig.stack.adminKey });
  const body = { name: "Acme", model_aliases: { fast: "openai/gpt-4o-mini" } };
  organization_id = (await shown(admin.POST("/api/v1/organizations", { body }))).id;
  const of = { name: "the operator", role: "org-admin", organization_id } as const;
  token = await shown(admin.POST("/api/v1/tokens", { body: of }));
  // All that follows is done by the organization's own admin.
  api = createApi({ url: rig.url, credential: token.secret });
});
afterAll(() => rig.stop());

test("who is who: a team, its members, and a key for a service and for a person", async () => {
  const post = { body: { name: "Search" } };
  made.team = (await shown(api.POST("/api/v1/teams", post))).id;
  made.ann = (await shown(api.POST("/api/v1/users", { body: { email: "ann@acme.example" } }))).id;
  made.ben = (await shown(api.POST("/api/v1/users", { body: { name: "Ben" } }))).id;
  const member = await shown(
    api.POST("/api/v1/teams/{id}/members", { ...at(made.team), body: { user_id: made.ann, role: "lead" } }),
  );
  expect(member).toMatchObject({ team_id: made.team, user_id: made.ann, role: "lead" });
  const service = await shown(
    api.POST("/api/v1/keys", {
      body: {
        name: "service",
        team_id: made.team,
        user_id: made.ann,
        tags: ["nightly"],
        when_short: "reject",
        budgets: [{ limit: "1.00", period: { kind: "month", timezone: "Europe/Berlin" } }],
      },
    }),
  );
  const personal = await shown(api.POST("/api/v1/keys", { body: { user_id: made.ben } }));
  keys = { service, personal };
  expect(service.budgets[0]?.period).toEqual({ kind: "month", timezone: "Europe/Berlin" });
  expect((await shown(api.GET("/api/v1/keys", here))).data.map(({ id }) => id)).toEqual([
    personal.id,
    service.id,
  ]);
});

test("budgets on every kind of place, and what a call would hold", async () => {
  const create = async (scope: Schemas["Scope"]) =>
    (await shown(api.POST("/api/v1/budgets", { body: { scope, limit: "5", period: "total" } }))).id;
  budgets = {
    organization: await create({ kind: "organization", id: organization_id }),
    team: await create({ kind: "team", id: made.team }),
    member: await create({ kind: "member", id: `${made.team}/${made.ann}` }),
    user: await create({ kind: "user", id: made.ben }),
    customers: await create({ kind: "customer", id: "*" }),
    tag: await create({ kind: "tag", id: "nightly" }),
  };
  const path = "/openai/v1/chat/completions";
  const body = { ...smallChat(50), model: "fast" };
  const { hold, model } = await shown(api.POST("/api/v1/prices/quote", { body: { path, body } }));
  expect(model).toBe(MINI.model);
  const answer = await callAs("personal", body);
  expect(answer.headers.get("x-tollgate-hold-usd")).toBe(hold);
});

test("calls are charged to the places of their keys, and every page of the books says the same", async () => {
  await callAs("service", CUSTOMERS_CHAT);
  const refused = await call(rig, {
    secret: keys.service.secret,
    body: smallChat(16_000, { n: 128, user: CUSTOMER }),
  });
  expect(refusalOf(refused).tollgate).toMatchObject({ code: "request_too_large" });
  const spent = async (id: string, instance?: string) => {
    const query = instance === undefined ? {} : { instance };
    const live = await shown(api.GET("/api/v1/budgets/{id}", { params: { path: { id }, query } }));
    return nanoUsd(String(live.spent));
  };
  expect(await spent(budgets.organization)).toBe(2n * COST);
  for (const id of [budgets.team, budgets.member, budgets.tag, budgets.user])
    expect(await spent(id)).toBe(COST);
  expect(await spent(budgets.customers, CUSTOMER)).toBe(COST);
  // The customer has no row, and an id with a slash, a space and an umlaut.
  const query = { customer: CUSTOMER };
  const [entry] = (await shown(api.GET("/api/v1/ledger", { params: { query } }))).data;
  expect(entry).toMatchObject({ kind: "settled", team_id: made.team, user_id: made.ann, tags: ["nightly"] });
  const request = await shown(api.GET("/api/v1/requests/{id}", of(entry?.request_id ?? "")));
  expect(request).toMatchObject({ outcome: "completed", usage: { input_total: 100, output_total: 50 } });
  expect(nanoUsd(request.cost)).toBe(COST);
  const usage = await shown(api.GET("/api/v1/usage", { params: { query: { group_by: "team,model" } } }));
  if (typeof usage === "string") throw new Error("it is CSV only where it is asked for");
  expect(usage.data.map(({ team, cost }) => [team, nanoUsd(cost)])).toEqual([
    [made.team, COST],
    [null, COST],
  ]);
  const csv = { params: { query: { group_by: "model", format: "csv" } }, parseAs: "text" } as const;
  expect(await shown(api.GET("/api/v1/usage", csv))).toContain(`${MINI.model},2,200,100,`);
  expect((await shown(api.GET("/api/v1/holds", here))).data).toEqual([]);
  expect((await shown(api.POST("/api/v1/reconcile", here))).drift).toEqual([]);
});

test("changes hold at once: of a limit, an adjustment, a reset, a secret, a customer", async () => {
  const { service } = keys;
  const body = { limit: "0" };
  await shown(api.PATCH("/api/v1/budgets/{id}", { ...at(budgets.team), body }));
  expect((await call(rig, { secret: service.secret, body: smallChat(50) })).status).toBe(402);
  const raise = { body: { amount: "1.00", reason: "launch" } };
  const raised = await shown(api.POST("/api/v1/budgets/{id}/adjustments", { ...at(budgets.team), ...raise }));
  expect(raised).toMatchObject({ amount: "1.00", reason: "launch" });
  await callAs("service", smallChat(50));
  const reset = await shown(api.POST("/api/v1/budgets/{id}/reset", at(budgets.team)));
  expect(reset).toMatchObject({ spent: "0.00", effective_limit: "1.00" });

  const rotated = await shown(api.POST("/api/v1/keys/{id}/rotate", { ...at(service.id), body: {} }));
  expect((await call(rig, { secret: service.secret, body: smallChat(50) })).status).toBe(401);
  const own = await shown(createApi({ url: rig.url, credential: rotated.secret }).GET("/api/v1/key"));
  expect(own.budgets.map(({ id }) => id)).toContain(budgets.member);
  keys.service = { ...service, secret: rotated.secret };

  await shown(api.POST("/api/v1/customers", { body: { id: CUSTOMER, blocked: true } }));
  expect((await call(rig, { secret: rotated.secret, body: CUSTOMERS_CHAT })).status).toBe(403);
  await shown(api.DELETE("/api/v1/customers/{id}", of(CUSTOMER)));
  await callAs("service", CUSTOMERS_CHAT);
});

test("what is referred to stays, a revoked key ends, and the audit has all of it by name", async () => {
  const inUse = await api.DELETE("/api/v1/teams/{id}", at(made.team));
  expect(inUse.error).toMatchObject({ status: 409, code: "in_use", references: { keys: 1 } });
  await shown(api.DELETE("/api/v1/keys/{id}", at(keys.service.id)));
  expect(await shown(api.GET("/api/v1/keys/{id}", at(keys.service.id)))).toMatchObject({ status: "revoked" });
  const events = await shown(api.GET("/api/v1/audit", { params: { query: { limit: 200 } } }));
  const done = events.data.map(({ action, resource }) => `${resource.kind} ${action}`);
  const created = ["organizations", "management_tokens", "teams", "users", "team_members", "keys", "budgets"];
  const others = "adjustments created, customers created, customers deleted, budgets changed, budgets reset";
  const ofBooks = "budgets compared, keys rotated, keys revoked";
  const expected = [...created.map((kind) => `${kind} created`), ...`${others}, ${ofBooks}`.split(", ")];
  expect([...new Set(done)].toSorted()).toEqual(expected.toSorted());
  const byToken = events.data.filter(({ actor }) => actor === token.id);
  expect(events.data.length - byToken.length).toBe(2);
});

/** A call that is answered, once it is in the ledger. */
async function callAs(key: keyof typeof keys, body: object) {
  const scenario = { usage: usageOf(100, 50) };
  const answer = await call(rig, { secret: keys[key].secret, body, scenario });
  expect(answer.status).toBe(200);
  await until("it to be booked", async () => {
    const { data } = await api.GET("/api/v1/requests/{id}", of(answer.requestId));
    return data?.outcome ?? undefined;
  });
  return answer;
}
