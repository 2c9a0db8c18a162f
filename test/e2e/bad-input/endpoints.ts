import Anthropic, { PermissionDeniedError as AnthropicPermissionDenied } from "@anthropic-ai/sdk";
import OpenAI, { PermissionDeniedError } from "openai";
import { expect, test } from "vitest";
import { call, CHAT_PATH, MESSAGES_PATH, refusalOf } from "../../support/e2e-calls.ts";
import { PROVIDER_SECRETS } from "../../support/e2e-rig.ts";
import { smallChat } from "../../support/e2e-small-calls.ts";
import type { WorldOf } from "../../support/e2e-world.ts";

const MESSAGES = [{ role: "user" as const, content: "Hello" }];
const CHAT = smallChat(10);
const MESSAGE = { model: "claude-haiku-4-5", max_tokens: 10, messages: MESSAGES };

const UNMETERED: [method: string, path: string, envelope: "openai" | "anthropic"][] = [
  ["POST", "/openai/v1/batches", "openai"],
  ["POST", "/openai/v1/files", "openai"],
  ["POST", "/openai/v1/fine_tuning/jobs", "openai"],
  ["POST", "/v1/batches", "openai"],
  ["POST", "/anthropic/v1/messages/batches", "anthropic"],
  ["POST", "/v1/messages/batches", "anthropic"],
  ["DELETE", "/openai/v1/models/gpt-4o-mini", "openai"],
  // A metered endpoint that a provider might know by another name.
  ["PUT", CHAT_PATH, "openai"],
  ["GET", CHAT_PATH, "openai"],
  ["POST", `${CHAT_PATH}/`, "openai"],
  ["POST", "/openai/v1//chat/completions", "openai"],
  ["POST", "/openai/v1/chat%2Fcompletions", "openai"],
  ["POST", "/openai/v1/Chat/Completions", "openai"],
  ["POST", `${MESSAGES_PATH}/`, "anthropic"],
];

const FREE: [method: string, path: string, body: object | undefined][] = [
  ["GET", "/openai/v1/models", undefined],
  ["GET", "/openai/v1/models/gpt-4o-mini", undefined],
  ["GET", "/anthropic/v1/models", undefined],
  ["POST", "/openai/v1/moderations", { input: "Hello" }],
  ["POST", "/v1/moderations", { input: "Hello" }],
  ["POST", "/anthropic/v1/messages/count_tokens", { model: "claude-haiku-4-5", messages: MESSAGES }],
  ["POST", "/v1/messages/count_tokens", { model: "claude-haiku-4-5", messages: MESSAGES }],
];

const UNKNOWN: [method: string, path: string][] = [
  ["GET", "/"],
  ["POST", "/chat/completions"],
  ["POST", "/openai"],
  ["POST", "/openai/v1"],
  ["POST", "/openai/v2/chat/completions"],
  ["POST", "/openai/chat/completions"],
  ["POST", "/nobody/v1/chat/completions"],
  ["GET", "/v1"],
  ["POST", "/v1/"],
];

