import { BadRequestError as AnthropicBadRequest } from "@anthropic-ai/sdk";
import Anthropic from "@anthropic-ai/sdk";
import OpenAI, { BadRequestError } from "openai";
import { beforeAll, expect, test } from "vitest";
import { call, CHAT_PATH, MESSAGES_PATH, refusalOf } from "../../support/e2e-calls.ts";
import type { NewKey } from "../../support/e2e-rest.ts";
import type { WorldOf } from "../../support/e2e-world.ts";

export const MAX_BODY_BYTES = 20_000;

const MESSAGES = [{ role: "user" as const, content: "Hello" }];
const CHAT = { model: "gpt-4o-mini", messages: MESSAGES };
const MESSAGE = { model: "claude-haiku-4-5", messages: MESSAGES, max_tokens: 10 };

/** `param`: the field that an OpenAI error names. */
const INVALID: [name: string, path: string, body: unknown, param: string | null][] = [
  ["cut off", CHAT_PATH, JSON.stringify(CHAT).slice(0, -1), null],
  ["with a trailing comma", MESSAGES_PATH, `${JSON.stringify(MESSAGE).slice(0, -1)},}`, null],
  ["empty", CHAT_PATH, "", null],
  ["an array", CHAT_PATH, [CHAT], null],
  ["null", MESSAGES_PATH, "null", null],
  ["a text", CHAT_PATH, '"gpt-4o-mini"', null],
  ["not UTF-8", CHAT_PATH, Buffer.from(`{"model":"gpt-4o-mini","x":"\xff"}`, "latin1"), null],
  ["UTF-16", MESSAGES_PATH, Buffer.from(JSON.stringify(MESSAGE), "utf16le"), null],
  [
    "with max_tokens twice",
    CHAT_PATH,
    '{"model":"gpt-4o-mini","max_tokens":1,"messages":[],"max_tokens":9000}',
    "max_tokens",
  ],
  ["with a model twice, once escaped", CHAT_PATH, '{"model":"gpt-4o-mini","mod\\u0065l":"gpt-4"}', "model"],
  [
    "with a stream twice",
    MESSAGES_PATH,
    '{"model":"claude-haiku-4-5","stream":false,"stream":true}',
    "stream",
  ],
  ["without a model", CHAT_PATH, { messages: MESSAGES }, "model"],
  ["with an empty model", MESSAGES_PATH, { ...MESSAGE, model: "" }, "model"],
  ["with a model that is no text", CHAT_PATH, { ...CHAT, model: ["gpt-4o-mini"] }, "model"],
  ["with messages that are no list", CHAT_PATH, { ...CHAT, messages: "Hello" }, "messages"],
  ["with a stream that is a text", CHAT_PATH, { ...CHAT, stream: "true" }, "stream"],
  [
    "with stream_options that are a list",
    CHAT_PATH,
    { ...CHAT, stream: true, stream_options: [] },
    "stream_options",
  ],
  ["with max_tokens below zero", CHAT_PATH, { ...CHAT, max_tokens: -1 }, "max_tokens"],
  ["with max_tokens of zero", CHAT_PATH, { ...CHAT, max_tokens: 0 }, "max_tokens"],
  ["with half a token", CHAT_PATH, { ...CHAT, max_tokens: 10.5 }, "max_tokens"],
  ["with absurd max_tokens", CHAT_PATH, { ...CHAT, max_tokens: 1e15 }, "max_tokens"],
  [
    "with max_tokens beyond any number",
    CHAT_PATH,
    '{"model":"gpt-4o-mini","max_tokens":1e999}',
    "max_tokens",
  ],
  ["with max_tokens as a text", CHAT_PATH, { ...CHAT, max_tokens: "10" }, "max_tokens"],
  [
    "with max_completion_tokens below zero",
    CHAT_PATH,
    { ...CHAT, max_completion_tokens: -5 },
    "max_completion_tokens",
  ],
  ["with max_tokens below zero in a message", MESSAGES_PATH, { ...MESSAGE, max_tokens: -1 }, "max_tokens"],
  ["with absurd max_tokens in a message", MESSAGES_PATH, { ...MESSAGE, max_tokens: 1e15 }, "max_tokens"],
  [
    "with a thinking budget below zero",
    MESSAGES_PATH,
    { ...MESSAGE, thinking: { type: "enabled", budget_tokens: -1 } },
    "thinking.budget_tokens",
  ],
  ["with n: 100000", CHAT_PATH, { ...CHAT, n: 100_000 }, "n"],
  ["with n: 0", CHAT_PATH, { ...CHAT, n: 0 }, "n"],
  ["with n below zero", CHAT_PATH, { ...CHAT, n: -3 }, "n"],
];

