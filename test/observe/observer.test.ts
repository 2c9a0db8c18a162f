import { describe, expect, test } from "vitest";
import { logLine, type CallRecord } from "../../src/observe/call-record.ts";
import { exposition } from "../../src/observe/exposition.ts";
import { createObserver } from "../../src/observe/observer.ts";

const CALL: CallRecord = {
  requestId: "req_1",
  endpoint: "/v1/chat/completions",
  provider: "openai",
  outcome: "completed",
  status: 200,
  organizationId: "org_1",
  keyId: "key_1",
  model: "gpt-4o-mini",
  stream: false,
  holdNanoUsd: 9_000,
  costNanoUsd: 4_500,
  overrunNanoUsd: 0,
  estimated: false,
  admittedMs: 3,
  firstByteMs: 40,
  durationMs: 50,
  settleMs: 7,
};

function observerWith(send: (counts: [string, number][]) => Promise<void>, flushMs = 60_000) {
  const clock = { nowMs: 1_000 };
  const lines: string[] = [];
  const waiting: Promise<unknown>[] = [];
  const options = {
    log: (line: string) => lines.push(line),
    now: () => clock.nowMs,
    flushMs,
    send,
    batch: 2,
  };
  const observer = createObserver({ ...options, log: (line) => void lines.push(line) });
  const record = async (call: CallRecord) => {
    observer.record(call, (promise) => void waiting.push(promise));
    await Promise.all(waiting.splice(0));
  };
  return { observer, record, clock, lines };
}

describe("a call's line in the log", () => {
  test("has REST's names and units, and leaves out what isn't known", () => {
    expect(JSON.parse(logLine({ ...CALL, overrunNanoUsd: 1_500, estimated: true }))).toEqual({
      event: "call",
      request_id: "req_1",
      organization_id: "org_1",
      key_id: "key_1",
      provider: "openai",
      model: "gpt-4o-mini",
      endpoint: "/v1/chat/completions",
      stream: false,
      outcome: "completed",
      status: 200,
      hold: "0.000009",
      cost: "0.0000045",
      overrun: "0.0000015",
      estimated: true,
      admitted_ms: 3,
      first_byte_ms: 40,
      duration_ms: 50,
      settle_ms: 7,
    });
    const refused: CallRecord = {
      ...CALL,
      outcome: "refused",
      code: "invalid_key",
      status: 401,
      provider: null,
    };
    const line = JSON.parse(logLine({ ...refused, costNanoUsd: undefined as never })) as object;
    expect(line).toMatchObject({ code: "invalid_key", status: 401 });
    expect(Object.keys(line)).not.toContain("provider");
  });
});

describe("counts", () => {
  test("wait in memory for a flush, go along once, and come back where Redis is away", async () => {
    const sent: [string, number][][] = [];
    let away = true;
    const { record, clock, lines } = observerWith(async (counts) => {
      if (away) throw new Error("away");
      sent.push(counts);
    });
    await record(CALL);
    clock.nowMs += 4_999;
    expect(sent).toEqual([]);
    clock.nowMs += 1;
    await record(CALL);
    expect(sent).toEqual([]);
    away = false;
    clock.nowMs += 60_000;
    await record({ ...CALL, outcome: "refused", code: "budget_exceeded" });
    expect(Object.fromEntries(sent.flat())).toEqual({
      'tollgate_organization_calls_total{organization="org_1"}': 3,
      'tollgate_calls_total{provider="openai",outcome="completed"}': 2,
      'tollgate_cost_nano_usd_total{provider="openai"}': 9_000,
      'tollgate_hold_nano_usd_total{provider="openai"}': 18_000,
      'tollgate_refusals_total{code="budget_exceeded"}': 1,
    });
    expect(sent.every((part) => part.length <= 2)).toBe(true);
    clock.nowMs += 60_000;
    sent.length = 0;
    await record(CALL);
    expect(Object.fromEntries(sent.flat())['tollgate_organization_calls_total{organization="org_1"}']).toBe(
      1,
    );
    expect(lines).toHaveLength(4);
  });

  test("an organization's own provider is no label of its choosing", async () => {
    const sent: [string, number][] = [];
    const { record } = observerWith(async (counts) => void sent.push(...counts), 0);
    await record({ ...CALL, provider: "acme" });
    expect(sent.map(([series]) => series)).toContain(
      'tollgate_calls_total{provider="custom",outcome="completed"}',
    );
  });

  test("the books' reports are counted, and how many holds lapsed", async () => {
    const sent: [string, number][] = [];
    const { observer, record } = observerWith(async (counts) => void sent.push(...counts), 0);
    observer.event("holds_lapsed", { organization: "org_1", count: 3 });
    observer.event("books_drift", { counters: 2 });
    await record(CALL);
    expect(Object.fromEntries(sent)).toMatchObject({
      tollgate_lapses_total: 3,
      tollgate_drift_total: 2,
      'tollgate_events_total{event="holds_lapsed"}': 1,
    });
  });
});

test("the text for Prometheus: one block a name, buckets with all below them, gauges of the books", async () => {
  const sent: [string, number][] = [];
  const { observer, record } = observerWith(async (counts) => void sent.push(...counts), 0);
  for (const ms of [1, 3, 3, 9_000]) observer.latency("redis", ms);
  await record(CALL);
  const books = [{ organizationId: "org_1", holds: 4, outboxEntries: 2, oldestEntryAtMs: 8_500 }];
  const text = exposition(new Map([...sent, ["unknown_series", 1]]), books, 10_000);
  expect(text).not.toContain("unknown_series");
  expect(text.split("\n").filter((line) => line.startsWith("tollgate_store"))).toEqual([
    'tollgate_store_duration_seconds_bucket{store="redis",le="0.002"} 1',
    'tollgate_store_duration_seconds_bucket{store="redis",le="0.005"} 3',
    ...["0.01", "0.02", "0.05", "0.1", "0.25", "1", "8"].map(
      (le) => `tollgate_store_duration_seconds_bucket{store="redis",le="${le}"} 3`,
    ),
    'tollgate_store_duration_seconds_bucket{store="redis",le="+Inf"} 4',
    'tollgate_store_duration_seconds_sum{store="redis"} 9.007',
    'tollgate_store_duration_seconds_count{store="redis"} 4',
  ]);
  expect(text).toContain('tollgate_drain_lag_seconds{organization="org_1"} 1.5\n');
  const types = text.split("\n").filter((line) => line.startsWith("# TYPE"));
  expect(new Set(types).size).toBe(types.length);
  expect(types).toContain("# TYPE tollgate_store_duration_seconds histogram");
});

test("what was counted is sent when somebody asks for it", async () => {
  const sent: [string, number][] = [];
  const { observer, record } = observerWith(async (counts) => void sent.push(...counts));
  await record(CALL);
  expect(sent).toEqual([]);
  await observer.flush();
  expect(sent).toContainEqual([`tollgate_organization_calls_total{organization="org_1"}`, 1]);
});