export function endpoints(world: WorldOf): void {
  test.each(UNMETERED)(
    "law 11, R11, R21: %s %s can't be metered, so it is refused under a usd budget and passes otherwise",
    async (method, path, envelope) => {
      const { rig, rest } = world();
      const bound = await rest.createKey([{ limit: "10" }]);
      const body = method === "GET" ? undefined : CHAT;
      const before = rig.provider.requests.length;
      const refused = await call(rig, { secret: bound.secret, method, path, body });
      expect(refused.status).toBe(403);
      const { error, type, tollgate } = refusalOf(refused);
      expect(tollgate).toEqual({ code: "endpoint_not_allowed", request_id: refused.requestId });
      expect(error.type).toBe("permission_error");
      expect(type).toBe(envelope === "anthropic" ? "error" : undefined);
      expect(rig.provider.requests).toHaveLength(before);
      expect((await rest.key(bound.id)).budgets[0]).toMatchObject({ spent: 0n, held: 0n });

      const free = await rest.createKey();
      const passed = await call(rig, {
        secret: free.secret,
        method,
        path,
        body,
        scenario: { body: { passed: true } },
      });
      expect(passed.status).toBe(200);
      expect(passed.text).toBe('{"passed":true}');
      expect(JSON.stringify(passed.received?.headers)).not.toContain(free.secret);
      expect(passed.received?.body.toString()).toBe(body === undefined ? "" : JSON.stringify(body));
    },
  );

  test.each(FREE)(
    "R11: %s %s passes, and costs and holds nothing, even where nothing is left",
    async (method, path, body) => {
      const { rig, rest } = world();
      const key = await rest.createKey([{ limit: "0" }]);
      const answer = await call(rig, { secret: key.secret, method, path, body });
      expect(answer.status).toBe(200);
      expect(answer.bytes.equals(answer.received?.sent ?? Buffer.of())).toBe(true);
      const credential =
        path.includes("messages") || path.startsWith("/anthropic") ? "x-api-key" : "authorization";
      expect(answer.received?.headers[credential]).toContain(
        credential === "x-api-key" ? PROVIDER_SECRETS.anthropic : PROVIDER_SECRETS.openai,
      );
      expect(JSON.stringify([answer.received?.path, answer.received?.headers])).not.toContain(key.secret);
      expect((await rest.key(key.id)).budgets[0]).toMatchObject({ spent: 0n, held: 0n });
      expect(await rest.ledger(key.id)).toEqual([]);
    },
  );

  test("GET /v1/models lists what the key may use, with prices, and asks no provider", async () => {
    const { rig, rest } = world();
    const key = await rest.createKey([{ limit: "0" }], {
      models: ["openai/gpt-4o-mini", "claude-haiku-4-5"],
      model_aliases: { fast: "openai/gpt-4o-mini", other: "openai/gpt-4o" },
    });
    const before = rig.provider.requests.length;
    const listed = await call(rig, { secret: key.secret, method: "GET", path: "/v1/models" });
    expect(listed.status).toBe(200);
    expect(rig.provider.requests).toHaveLength(before);
    const { data } = JSON.parse(listed.text) as { data: { id: string; pricing: { input: string } }[] };
    expect(data.map(({ id, pricing }) => [id, pricing.input])).toEqual([
      ["fast", "0.15"],
      ["anthropic/claude-haiku-4-5", "1.00"],
      ["openai/gpt-4o-mini", "0.15"],
    ]);
  });

  test.each(["/openai/v1/models", "/openai/v1/moderations"])(
    "%s is closed to a key that is",
    async (path) => {
      const { rig, rest } = world();
      const key = await rest.createKey();
      const ask = () =>
        call(rig, {
          secret: key.secret,
          path,
          ...(path.endsWith("models") ? { method: "GET" } : { body: { input: "Hello" } }),
        });
      expect((await ask()).status).toBe(200);
      await rest.revokeKey(key.id);
      const before = rig.provider.requests.length;
      const refused = await ask();
      expect(refused.status).toBe(401);
      expect(refusalOf(refused).tollgate.code).toBe("key_revoked");
      expect(rig.provider.requests).toHaveLength(before);
    },
  );

  test.each(UNKNOWN)("%s %s is a 404, whoever asks", async (method, path) => {
    const { rig, rest } = world();
    const { secret } = await rest.createKey();
    const before = rig.provider.requests.length;
    for (const asking of [{ secret }, {}]) {
      const answer = await call(rig, { ...asking, method, path, body: method === "GET" ? undefined : CHAT });
      expect(answer.status).toBe(404);
      expect(refusalOf(answer)).toMatchObject({
        error: { code: "not_found" },
        tollgate: { code: "not_found", request_id: answer.requestId },
      });
    }
    expect(rig.provider.requests).toHaveLength(before);
  });

  test("R20: model, endpoint and provider are held to the key's lists, behind aliases and prefixes too", async () => {
    const { rig, rest } = world();
    const aliases = {
      cheap: "openai/gpt-4o-mini",
      dear: "openai/gpt-4",
      other: "anthropic/claude-haiku-4-5",
    };
    const modest = await rest.createKey([{ limit: "10" }], {
      models: ["openai/gpt-4o-*"],
      model_aliases: aliases,
    });
    const openaiOnly = await rest.createKey([{ limit: "10" }], {
      providers: ["openai"],
      model_aliases: aliases,
    });
    const chatOnly = await rest.createKey([{ limit: "10" }], { endpoints: ["/v1/chat/*"] });
    const chat = (model: string) => ({ ...CHAT, model });
    const v1 = "/v1/chat/completions";
    const CALLS: [secret: string, path: string, body: object, outcome: number | string][] = [
      [modest.secret, CHAT_PATH, chat("gpt-4o-mini"), 200],
      [modest.secret, CHAT_PATH, chat("cheap"), 200],
      [modest.secret, v1, chat("openai/gpt-4o-mini"), 200],
      [modest.secret, CHAT_PATH, chat("gpt-4"), "model_not_allowed"],
      [modest.secret, CHAT_PATH, chat("dear"), "model_not_allowed"],
      [modest.secret, v1, chat("openai/gpt-4"), "model_not_allowed"],
      [modest.secret, v1, chat("other"), "model_not_allowed"],
      [modest.secret, MESSAGES_PATH, MESSAGE, "model_not_allowed"],
      // An alias that leads to another provider than the URL.
      [modest.secret, CHAT_PATH, chat("other"), "model_not_allowed"],
      [openaiOnly.secret, CHAT_PATH, CHAT, 200],
      [openaiOnly.secret, MESSAGES_PATH, MESSAGE, "provider_not_allowed"],
      [openaiOnly.secret, v1, chat("anthropic/claude-haiku-4-5"), "provider_not_allowed"],
      [openaiOnly.secret, v1, chat("other"), "provider_not_allowed"],
      [chatOnly.secret, CHAT_PATH, CHAT, 200],
      [chatOnly.secret, MESSAGES_PATH, MESSAGE, "endpoint_not_allowed"],
      [chatOnly.secret, "/openai/v1/moderations", { input: "Hello" }, "endpoint_not_allowed"],
    ];
    for (const [secret, path, body, outcome] of CALLS) {
      const before = rig.provider.requests.length;
      const answer = await call(rig, { secret, path, body });
      const told = answer.status === 403 ? refusalOf(answer).tollgate.code : answer.status;
      expect([path, JSON.stringify(body), told]).toEqual([path, JSON.stringify(body), outcome]);
      expect(rig.provider.requests.length - before).toBe(outcome === 200 ? 1 : 0);
    }
  });

  test("that isn't allowed is raised as the SDKs' own exception", async () => {
    const { rig, rest } = world();
    const { secret: apiKey } = await rest.createKey([{ limit: "10" }]);
    const openai = new OpenAI({ baseURL: `${rig.url}/openai/v1`, apiKey, maxRetries: 0 });
    const anthropic = new Anthropic({ baseURL: `${rig.url}/anthropic`, apiKey, maxRetries: 0 });
    await expect(openai.batches.list()).rejects.toThrow(PermissionDeniedError);
    await expect(anthropic.messages.batches.list()).rejects.toThrow(AnthropicPermissionDenied);
  });
}
