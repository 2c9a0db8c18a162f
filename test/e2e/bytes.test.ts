// What crosses the gate, byte for byte: the answers, the request bodies, the headers and the credentials.

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { call, CHAT_PATH, MESSAGES_PATH } from "../support/e2e-calls.ts";
import { nanoUsd, priceOf } from "../support/e2e-money.ts";
import { createRest, type NewKey, type Rest } from "../support/e2e-rest.ts";
import { PROVIDER_SECRETS, startRig, type Rig } from "../support/e2e-rig.ts";
import type { Scenario } from "../support/scripted-provider.ts";

const MESSAGES = [{ role: "user", content: "Hello" }];
const CHAT = { model: "gpt-4o-mini", messages: MESSAGES, max_tokens: 100 };
const MESSAGE = { model: "claude-haiku-4-5", messages: MESSAGES, max_tokens: 100 };
const ASKED = { stream_options: { include_usage: true } };
const TEXT = "Grüße, 世界 🌍: a text with wide characters.";

let rig: Rig;
let rest: Rest;
let key: NewKey;

beforeAll(async () => {
  rig = await startRig();
  rest = createRest(rig);
  key = await rest.createKey([{ limit: "1000" }]);
});
afterAll(() => rig.stop());

/** A stream without the events of which the predicate holds, and the number of those. Its events end with a blank line. */
function without(stream: string, isHidden: (data: unknown) => boolean): { rest: string; hidden: number } {
  const events = stream.split(/(?<=\r?\n\r?\n)/);
  const visible = events.filter((event) => !isHidden(dataOf(event)));
  return { rest: visible.join(""), hidden: events.length - visible.length };
}

function dataOf(event: string): unknown {
  const data = /^data: ?(\{.*\})\r?$/m.exec(event)?.[1];
  return data === undefined ? undefined : JSON.parse(data);
}

/** The chunk that `include_usage` adds. https://platform.openai.com/docs/api-reference/chat-streaming */
function isUsageChunk(data: unknown): boolean {
  if (typeof data !== "object" || data === null) return false;
  const { choices, usage } = data as Record<string, unknown>; // Any JSON object is one.
  return Array.isArray(choices) && choices.length === 0 && typeof usage === "object" && usage !== null;
}

const chunk = (fields: object) =>
  `data: ${JSON.stringify({ id: "c", object: "chat.completion.chunk", created: 1, model: "gpt-4o-mini", ...fields })}\n\n`;
const toolDelta = (call: object) => chunk({ choices: [{ index: 0, delta: { tool_calls: [call] } }] });
const TOOL_STREAM =
  ": OPENROUTER PROCESSING\n\n" +
  toolDelta({ index: 0, id: "call_1", type: "function", function: { name: "weather", arguments: "" } }) +
  toolDelta({ index: 0, function: { arguments: '{"city": "K' } }) +
  toolDelta({ index: 0, function: { arguments: 'øln"}' } }) +
  chunk({ choices: [{ index: 0, delta: {}, finish_reason: "tool_calls" }] }) +
  chunk({ choices: [], usage: { prompt_tokens: 5, completion_tokens: 6, total_tokens: 11 } }) +
  "data: [DONE]\n\n";
const FILTER_STREAM =
  chunk({ choices: [], prompt_filter_results: [{ prompt_index: 0 }] }) +
  chunk({ choices: [{ index: 0, delta: { content: "Hi" } }], usage: null }) +
  chunk({ choices: [{ index: 0, delta: {}, finish_reason: "stop" }] }) +
  // No blank line after the last event.
  `data: ${JSON.stringify({ choices: [], usage: { prompt_tokens: 5, completion_tokens: 6 } })}\n`;
const EVENT_STREAM = { "content-type": "text/event-stream" };

