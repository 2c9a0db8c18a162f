import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { drainOutbox } from "../../src/ledger/drain.ts";
import { lapseEnded } from "../../src/ledger/lapse.ts";
import { alertsOf, deliveriesOf, makeBudget, makeEndpoint, type BudgetFields } from "../support/alerts.ts";
import { LEASE_MS, START_MS, startRig, type Rig, type RigWorker } from "../support/books-rig.ts";
import { DAY_MS, dayOf, reserved, settle, type TestLine } from "../support/calls.ts";
import { entriesOf } from "../support/exact-books.ts";

const USD = 1_000_000_000;
const TODAY = "2026-03-14T00:00:00.000Z";
const AT_ONCE = 50;

describe("what a booking leads to", () => {
  let rig: Rig;
  let worker: RigWorker;
  let org: string;
  let holds = 0;

  beforeAll(async () => {
    rig = await startRig();
  });
  afterAll(() => rig.close());
  beforeEach(() => {
    org = rig.organization().replace("_", "_a");
    worker = rig.worker({ http: false });
  });

  /** The id of a budget of this test's own organization. */
  const id = (name = "") => `bud${name}${org}`;
  const budget = (fields: Omit<BudgetFields, "id">, name?: string) =>
    makeBudget(rig, org, { id: id(name), ...fields });

  async function spend(amountNanoUsd: number, lines: TestLine[] = [{ counter: id() }]) {
    const many = lines.map((line) => ({ limit: Number.MAX_SAFE_INTEGER, ...line }));
    const holdId = `h${(holds += 1)}`;
    const call = await reserved(worker.books, { org, holdId, amountNanoUsd, lines: many });
    await settle(worker.books, call, amountNanoUsd);
    return call;
  }
  const told = async () =>
    (await alertsOf(rig, org)).map(({ type, threshold, spent }) =>
      [type, threshold, spent].filter((each) => each !== undefined).join(" "),
    );

  test("R60: each threshold is told once, whoever of fifty settles at once crosses it", async () => {
    await budget({ limit: 100 * USD });
    await makeEndpoint(rig, org, { events: ["budget.threshold"] });
    const others = [worker, rig.worker({ http: false }), rig.worker({ http: false })];
    const calls = await Promise.all(
      Array.from({ length: AT_ONCE }, (_, i) =>
        reserved(worker.books, {
          org,
          holdId: `at-once-${i}`,
          amountNanoUsd: 2 * USD,
          lines: [{ counter: id(), limit: Number.MAX_SAFE_INTEGER }],
        }),
      ),
    );
    await Promise.all(
      calls.map((call, i) => settle((others[i % others.length] ?? worker).books, call, 2 * USD - 1)),
    );
    await spend(1);
    const alerts = await alertsOf(rig, org);
    expect(alerts.map(({ type, threshold }) => [type, threshold])).toEqual([
      ["budget.threshold", 0.5],
      ["budget.threshold", 0.8],
    ]);
    expect(await deliveriesOf(rig, org)).toHaveLength(2);
  });

  test("R60: a budget for each tells of each instance, not of all together", async () => {
    await budget({ limit: 10 * USD, scope: { kind: "key", id: "*" } });
    await spend(6 * USD, [{ counter: `${id()}:key_a` }]);
    await spend(USD, [{ counter: `${id()}:key_a` }]);
    await spend(6 * USD, [{ counter: `${id()}:b%3A%2Fb` }]);
    expect((await alertsOf(rig, org)).map(({ scope, threshold }) => [scope, threshold])).toEqual([
      [{ kind: "key", id: "b:/b" }, 0.5],
      [{ kind: "key", id: "key_a" }, 0.5],
    ]);
  });

  test("reaching the limit is told as that, with no threshold; one below isn't, and later spend tells nothing more", async () => {
    await budget({ limit: 10 * USD, alertAt: [1] });
    await spend(10 * USD - 1);
    expect(await told()).toEqual([]);
    await spend(1);
    await spend(USD);
    expect(await alertsOf(rig, org)).toEqual([
      {
        type: "budget.exhausted",
        budget: id(),
        organization_id: org,
        scope: { kind: "organization", id: org },
        unit: "usd",
        enforcement: "hard",
        spent: "10.00",
        limit: "10.00",
        period_start: TODAY,
      },
    ]);
  });

  test("one call that leaps over several thresholds tells each, and the limit even if no threshold says 1", async () => {
    await budget({ limit: 10 * USD, alertAt: [0.000001, 0.8], enforcement: "soft" });
    await spend(12.5 * USD);
    expect(await told()).toEqual([
      "budget.exhausted 12.50",
      "budget.threshold 0.000001 12.50",
      "budget.threshold 0.8 12.50",
    ]);
  });

  test("the next period tells again, and a late settle tells of its own", async () => {
    await budget({ limit: 10 * USD, alertAt: [0.5] });
    await spend(5 * USD);
    const yesterday = dayOf(rig.clock.now()) - DAY_MS;
    await spend(5 * USD, [{ counter: id("old"), periodStartMs: yesterday }]);
    await budget({ limit: 10 * USD, alertAt: [0.5] }, "old");
    await spend(USD, [{ counter: id("old"), periodStartMs: yesterday }]);
    const starts = (await alertsOf(rig, org)).map(({ period_start }) => String(period_start));
    expect(starts.toSorted()).toEqual(["2026-03-13T00:00:00.000Z", TODAY]);
  });

  test("a limit that was changed, or adjusted for a while, is told of anew, once for each limit", async () => {
    await budget({ limit: 10 * USD, alertAt: [0.5] });
    await spend(6 * USD);
    const until = new Date(START_MS + 10 * DAY_MS).toISOString();
    await rig.rows(
      "insert into adjustments (id, organization_id, budget_id, amount, until) values ($1, $2, $3, $4, $5)",
      `adj_${org}`,
      org,
      id(),
      String(10 * USD),
      until,
    );
    await spend(3 * USD);
    await spend(USD);
    await rig.rows("update adjustments set until = '2026-03-01' where budget_id = $1", id());
    await spend(USD);
    const limits = (await alertsOf(rig, org)).map(({ type, limit, spent }) => [type, spent, limit].join(" "));
    expect(limits.toSorted()).toEqual([
      "budget.exhausted 11.00 10.00",
      "budget.threshold 10.00 20.00",
      "budget.threshold 6.00 10.00",
    ]);
  });

  test("amounts stand in the budget's unit; slots have none to tell of, nor has a count that a change of period ended", async () => {
    await budget({ limit: 10, unit: "requests" }, "r");
    await budget({ limit: 100, unit: "tokens", enforcement: "shadow", alertAt: [] }, "t");
    await budget({ limit: 1, unit: "concurrent", period: { kind: "total" } }, "c");
    await budget({ limit: 1, period: { kind: "week" } }, "g");
    await rig.rows("update budgets set generation = 2 where id = $1", id("g"));
    const lines = [
      { counter: id("r"), amount: 5 },
      { counter: id("t"), amount: 250 },
    ];
    await spend(7, [...lines, { counter: id("c"), amount: 1 }, { counter: id("g") }]);
    expect(await told()).toEqual(["budget.exhausted 250", "budget.threshold 0.5 5"]);
    await spend(7, [{ counter: `${id("g")}~2` }]);
    expect(await told()).toContain("budget.exhausted 0.000000007");
  });

  test("a limit of 0 has no shares: it is exhausted by the first spend, not by a call that cost nothing", async () => {
    await budget({ limit: 0, enforcement: "soft" });
    await spend(0);
    expect(await told()).toEqual([]);
    await spend(1);
    expect(await told()).toEqual(["budget.exhausted 0.000000001"]);
  });

  test("a hold that lapses is told of once; the settle that comes late tells nothing", async () => {
    await makeEndpoint(rig, org);
    const call = await reserved(worker.books, {
      org,
      holdId: "late",
      amountNanoUsd: 2_000,
      lines: [{ counter: id() }],
    });
    rig.clock.advance(LEASE_MS);
    await lapseEnded(worker.books, org);
    await drainOutbox(worker.books, org, { force: true });
    await settle(worker.books, call, 300);
    expect(await alertsOf(rig, org)).toEqual([
      {
        type: "hold.lapsed",
        hold_id: "late",
        request_id: "req_late",
        key_id: "key_1",
        team_id: "team_1",
        customer: "ada",
        organization_id: org,
        amount: "0.000002",
        budgets: [id()],
      },
    ]);
  });

  test("laws 4 and 12: what fails in the raising stops no booking, is reported, and is made good by the next", async () => {
    await budget({ limit: 10 * USD, alertAt: "none of the kind" });
    const call = await spend(6 * USD);
    expect(await entriesOf(rig, call)).toMatchObject([{ kind: "settled", amount: 6 * USD }]);
    expect(worker.books.reports).toContain("alerts_undetected");
    expect(await told()).toEqual([]);
    await rig.rows("update budgets set alert_at = '[0.5]' where id = $1", id());
    await spend(1);
    expect(await told()).toEqual(["budget.threshold 0.5 6.000000001"]);
  });

  test("only enabled endpoints that asked for the type, of the organization, get a delivery; one to which a thousand wait none", async () => {
    await budget({ limit: 10 * USD, alertAt: [0.5] });
    const asked = await makeEndpoint(rig, org, { events: ["budget.threshold"] });
    await makeEndpoint(rig, org, { events: ["budget.exhausted"] });
    const disabled = await makeEndpoint(rig, org);
    await rig.rows("update webhook_endpoints set enabled = false where id = $1", disabled.id);
    await makeEndpoint(rig, `${org}other`);
    const full = await makeEndpoint(rig, org);
    await rig.rows(
      `insert into webhook_deliveries (id, organization_id, endpoint_id, type, payload, due_at)
       select $1 || n, $2, $1, 'hold.lapsed', '{}', '2030-01-01' from generate_series(1, 1000) n`,
      full.id,
      org,
    );
    await spend(5 * USD);
    const rows = await rig.rows(
      "select endpoint_id from webhook_deliveries where type = 'budget.threshold' and organization_id like $1",
      `${org}%`,
    );
    expect(rows).toEqual([{ endpoint_id: asked.id }]);
  });

  test("what is old goes on the way, some at a time, but never an alert whose period isn't long over", async () => {
    await budget({ limit: 10 * USD, alertAt: [0.5] });
    await budget({ limit: 10 * USD, alertAt: [0.5], period: { kind: "total" } }, "t");
    await budget({ limit: 10 * USD, alertAt: [0.5], period: { kind: "year" } }, "y");
    const endpoint = await makeEndpoint(rig, org);
    const year = { counter: id("y"), periodStartMs: Date.UTC(2026, 0, 1) };
    await spend(5 * USD, [{ counter: id() }, { counter: id("t"), periodStartMs: 0 }, year]);
    await rig.rows(
      "update webhook_deliveries set due_at = null where endpoint_id = $1 and payload->'data'->>'budget' = $2",
      endpoint.id,
      id(),
    );
    const data = { organization_id: org, key_id: "key_x", expires_at: new Date(START_MS).toISOString() };
    const raise = (occasion: string, afterMs: number) =>
      worker.books.ledger.raiseAlert(
        org,
        { occasion, type: "key.expiring", data, endsAtMs: START_MS },
        START_MS + afterMs,
      );
    await raise("soon", 5 * DAY_MS);
    expect(await alertsOf(rig, org)).toHaveLength(4);
    await raise("later", 93 * DAY_MS);
    const left = await rig.rows("select occasion from alerts where organization_id = $1 order by 1", org);
    expect(left.map(({ occasion }) => occasion?.replace(/:.*/, ""))).toEqual([
      "later",
      "soon",
      "threshold",
      "threshold",
    ]);
    const log = await rig.rows(
      "select payload->'data'->>'budget' as budget from webhook_deliveries where organization_id = $1 order by 1",
      org,
    );
    expect(log.map(({ budget: of }) => of).filter((of) => of !== null)).toEqual([id("t"), id("y")]);
    expect(await raise("later", 93 * DAY_MS)).toBe(false);
  });
});