export function bodies(world: WorldOf): void {
  let key: NewKey;
  beforeAll(async () => {
    key = await world().rest.createKey([{ limit: "10" }]);
  });

  async function expectUntouched(requestsBefore: number): Promise<void> {
    const { rig, rest } = world();
    expect(rig.provider.requests).toHaveLength(requestsBefore);
    expect((await rest.key(key.id)).budgets[0]).toMatchObject({ spent: 0n, held: 0n });
  }

  test.each(INVALID)(
    "%s is a 400 in the API's own envelope; nothing is held or sent (R55)",
    async (_, path, body, param) => {
      const { rig } = world();
      const before = rig.provider.requests.length;
      const answer = await call(rig, { secret: key.secret, path, body });
      expect(answer.status).toBe(400);
      const { error, type, tollgate } = refusalOf(answer);
      expect(tollgate).toEqual({ code: "invalid_request", request_id: answer.requestId });
      const openai = { type: undefined, code: "invalid_request", param };
      const anthropic = { type: "error", code: undefined, param: undefined };
      expect({ type, code: error.code, param: error.param }).toEqual(path === CHAT_PATH ? openai : anthropic);
      expect(error.type).toBe("invalid_request_error");
      await expectUntouched(before);
    },
  );

  test("at fault is raised as the SDKs' own exception", async () => {
    const { rig } = world();
    const openai = new OpenAI({ baseURL: `${rig.url}/v1`, apiKey: key.secret, maxRetries: 0 });
    const anthropic = new Anthropic({ baseURL: `${rig.url}/anthropic`, apiKey: key.secret, maxRetries: 0 });
    await expect(openai.chat.completions.create({ ...CHAT, n: 100_000 })).rejects.toThrow(BadRequestError);
    await expect(anthropic.messages.create({ ...MESSAGE, max_tokens: -1 })).rejects.toThrow(
      AnthropicBadRequest,
    );
  });

  test("over the limit is a 413, whether its length was announced or not; one at the limit passes", async () => {
    const { rig, rest } = world();
    const spender = await rest.createKey([{ limit: "10" }]);
    const padded = (bytes: number) => {
      const body = JSON.stringify(CHAT);
      return body.slice(0, -1) + " ".repeat(bytes - body.length) + body.slice(-1);
    };
    const atLimit = await call(rig, { secret: spender.secret, body: padded(MAX_BODY_BYTES) });
    expect(atLimit.status).toBe(200);

    const before = rig.provider.requests.length;
    const announced = await call(rig, { secret: key.secret, body: padded(MAX_BODY_BYTES + 1) });
    const streamed = await call(rig, {
      secret: key.secret,
      body: new Blob([padded(MAX_BODY_BYTES + 1)]).stream(),
    });
    const message = await call(rig, {
      secret: key.secret,
      path: MESSAGES_PATH,
      body: " ".repeat(MAX_BODY_BYTES + 1),
    });
    for (const answer of [announced, streamed, message]) {
      expect(answer.status).toBe(413);
      expect(refusalOf(answer).tollgate).toEqual({ code: "body_too_large", request_id: answer.requestId });
    }
    expect(refusalOf(announced).error.code).toBe("body_too_large");
    expect(refusalOf(message)).toMatchObject({ type: "error", error: { type: "request_too_large" } });
    await expectUntouched(before);
  });

  test.each(["no-such-model", "__proto__", "constructor", "nobody/mistral-large", "x".repeat(5_000)])(
    "of the unknown model %s is refused under a usd budget",
    async (model) => {
      const { rig } = world();
      const before = rig.provider.requests.length;
      for (const path of [CHAT_PATH, MESSAGES_PATH, "/v1/chat/completions"]) {
        const answer = await call(rig, { secret: key.secret, path, body: { ...MESSAGE, model } });
        expect(answer.status).toBe(403);
        expect(refusalOf(answer).tollgate.code).toBe("model_unpriced");
      }
      await expectUntouched(before);
    },
  );

  test("nested without end is read without harm", async () => {
    const { rig, rest } = world();
    const spender = await rest.createKey([{ limit: "10" }]);
    const depth = MAX_BODY_BYTES / 2 - 100;
    const body = `{"model":"gpt-4o-mini","max_tokens":5,"messages":${"[".repeat(depth)}${"]".repeat(depth)}}`;
    const answer = await call(rig, { secret: spender.secret, body, scenario: { body: { usage: null } } });
    expect(answer.status).toBe(200);
    expect(answer.received?.body.toString()).toBe(body);
  });
}