const SHAPES: [name: string, scenario: Scenario, body?: object][] = [
  ["a plain stream", { text: TEXT }],
  ["pieces of one byte", { text: TEXT, splitBytes: 1 }],
  ["CRLF line ends", { text: TEXT, crlf: true }],
  ["CRLF in pieces of one byte", { text: TEXT, crlf: true, splitBytes: 1 }],
  ["no [DONE]", { text: TEXT, noDone: true }],
  ["two answers", { text: TEXT }, { n: 2 }],
  ["a long one", { chunks: 2_000 }, { max_tokens: 3_000 }],
  ["usage in every chunk", { text: TEXT, usageInEveryChunk: true }],
  ["a null usage after the real one", { text: TEXT, nullUsageAfter: true }],
  ["no usage at all", { text: TEXT, noUsage: true }],
  ["an error event", { text: TEXT, errorEventAfter: 2 }],
  ["tool calls, after a comment", { body: TOOL_STREAM, headers: EVENT_STREAM, chunks: 7 }],
  ["a content filter's chunk, and no last blank line", { body: FILTER_STREAM, headers: EVENT_STREAM }],
];

describe("a chat stream", () => {
  test.each(SHAPES)(
    "%s: a client that asked for usage gets the provider's bytes",
    async (_, scenario, body) => {
      const asking = { ...CHAT, ...body, ...ASKED, stream: true };
      const answer = await call(rig, { secret: key.secret, body: asking, scenario });
      expect(answer.status).toBe(200);
      expect(answer.headers.get("content-type")).toMatch(/^text\/event-stream/);
      expect(answer.text).toBe(answer.received?.sent.toString());
      expect(answer.bytes.equals(answer.received?.sent ?? Buffer.of())).toBe(true);
    },
  );

  test.each(SHAPES)("%s: one that didn't gets all but the usage chunk", async (_, scenario, body) => {
    const answer = await call(rig, {
      secret: key.secret,
      body: { ...CHAT, ...body, stream: true },
      scenario,
    });
    expect(answer.status).toBe(200);
    const expected = without(answer.received?.sent.toString() ?? "", isUsageChunk);
    expect(answer.text).toBe(expected.rest);
    const reports = scenario.noUsage !== true && scenario.errorEventAfter === undefined;
    expect(expected.hidden).toBe(reports ? 1 : 0);
  });
});

const MESSAGE_SHAPES: [name: string, scenario: Scenario][] = [
  ["a plain stream", { text: TEXT }],
  ["pieces of one byte", { text: TEXT, splitBytes: 1 }],
  ["CRLF in pieces of one byte", { text: TEXT, crlf: true, splitBytes: 1 }],
  ["usage in every chunk", { text: TEXT, usageInEveryChunk: true }],
  ["no usage at all", { text: TEXT, noUsage: true }],
  ["an error event", { text: TEXT, errorEventAfter: 2 }],
];

test.each(MESSAGE_SHAPES)("a message stream, %s: the provider's bytes", async (_, scenario) => {
  const body = { ...MESSAGE, stream: true };
  const answer = await call(rig, { secret: key.secret, path: MESSAGES_PATH, body, scenario });
  expect(answer.status).toBe(200);
  expect(answer.bytes.equals(answer.received?.sent ?? Buffer.of())).toBe(true);
});

const WHOLE: [name: string, path: string, body: object, scenario: Scenario][] = [
  ["a chat completion", CHAT_PATH, CHAT, { text: TEXT, splitBytes: 3 }],
  ["two answers", CHAT_PATH, { ...CHAT, n: 2 }, { text: TEXT }],
  ["a message", MESSAGES_PATH, MESSAGE, { text: TEXT, chunks: 5 }],
  ["an answer that isn't JSON", CHAT_PATH, CHAT, { bodyBase64: "AP/+gIE=" }],
  ["a provider's 400", CHAT_PATH, CHAT, { status: 400, body: { error: { message: "no", code: null } } }],
  ["a provider's 429", MESSAGES_PATH, MESSAGE, { status: 429, headers: { "retry-after": "7" } }],
  ["a provider's 500 that isn't JSON", CHAT_PATH, CHAT, { status: 500, body: "<h1>oops</h1>" }],
];

