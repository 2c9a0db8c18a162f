import { describe, expect, test } from "vitest";
import type { Case } from "./cases.ts";
import { examine } from "./examine.ts";
import { reportOf } from "./report.ts";

// That the runner finds what it is there to find: exchanges written by hand, right ones and ones made wrong.

const REQUEST = { model: "gpt-4o-mini", messages: [{ role: "user", content: "Hello" }], max_tokens: 50 };
const USAGE = { prompt_tokens: 8, completion_tokens: 3, total_tokens: 11 };
const USAGE_CHUNK = `data: {"choices":[],"usage":${JSON.stringify(USAGE)}}\n\n`;
const STREAM = [
  'data: {"model":"gpt-4o-mini","choices":[{"index":0,"delta":{"content":"Grüß dich"}}]}\n\n',
  'data: {"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}\n\n',
  USAGE_CHUNK,
  "data: [DONE]\n\n",
].join("");

const chat: Case = {
  id: "chat",
  provider: "openai",
  kind: "openai.chat",
  billable: true,
  method: "POST",
  url: "https://api.openai.com/v1/chat/completions",
  request_headers: [["user-agent", "test"]],
  request_body: REQUEST,
  request_form: "json",
  stream: false,
  wire: "json",
  status: 200,
  response_headers: [["content-type", "application/json"]],
  response_body: JSON.stringify({
    model: "gpt-4o-mini",
    choices: [{ index: 0, message: { content: "Hi there!" } }],
    usage: USAGE,
  }),
  response_body_encoding: "utf8",
  fidelity: "raw",
  model: "gpt-4o-mini",
  expected_usage: { present: true, complete: true, input_total: 8, output_total: 3 },
  tags: [],
};

const stream: Case = {
  ...chat,
  stream: true,
  wire: "sse",
  request_body: { ...REQUEST, stream: true },
  response_headers: [["content-type", "text/event-stream"]],
  response_body: STREAM,
};

async function findings(
  recorded: Case,
  options: { split?: boolean; tight?: boolean; estimates?: boolean } = {},
) {
  const examined = await examine([recorded], {
    only: "",
    split: false,
    tight: false,
    estimates: false,
    ...options,
    progress: () => undefined,
  });
  const report = reportOf(examined);
  return { examined, report, checks: report.failures.map(({ check }) => check) };
}

describe("a call that is as expected", () => {
  test("is booked at its usage, and nothing differs", async () => {
    const { examined, report, checks } = await findings(chat);
    expect(checks).toEqual([]);
    expect(report).toMatchObject({ states: { booked: 1 }, exact: 1, metered: 1 });
    expect(examined[0]?.metered).toMatchObject({ input_total: 8, output_total: 3 });
    expect(examined[0]?.hold?.ratio).toBeGreaterThan(1);
  });

  test("may hide the usage that only the gate asked for, however the stream is cut", async () => {
    const { report, checks } = await findings(stream, { split: true });
    expect(checks).toEqual([]);
    expect(report.exact).toBe(1);
  });

  test("is compared with its own estimate", async () => {
    const { report } = await findings(stream, { estimates: true });
    const output = report.estimates.find(({ measure }) => measure === "output");
    expect(output).toMatchObject({ kind: "openai.chat stream", count: 1 });
    expect(Math.abs(output?.median ?? 1)).toBeLessThan(1);
  });
});

describe("a difference fails the run", () => {
  test("in the usage", async () => {
    const { checks } = await findings({
      ...chat,
      expected_usage: { ...chat.expected_usage, output_total: 4 },
    });
    expect(checks).toEqual(["usage"]);
  });

  test("in a usage that the answer doesn't have", async () => {
    const { checks } = await findings({ ...chat, expected_usage: { present: false, complete: true } });
    expect(checks).toEqual(["usage"]);
  });

  test("where a call that isn't billable is booked", async () => {
    const { checks } = await findings({ ...chat, billable: false });
    expect(checks).toEqual(["books"]);
  });

  test("where the cost is above the hold", async () => {
    const usage = { prompt_tokens: 8, completion_tokens: 9_000_000 };
    const { checks } = await findings({
      ...chat,
      response_body: JSON.stringify({ choices: [], usage }),
      expected_usage: { present: true, complete: true, output_total: 9_000_000 },
    });
    expect(checks).toEqual(["hold"]);
  });

  test("where only a large output limit kept the cost below the hold", async () => {
    const usage = { prompt_tokens: 600, completion_tokens: 3 };
    const body = JSON.stringify({ choices: [], usage });
    const expected_usage = { present: true, complete: true, input_total: 600 };
    const call = {
      ...chat,
      request_body: { ...REQUEST, max_tokens: 5_000 },
      response_body: body,
      expected_usage,
    };
    expect((await findings(call)).checks).toEqual([]);
    expect((await findings(call, { tight: true })).checks).toEqual(["tight"]);
  });

  test("where the gate refuses what the provider took", async () => {
    const { checks } = await findings({ ...chat, request_body: { ...REQUEST, messages: "none" } });
    expect(checks).toEqual(["refusal"]);
  });
});

test("a provider that Tollgate doesn't know is the organization's own", async () => {
  const { report, checks } = await findings({ ...chat, provider: "somebody" });
  expect(checks).toEqual([]);
  expect(report).toMatchObject({ states: { booked: 1 }, exact: 1, unpriced: 1 });
});

describe("no failure", () => {
  test("is a difference in a case whose recording can't be relied on", async () => {
    const expected_usage = { ...chat.expected_usage, output_total: 4 };
    const { report, checks } = await findings({ ...chat, fidelity: "body-only", expected_usage });
    expect(checks).toEqual([]);
    expect(report.findings).toMatchObject([{ check: "usage" }]);
  });

  test("is a path that can't be metered, or that Tollgate doesn't have", async () => {
    const batches = await findings({ ...chat, url: "https://api.openai.com/v1/batches" });
    const unknown = await findings({ ...chat, provider: "some body" });
    for (const { report, checks } of [batches, unknown]) {
      expect(checks).toEqual([]);
      expect(report).toMatchObject({ states: { unrouted: 1 }, metered: 0 });
    }
  });
});
