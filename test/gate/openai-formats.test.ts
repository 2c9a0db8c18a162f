import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { startRig, type Rig } from "../support/books-rig.ts";
import { gateWorker, type GateWorker } from "../support/gate-rig.ts";

// OpenAI's formats beside chat, through the gate and both stores (R21, R51).

describe("what is neither chat nor tokens", () => {
  let rig: Rig;
  let worker: GateWorker;
  /** The provider's answer, and the request that it got. */
  let answer: () => Response;
  let got: Request | undefined;

  beforeAll(async () => {
    rig = await startRig();
  });
  afterAll(() => rig.close());
  beforeEach(async () => {
    got = undefined;
    worker = await gateWorker(rig, rig.organization().replace("_", "_f"), (request) => {
      got = request;
      return Promise.resolve(answer());
    });
  });

  /** The answer's bytes; the call is over in the books, too. */
  async function ask(path: string, body: unknown): Promise<Uint8Array> {
    const response = await worker.call("POST", `/openai/v1${path}`, body);
    expect(response.status).toBe(200);
    const bytes = new Uint8Array(await response.arrayBuffer());
    await worker.rest();
    return bytes;
  }

  test("embeddings cost their input", async () => {
    answer = () => Response.json({ data: [], usage: { prompt_tokens: 7, total_tokens: 7 } });
    await ask("/embeddings", { model: "text-embedding-3-small", input: "seven tokens" });
    expect(await worker.budget()).toEqual({ spent: 7 * 20, held: 0 });
  });

  test("a picture by the piece costs its quality and size", async () => {
    answer = () => Response.json({ data: [{ url: "u" }] });
    await ask("/images/generations", { model: "dall-e-3", prompt: "a cat", quality: "hd" });
    expect(await worker.budget()).toEqual({ spent: 80_000_000, held: 0 });
  });

  test("a picture to be edited comes in a form, and costs its tokens", async () => {
    const usage = {
      input_tokens: 432,
      input_tokens_details: { image_tokens: 388, text_tokens: 44 },
      output_tokens: 4_160,
    };
    answer = () => Response.json({ data: [{ b64_json: "AAAA" }], usage });
    const form = new FormData();
    form.set("model", "gpt-image-1");
    form.set("prompt", "blue");
    form.append("image[]", new Blob([new Uint8Array(900)], { type: "image/png" }), "a.png");
    await ask("/images/edits", form);
    expect(await worker.budget()).toEqual({ spent: 388 * 10_000 + 44 * 5_000 + 4_160 * 40_000, held: 0 });
    expect((await got?.formData())?.get("prompt")).toBe("blue");
  });

  test("speech comes as it is, and costs its letters", async () => {
    const sound = new Uint8Array([255, 243, 0, 10, 10, 13, 10, 1]);
    answer = () => new Response(sound, { headers: { "content-type": "audio/mpeg" } });
    expect(await ask("/audio/speech", { model: "tts-1", input: "hello", voice: "alloy" })).toEqual(sound);
    expect(await worker.budget()).toEqual({ spent: 5 * 15_000, held: 0 });
  });

  test("a transcription costs its seconds", async () => {
    answer = () => Response.json({ text: "hi", usage: { type: "duration", seconds: 4 } });
    const form = new FormData();
    form.set("model", "whisper-1");
    form.set("file", new Blob([new Uint8Array(64_000)]), "a.mp3");
    await ask("/audio/transcriptions", form);
    expect(await worker.budget()).toEqual({ spent: 4 * 100_000, held: 0 });
  });

  test("a response costs what its provider says that it costs", async () => {
    const usage = { input_tokens: 10, output_tokens: 5, cost_in_usd_ticks: 160_708_500 };
    answer = () => Response.json({ id: "r", status: "completed", output: [], usage });
    await ask("/responses", { model: "gpt-4o-mini", input: "hi", max_output_tokens: 100 });
    expect(await worker.budget()).toEqual({ spent: 16_070_850, held: 0 });
  });
});
