import { afterAll, beforeAll, expect, test } from "vitest";
import { MAX_ANSWER_BYTES } from "../../src/gate/unary.ts";
import { MAX_EVENT_BYTES } from "../../src/providers/framing/splitter.ts";
import { startRig, type Rig } from "../support/books-rig.ts";
import { gateWorker } from "../support/gate-rig.ts";

// What is too large to be read may have had the usage.

let rig: Rig;
beforeAll(async () => {
  rig = await startRig();
});
afterAll(() => rig.close());

const OUTPUT_TOKENS = 6_000;
/** USD 0.60 a million. https://platform.openai.com/docs/pricing */
const OUTPUT_COST = OUTPUT_TOKENS * 600;
/** The input is estimated. */
const MOST = [OUTPUT_COST, OUTPUT_COST + 100 * 150] as const;
const STATED = 9 * 150 + 5_000 * 600;
const PIECE = new Uint8Array(1_048_576).fill(0x61);

/** Bytes that come piece by piece, and what may stand before and after them. */
function large(type: string, bytes: number, [head, tail]: [string, string]): Response {
  let left = bytes;
  const body = new ReadableStream<Uint8Array>({
    start: (controller) => controller.enqueue(new TextEncoder().encode(head)),
    pull(controller) {
      left -= PIECE.length;
      if (left > -PIECE.length) return controller.enqueue(PIECE);
      controller.enqueue(new TextEncoder().encode(tail));
      controller.close();
    },
  });
  return new Response(body, { headers: { "content-type": type } });
}

const ENDS: [string, string] = ['"', `"],"usage":{"input_tokens":9,"output_tokens":5000}}`];
const event = (bytes: number) =>
  large("text/event-stream", bytes, [
    `data: {"type":"response.completed","response":{"model":"gpt-4o-mini","status":"completed","output":[${ENDS[0]}`,
    `${ENDS[1]}}\n\n`,
  ]);
const whole = (bytes: number) =>
  large("application/json", bytes, [`{"model":"gpt-4o-mini","output":[${ENDS[0]}`, ENDS[1]]);
/** As HTTP/1.1 lets a server say it: the length then counts for nothing. https://www.rfc-editor.org/rfc/rfc9112#section-6.3 */
const inChunks = (bytes: number) => {
  const { body } = whole(bytes);
  const headers = {
    "content-type": "application/json",
    "transfer-encoding": "chunked",
    "content-length": "100",
  };
  return new Response(body, { headers });
};

test.each([
  ["an event that can be read", true, () => event(MAX_EVENT_BYTES - PIECE.length), [STATED, STATED]],
  ["an event that is too large", true, () => event(MAX_EVENT_BYTES), MOST],
  ["an answer that is too large", false, () => whole(MAX_ANSWER_BYTES), MOST],
  ["an answer that is too large, and says that it is short", false, () => inChunks(MAX_ANSWER_BYTES), MOST],
] as const)(
  "R26: %s is settled at its usage, or else at all that it was allowed to write",
  async (...row) => {
    const [, stream, provider, [least, most]] = row;
    const org = rig.organization().replace("_", "_u");
    const worker = await gateWorker(rig, org, async () => provider());
    const body = { model: "gpt-4o-mini", input: "hi", stream, max_output_tokens: OUTPUT_TOKENS };
    const response = await worker.call("POST", "/openai/v1/responses", body);
    await response.arrayBuffer();
    await worker.rest();
    const { spent = 0, held } = (await worker.budget()) ?? {};
    expect(held).toBe(0);
    expect(spent).toBeGreaterThanOrEqual(least);
    expect(spent).toBeLessThanOrEqual(most);
  },
);

test.each([
  ["which the gate asked for its usage", {}],
  ["which the client asked for its usage", { stream_options: { include_usage: true } }],
  ["that isn't one by its call", { stream: false }],
])(
  "R26: a chat's stream %s passes whole under a type that says nothing, and isn't free",
  async (_, fields) => {
    const org = rig.organization().replace("_", "_o");
    const bytes = PIECE.slice(0, 3_000);
    const headers = { "content-type": "application/octet-stream" };
    const worker = await gateWorker(rig, org, async () => new Response(bytes, { headers }));
    const message = { role: "user", content: "hi" };
    const body = { model: "gpt-4o-mini", messages: [message], stream: true, max_tokens: 2_000, ...fields };
    const response = await worker.call("POST", "/openai/v1/chat/completions", body);
    expect(new Uint8Array(await response.arrayBuffer())).toEqual(bytes);
    await worker.rest();
    const { spent = 0, held } = (await worker.budget()) ?? {};
    expect(held).toBe(0);
    // Three bytes a token.
    expect(spent).toBeGreaterThanOrEqual(1_000 * 600);
  },
);
