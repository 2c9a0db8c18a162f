import { expect, test } from "vitest";
import { banner } from "../../src/local/banner.ts";
import { obtainFirstKey } from "../../src/local/first-key.ts";
import { serveAnswers } from "./stack-support.ts";

const MADE: [number, unknown] = [201, { id: "key_1", secret: "tg_new" }];

test.each([
  ["no key was kept", undefined, {}, { secret: "tg_new" }],
  ["the kept key still works", "tg_kept", { "GET /api/v1/key": [200, {}] }, { secret: "tg_kept" }],
  ["the kept key is unknown or revoked", "tg_kept", { "GET /api/v1/key": [401, {}] }, { secret: "tg_new" }],
  [
    "the stores are away: a second key would be one too many",
    "tg_kept",
    { "GET /api/v1/key": [503, "store_unavailable"] },
    { problem: "GET /api/v1/key answers 503 (store_unavailable)" },
  ],
  [
    "there is no REST interface",
    undefined,
    { "POST /api/v1/keys": [200, "hello"] },
    { problem: "POST /api/v1/keys answers 200 (hello)" },
  ],
] as [string, string | undefined, Record<string, [number, unknown]>, object][])(
  "where %s",
  async (_, kept, answers, expected) => {
    const worker = await serveAnswers({ "POST /api/v1/keys": MADE, ...answers });
    expect(await obtainFirstKey({ url: worker.url, adminKey: "admin", kept })).toEqual(expected);
    await worker.close();
  },
);

test("asks with the kept key about itself, and with the admin key for a new one", async () => {
  const worker = await serveAnswers({ "POST /api/v1/keys": MADE, "GET /api/v1/key": [401, {}] });
  await obtainFirstKey({ url: worker.url, adminKey: "admin", kept: "tg_kept" });
  expect(worker.asked).toEqual(["GET /api/v1/key Bearer tg_kept", "POST /api/v1/keys Bearer admin"]);
  await worker.close();
});

test("where nothing answers, says so", async () => {
  const key = await obtainFirstKey({ url: "http://127.0.0.1:1", adminKey: "admin", kept: undefined });
  expect(key).toEqual({ problem: expect.stringContaining("POST /api/v1/keys answers nothing") });
});

const shown = { url: "http://127.0.0.1:8787", adminKey: "admin", firstKey: { secret: "tg_x" } };

test("the banner's curl goes to a provider that has a key", () => {
  expect(banner({ ...shown, bindings: { OPENAI_API_KEY: "x", ANTHROPIC_API_KEY: "x" } })).toContain(
    "curl http://127.0.0.1:8787/openai/v1/chat/completions",
  );
  expect(banner({ ...shown, bindings: { ANTHROPIC_API_KEY: "x" } })).toContain(
    "curl http://127.0.0.1:8787/anthropic/v1/messages",
  );
});

test("the banner says why there is no key", () => {
  const text = banner({ ...shown, firstKey: { problem: "because" }, bindings: {} });
  expect(text).toContain("There is no first key: because");
  expect(text).not.toContain("curl");
});