test.each(WHOLE)("%s: the provider's status, headers and bytes", async (_, path, body, scenario) => {
  const withHeader = { ...scenario, headers: { "x-of-the-provider": "yes", ...scenario.headers } };
  const answer = await call(rig, { secret: key.secret, path, body, scenario: withHeader });
  expect(answer.status).toBe(scenario.status ?? 200);
  expect(answer.headers.get("x-of-the-provider")).toBe("yes");
  expect(answer.headers.get("retry-after")).toBe(scenario.headers?.["retry-after"] ?? null);
  expect(answer.bytes.equals(answer.received?.sent ?? Buffer.of())).toBe(true);
});

describe("the body that the provider gets", () => {
  // White space, key order, escapes and a number beyond 2^53 that no re-encoding would keep.
  const head =
    '{ "seed" : 12345678901234567890,\n\t"messages":[{"role":"user","content":"\\u0041 \\ud83c\\udf0d {}"}]';
  const sent = async (path: string, body: string, secret = key.secret) => {
    const answer = await call(rig, { secret, path, body });
    expect(answer.status).toBe(200);
    return { answer, received: answer.received?.body.toString() };
  };

  test("is the client's own where nothing has to change", async () => {
    const unary = `${head},  "model":"gpt-4o-mini", "max_tokens": 1e2 } \n`;
    expect((await sent(CHAT_PATH, unary)).received).toBe(unary);
    const asking = `${head},"model":"gpt-4o-mini","stream":true,"stream_options":{ "include_usage":true }}`;
    expect((await sent(CHAT_PATH, asking)).received).toBe(asking);
    const message = `${head},"model":"claude-haiku-4-5","max_tokens":64,"stream":true}`;
    expect((await sent(MESSAGES_PATH, message)).received).toBe(message);
  });

  test("asks for the usage of a stream, and nothing else changes", async () => {
    const plain = `${head},"model":"gpt-4o-mini","stream":true}`;
    expect((await sent(CHAT_PATH, plain)).received).toBe(
      `${head},"model":"gpt-4o-mini","stream":true,"stream_options":{"include_usage":true}}`,
    );
    const refusing = `${head},"stream_options": {"include_usage":false,"include_obfuscation":false} ,"model":"gpt-4o-mini","stream":true}`;
    expect((await sent(CHAT_PATH, refusing)).received).toBe(
      `${head},"stream_options": {"include_usage":true,"include_obfuscation":false} ,"model":"gpt-4o-mini","stream":true}`,
    );
  });

  test("names the model as its provider does, behind a prefix or an alias", async () => {
    const prefixed = `${head}, "model" : "openai/gpt-4o-mini" }`;
    expect((await sent("/v1/chat/completions", prefixed)).received).toBe(
      `${head}, "model" : "gpt-4o-mini" }`,
    );
    const aliased = await rest.createKey([{ limit: "10" }], {
      model_aliases: { fast: "openai/gpt-4o-mini" },
    });
    expect((await sent(CHAT_PATH, `${head},"model":"fast"}`, aliased.secret)).received).toBe(
      `${head},"model":"gpt-4o-mini"}`,
    );
  });

  test("has the clamped limit", async () => {
    const { secret } = await rest.createKey([{ limit: "0.001" }]);
    const { answer, received } = await sent(
      CHAT_PATH,
      `${head}, "model":"gpt-4o-mini", "max_tokens" : 16000 }`,
      secret,
    );
    const limit = answer.headers.get("x-tollgate-max-output-tokens");
    expect(received).toBe(`${head}, "model":"gpt-4o-mini", "max_tokens" : ${limit} }`);
    expect(nanoUsd(answer.headers.get("x-tollgate-hold-usd") ?? "")).toBe(nanoUsd("0.001"));
    expect(priceOf([[Number(limit), "0.6"]])).toBeLessThanOrEqual(nanoUsd("0.001"));
  });
});

