import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { PROVIDER_SECRETS } from "../support/e2e-rig.ts";
import { until } from "../support/e2e-until.ts";
import { OPENAI, send } from "../support/gate-dialects.ts";
import { startGate, type Gate } from "../support/gate.ts";

// What those who run the gate see of it, from the running Worker: a line for each call, and /metrics.

let rig: Gate;
let dir: string;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "tollgate-observed-"));
  rig = await startGate({ dir, bindings: { METRICS_FLUSH_SECONDS: "0" } });
});
afterAll(async () => {
  await rig.stop();
  await rm(dir, { recursive: true, force: true });
});

const log = () => readFile(join(dir, "worker.log"), "utf8");
const linesOf = async (requestId: string) =>
  (await log())
    .split("\n")
    .filter((line) => line.includes(requestId) && line.includes('"event":"call"'))
    .map((line) => JSON.parse(line.slice(line.indexOf("{"))) as Record<string, unknown>);
const metrics = (authorization: string) => fetch(`${rig.url}/metrics`, { headers: { authorization } });

test("each call has one line in the log, with what it cost, and none of its secrets or words", async () => {
  const key = await rig.createKey();
  const poor = await rig.rest.createKey([{ limit: "0" }]);
  const answered = await send(rig, key, OPENAI, { scenario: { usage: OPENAI.usage(100, 50) } });
  await answered.text();
  const refused = await send(rig, poor, OPENAI, {});
  await refused.text();
  const stranger = await fetch(`${rig.url}/openai/v1/models?key=${key.secret}x`);
  await stranger.text();
  const ids = [answered, refused, stranger].map(({ headers }) => headers.get("x-tollgate-request-id") ?? "");
  const [one = {}, two = {}, three = {}] = await until("three lines", async () => {
    const lines = (await Promise.all(ids.map(linesOf))).flat();
    return lines.length >= 3 ? lines : undefined;
  });
  expect(one).toMatchObject({
    key_id: key.id,
    provider: "openai",
    outcome: "completed",
    status: 200,
    cost: "0.000045",
    stream: false,
  });
  for (const timing of ["admitted_ms", "first_byte_ms", "duration_ms", "settle_ms"])
    expect(one[timing]).toEqual(expect.any(Number));
  expect(two).toMatchObject({ outcome: "refused", code: "budget_exceeded", status: 402 });
  expect(three).toMatchObject({ outcome: "refused", code: "invalid_key", status: 401 });
  const text = await log();
  for (const secret of [
    key.secret,
    poor.secret,
    rig.stack.adminKey,
    PROVIDER_SECRETS.openai,
    "Say what the test",
  ])
    expect(text).not.toContain(secret);
});

test("/metrics is the admin's alone, and counts calls and refusals", async () => {
  expect((await metrics("Bearer no-admin")).status).toBe(401);
  const key = await rig.createKey();
  expect((await metrics(`Bearer ${key.secret}`)).status).toBe(401);
  const read = async () => (await metrics(`Bearer ${rig.stack.adminKey}`)).text();
  const countOf = (text: string, series: string) =>
    Number(
      text
        .split("\n")
        .find((line) => line.startsWith(`${series} `))
        ?.split(" ")[1] ?? "0",
    );
  const completed = 'tollgate_calls_total{provider="openai",outcome="completed"}';
  const before = countOf(await read(), completed);
  await (await send(rig, key, OPENAI, { scenario: { usage: OPENAI.usage(100, 50) } })).text();
  const text = await until("the call to be counted", async () => {
    const text = await read();
    return countOf(text, completed) > before ? text : undefined;
  });
  expect(countOf(text, completed)).toBe(before + 1);
  expect(text).toContain('tollgate_outbox_entries{organization="org_default"} ');
  expect(text).toMatch(/tollgate_store_duration_seconds_count\{store="redis"\} [1-9]/);
  expect(text).not.toContain(key.secret);
});
