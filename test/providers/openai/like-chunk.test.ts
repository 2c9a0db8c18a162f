import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { openaiChatReader } from "../../../src/providers/openai/chat-reader.ts";
import { createLikeChunk } from "../../../src/providers/openai/like-chunk.ts";

const chunkOf = (content: unknown, { index = 0, more = {}, finish = null as string | null } = {}) =>
  JSON.stringify({
    id: "c",
    model: "gpt-4o-mini",
    choices: [{ index, delta: { content }, finish_reason: finish }],
    ...more,
  });

function likeAfter(data: string, text: unknown, bytes: number) {
  const like = createLikeChunk();
  like.parsed(data, text, bytes);
  return like;
}

describe("a chunk that is like the last one", () => {
  const like = likeAfter(chunkOf("one"), "one", 3);

  test("has its own text's bytes", () => {
    expect(like.bytesOf(chunkOf("Grüße, 世界 🌍"))).toBe(20);
    expect(like.bytesOf(chunkOf(""))).toBe(0);
  });

  test("may have other padding, before its text or behind it", () => {
    const padded = chunkOf("one", { more: { obfuscation: "aB3" } });
    expect(likeAfter(padded, "one", 3).bytesOf(chunkOf("four", { more: { obfuscation: "x" } }))).toBe(4);
    const before = `{"obfuscation":"aB3",${chunkOf("one").slice(1)}`;
    expect(likeAfter(before, "one", 3).bytesOf(before.replace("aB3", "").replace("one", "four"))).toBe(4);
  });

  test("has the bytes that are written beside its text, too", () => {
    const both = (text: string) => `{"choices":[{"delta":{"content":"${text}","refusal":"no"}}]}`;
    expect(likeAfter(both("one"), "one", 5).bytesOf(both("four"))).toBe(6);
  });

  test.each([
    ["another choice", chunkOf("one", { index: 1 })],
    ["an end", chunkOf("one", { finish: "stop" })],
    ["usage", chunkOf("one", { more: { usage: { prompt_tokens: 1, completion_tokens: 1 } } })],
    ["an escape in its text", chunkOf('a "quote"')],
    ["a control character, which is no JSON", chunkOf("one").replace("one", "o\u0001e")],
    ["no end of its text", chunkOf("one").slice(0, -50)],
    ["something behind it", `${chunkOf("one")}x`],
  ])("isn't one with %s", (_, data) => {
    expect(like.bytesOf(data)).toBeUndefined();
  });
});

test.each([
  ["a text with an escape", chunkOf("a\n"), "a\n"],
  ["no text", chunkOf(null), null],
  ["another text of that name", chunkOf("one", { more: { other: { content: "one" } } }), "one"],
  [
    "a name that is written with an escape",
    '{"content":"one","choices":[{"delta":{"conten\\u0074":"one"}}]}',
    "one",
  ],
])("nothing is like a chunk with %s", (_, data, text) => {
  expect(likeAfter(data, text, 3).bytesOf(data)).toBeUndefined();
});

test("a chunk that was parsed in between is the one to be like", () => {
  const like = likeAfter(chunkOf("one"), "one", 3);
  like.parsed(chunkOf(null, { finish: "stop" }), null, 0);
  expect(like.bytesOf(chunkOf("one"))).toBeUndefined();
});

/** White space behind each second event: JSON that says the same, and is like no other. */
const unlike = (events: string[]) => events.map((data, i) => (i % 2 === 0 ? data : `${data} `));

const readingOf = (events: string[]) => {
  const reader = openaiChatReader({ hideUsage: true, statesCost: true });
  const verdicts = events.map((data) => reader.push({ event: "", data }));
  return { verdicts, reading: reader.reading() };
};

const usage = { prompt_tokens: 5, completion_tokens: 6, total_tokens: 11, cost: 0.001 };
const event = fc.oneof(
  { weight: 8, arbitrary: fc.string().map((text) => chunkOf(text)) },
  fc.string().map((text) => chunkOf(text, { index: 1 })),
  fc.constantFrom(
    chunkOf("end", { finish: "stop" }),
    chunkOf("x", { more: { usage, service_tier: "flex" } }),
    chunkOf("x", { more: { obfuscation: "pad" } }),
    chunkOf("tool", { more: { model: "gpt-4o" } }),
    chunkOf([{ text: "a part" }]),
    JSON.stringify({ choices: [], usage }),
    JSON.stringify({ error: { message: "no" } }),
    "[DONE]",
    "{broken",
  ),
);

test("a stream says the same whether its chunks are known or parsed", () => {
  fc.assert(
    fc.property(fc.array(event, { maxLength: 30 }), (events) => {
      expect(readingOf(events)).toEqual(readingOf(unlike(events)));
    }),
    { numRuns: 500 },
  );
});