describe("credentials", () => {
  const CREDENTIALS: [name: string, headers: (secret: string) => Record<string, string>, query?: string][] = [
    ["Authorization: Bearer", (secret) => ({ authorization: `Bearer ${secret}` })],
    ["x-api-key", (secret) => ({ "x-api-key": secret })],
    ["x-goog-api-key", (secret) => ({ "x-goog-api-key": secret })],
    ["api-key", (secret) => ({ "api-key": secret })],
    ["?key=", () => ({}), "?alt=sse&key="],
    [
      "all of them at once",
      (secret) => ({
        authorization: `Bearer ${secret}`,
        "x-api-key": secret,
        "x-goog-api-key": secret,
        "api-key": secret,
      }),
      "?key=other&beta=true&key=",
    ],
    [
      "x-api-key beside a stranger's Authorization",
      (secret) => ({ authorization: "Bearer sk-other", "x-api-key": secret }),
    ],
  ];
  const APIS: [path: string, body: object, header: string, value: string][] = [
    [CHAT_PATH, CHAT, "authorization", `Bearer ${PROVIDER_SECRETS.openai}`],
    [MESSAGES_PATH, MESSAGE, "x-api-key", PROVIDER_SECRETS.anthropic],
  ];

  test.each(CREDENTIALS)(
    "a key in %s is taken off, and the provider's put in place",
    async (_, headers, query) => {
      for (const [path, body, header, value] of APIS) {
        const answer = await call(rig, {
          path: query === undefined ? path : path + query + key.secret,
          body,
          headers: {
            ...headers(key.secret),
            "openai-organization": "org-kept",
            "x-tollgate-customer": "ada",
          },
        });
        expect(answer.status).toBe(200);
        const got = answer.received;
        expect(JSON.stringify([got?.path, got?.headers, got?.body.toString()])).not.toContain("tg_");
        expect(JSON.stringify(got?.headers)).not.toMatch(/x-tollgate|sk-other/);
        const carried = ["authorization", "x-api-key", "x-goog-api-key", "api-key"].flatMap((name) =>
          got?.headers[name] === undefined ? [] : [[name, got.headers[name]]],
        );
        expect(carried).toEqual([[header, value]]);
        expect(got?.headers["openai-organization"]).toBe("org-kept");
      }
    },
  );

  test("the rest of the query goes on, byte for byte", async () => {
    const answer = await call(rig, { secret: key.secret, path: `${CHAT_PATH}?a=%20b&c=1+2`, body: CHAT });
    expect(answer.received?.path).toBe("/v1/chat/completions?a=%20b&c=1+2");
  });

  const secrets = new RegExp(Object.values(PROVIDER_SECRETS).join("|"));

  test.each(APIS)(
    "%s: a credential of ours that the provider's error echoes is redacted",
    async (path, body) => {
      for (const [status, stream] of [
        [401, false],
        [401, true],
        [500, false],
      ] as const) {
        const scenario = { echoCredential: true, status };
        const answer = await call(rig, { secret: key.secret, path, body: { ...body, stream }, scenario });
        expect(answer.status).toBe(status);
        expect(answer.received?.sent.toString()).toMatch(secrets);
        expect(answer.text).not.toMatch(secrets);
        expect(answer.text).toBe(answer.received?.sent.toString().replace(secrets, "[redacted]"));
      }
    },
  );

  test.each(APIS)(
    "%s: no answer has our credential, our account's cookies or headers of our name",
    async (path, body) => {
      const scenario = { headers: { "set-cookie": "session=1", "x-tollgate-cost-usd": "99" } };
      for (const stream of [false, true]) {
        const answer = await call(rig, { secret: key.secret, path, body: { ...body, stream }, scenario });
        expect(answer.status).toBe(200);
        expect(answer.text + JSON.stringify([...answer.headers])).not.toMatch(secrets);
        expect(answer.headers.get("set-cookie")).toBeNull();
        expect(answer.headers.get("x-tollgate-cost-usd")).not.toBe("99");
      }
    },
  );
});
