import { expect, test } from "vitest";
import { converse } from "../../../src/providers/bedrock/converse.ts";
import type { JsonObject } from "../../../src/providers/wire.ts";
import { understood } from "./support.ts";

/** What a body of no more than text has: the words around the messages. */
const AROUND = 64;
const BYTES = "A".repeat(50_000);
const IMAGE = { image: { format: "png", source: { bytes: BYTES } } };

function extras(blocks: unknown[], fields: JsonObject = {}, model = "us.anthropic.claude-sonnet-4-6") {
  const body = { messages: [{ role: "user", content: blocks }], ...fields };
  const { tokens, ...rest } = converse.inputExtras(body, understood(converse, body, { model }));
  return { tokens: tokens - AROUND, ...rest };
}

test("inline images count tokens in place of their base64, also inside a tool's result and a guard's block", () => {
  expect(extras([IMAGE])).toMatchObject({ mediaBytes: 50_000, tokens: 5_000 });
  expect(extras([{ toolResult: { content: [IMAGE, IMAGE] } }])).toMatchObject({
    mediaBytes: 100_000,
    tokens: 10_000,
  });
  expect(extras([{ guardContent: IMAGE }])).toMatchObject({ mediaBytes: 50_000, tokens: 5_000 });
  expect(extras([IMAGE], {}, "qwen.qwen3-vl-235b-a22b").tokens).toBe(16_384);
});

test("documents count by their length, and twice where they are cited", () => {
  const document = (fields: JsonObject) => ({
    document: { format: "pdf", name: "d", source: { bytes: "A".repeat(4_000) }, ...fields },
  });
  expect(extras([document({})])).toMatchObject({ mediaBytes: 4_000, tokens: 8_000 });
  expect(extras([document({ citations: { enabled: true } })]).tokens).toBe(16_500);
  const text = { document: { name: "d", source: { text: "plain" }, citations: { enabled: true } } };
  expect(extras([text])).toMatchObject({ mediaBytes: 0, tokens: 505 });
  expect(extras([{ document: { source: { content: [IMAGE] } } }]).mediaBytes).toBe(50_000);
});

test("what is only named by its place in S3 is unseen input", () => {
  const s3 = { source: { s3Location: { uri: "s3://b/k" } } };
  expect(extras([{ document: s3 }])).toMatchObject({ tokens: 100_000, unseenInput: true });
  expect(extras([{ image: s3 }]).tokens).toBe(5_000);
  expect(extras([{ audio: s3 }])).toMatchObject({ unseenInput: true });
  expect(extras([], { promptVariables: { topic: { text: "x" } } })).toMatchObject({ unseenInput: true });
  expect(extras([IMAGE]).unseenInput).toBeUndefined();
});

test("a film is bounded by the frames that a model reads, for its bytes don't tell its length", () => {
  const video = { video: { format: "mp4", source: { bytes: BYTES } } };
  expect(extras([video], {}, "us.amazon.nova-lite-v1:0")).toMatchObject({
    mediaBytes: 50_000,
    tokens: 276_480,
  });
  expect(extras([video], {}, "us.amazon.nova-premier-v1:0").tokens).toBe(921_600);
});

test("sound counts by its length", () => {
  const audio = { audio: { format: "mp3", source: { bytes: "A".repeat(4_000) } } };
  expect(extras([audio])).toMatchObject({ mediaBytes: 4_000, tokens: 30, audioTokens: 30 });
});

test("R50: the dearest cache write that the body asks for is found wherever it stands", () => {
  const short = { cachePoint: { type: "default" } };
  const long = { cachePoint: { type: "default", ttl: "1h" } };
  expect(extras([{ text: "a" }]).cacheWrites).toBe("none");
  expect(extras([{ text: "a" }, short]).cacheWrites).toBe("5m");
  expect(extras([], { system: [{ text: "a" }, long] }).cacheWrites).toBe("1h");
  expect(extras([], { toolConfig: { tools: [short] } }).cacheWrites).toBe("5m");
  expect(extras([{ toolResult: { content: [long] } }, short]).cacheWrites).toBe("1h");
  const own = { additionalModelRequestFields: { cache_control: { type: "ephemeral" } } };
  expect(extras([], own).cacheWrites).toBe("5m");
  expect(extras([], {}, "openai.gpt-5.6-sol").cacheWrites).toBe("5m");
});

test("tools bring a hidden prompt; one that Bedrock runs reads the conversation again", () => {
  const tool = { toolSpec: { name: "f", inputSchema: { json: {} } } };
  expect(extras([], { toolConfig: { tools: [tool] } })).toMatchObject({ tokens: 964, readings: 1 });
  const own = extras([], { toolConfig: { tools: [{ systemTool: { name: "nova_grounding" } }] } });
  expect(own.readings).toBe(11);
  expect(own.resultTokens).toBeGreaterThan(100_000);
  const named = { additionalModelRequestFields: { tools: [{ type: "bash_20250124", name: "bash" }] } };
  expect(extras([], named).tokens).toBe(3_900);
});

test("a summary of the conversation reads it once more", () => {
  const fields = { additionalModelRequestFields: { context_management: { edits: [] } } };
  expect(extras([{ text: "a" }], fields).readings).toBe(2);
});

test("odd shapes count nothing, and depth is bounded", () => {
  let block: JsonObject = IMAGE;
  for (let depth = 0; depth < 50; depth++) block = { toolResult: { content: [block] } };
  expect(extras([block, null, 5, { image: "x" }, { document: { source: 5 } }])).toMatchObject({
    mediaBytes: 0,
    tokens: 0,
  });
});
