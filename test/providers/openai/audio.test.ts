import { describe, expect, test } from "vitest";
import { formFile } from "../../../src/providers/form-file.ts";
import { openaiSpeech } from "../../../src/providers/openai/speech.ts";
import { openaiTranscriptions } from "../../../src/providers/openai/transcriptions.ts";
import type { JsonObject } from "../../../src/providers/wire.ts";
import { extrasOf, factsOf, faultOf, pushAll, readBodyOf, streamReaderOf } from "../support.ts";
import { holdAndCost } from "./hold-and-cost.ts";

describe("speech", () => {
  const BODY = { model: "tts-1", input: "hé😀", voice: "alloy" };
  const answered = (body: JsonObject) => ({ body, facts: factsOf(openaiSpeech, body) });
  function stream(body: JsonObject, events: JsonObject[], ended = true) {
    const reader = streamReaderOf(openaiSpeech, { hideUsage: false }, answered(body));
    pushAll(reader, events);
    if (ended) reader.ended?.();
    return reader.reading();
  }

  test("R51: sound that states no usage costs the letters of its text", () => {
    const reading = stream(BODY, []);
    expect(reading).toMatchObject({ usage: { characters: 3 }, complete: true, failed: false });
    expect(holdAndCost(openaiSpeech, BODY, reading)).toMatchObject({
      hold: 45_000,
      cost: 45_000,
      estimated: false,
    });
  });

  test("R26: sound that breaks off costs its letters all the same, as an estimate", () => {
    const reading = stream(BODY, [], false);
    expect(reading).toMatchObject({ usage: { characters: 3 }, complete: false });
    expect(holdAndCost(openaiSpeech, BODY, reading)).toMatchObject({ cost: 45_000, estimated: true });
  });

  test("a stream of events states its tokens", () => {
    const body = { model: "gpt-4o-mini-tts", input: "a".repeat(900), stream_format: "sse" };
    expect(factsOf(openaiSpeech, body).stream).toBe(true);
    const done = { type: "speech.audio.done", usage: { input_tokens: 200, output_tokens: 1_250 } };
    const reading = stream(body, [{ type: "speech.audio.delta", audio: "AAAA" }, done]);
    expect(reading).toMatchObject({ usage: { input_total: 200, output_total: 1_250 }, complete: true });
    const { hold, cost } = holdAndCost(openaiSpeech, body, reading);
    expect(cost).toBe(200 * 600 + 1_250 * 12_000);
    expect(hold).toBeGreaterThanOrEqual(cost);
    expect(stream(body, [{ type: "speech.audio.delta", audio: "AAAA" }])).toMatchObject({
      usage: null,
      complete: false,
    });
    expect(stream(body, [{ type: "error", error: { message: "x" } }]).failed).toBe(true);
  });

  test("R49: sound of a model that charges tokens is an estimate, at about 0.015 USD a minute", () => {
    // Nine hundred letters are a minute.
    const body = { model: "gpt-4o-mini-tts", input: "a".repeat(900) };
    const { hold, cost, estimated } = holdAndCost(openaiSpeech, body, stream(body, []));
    expect(estimated).toBe(true);
    expect(cost).toBeGreaterThan(14_000_000);
    expect(cost).toBeLessThan(17_000_000);
    expect(hold).toBeGreaterThan(cost);
  });

  test("sound inside JSON is sound, and an error isn't", () => {
    expect(readBodyOf(openaiSpeech, 200, { audio_data: "AAAA" }, answered(BODY))).toMatchObject({
      usage: { characters: 3 },
      complete: true,
    });
    const failed = { usage: null, failed: true, generatedBytes: 0 };
    expect(readBodyOf(openaiSpeech, 400, { error: { message: "no" } }, answered(BODY))).toMatchObject(failed);
    expect(readBodyOf(openaiSpeech, 500, undefined, answered(BODY))).toMatchObject(failed);
  });
});

describe("a transcription", () => {
  const FILE = formFile({ filename: "a.mp3", contentType: "audio/mpeg", bytes: 64_000 });
  const FORM = { model: "gpt-4o-transcribe", file: FILE };
  const USAGE = {
    type: "tokens",
    input_tokens: 37,
    input_token_details: { text_tokens: 0, audio_tokens: 37 },
    output_tokens: 145,
    total_tokens: 182,
  };
  const READ = { input_total: 37, audio_in: 37, output_total: 145 };
  const read = (body: unknown, form: JsonObject = FORM) =>
    readBodyOf(openaiTranscriptions, 200, body, { body: form, facts: factsOf(openaiTranscriptions, form) });

  test("law 3: a JSON body that looks like a short file is held as a sound that isn't seen", () => {
    const file = { ...FILE, bytes: 1 };
    const held = extrasOf(openaiTranscriptions, { model: "whisper-1", file });
    expect(held).toEqual(extrasOf(openaiTranscriptions, { model: "whisper-1" }));
  });

  test("is understood as a form", () => {
    expect(factsOf(openaiTranscriptions, { ...FORM, stream: "true" })).toMatchObject({
      model: "gpt-4o-transcribe",
      stream: true,
    });
    expect(faultOf(openaiTranscriptions, { ...FORM, stream: "maybe" })).toBe("stream");
    expect(extrasOf(openaiTranscriptions, FORM)).toMatchObject({
      mediaBytes: 64_000,
      tokens: 740,
      audioTokens: 740,
      units: { seconds: 74 },
    });
  });

  test("R51: reads tokens, or seconds", () => {
    expect(read({ text: "hi", usage: USAGE })).toMatchObject({ usage: READ, complete: true });
    expect(read({ text: "hi", duration: 3.7, usage: USAGE }).usage).toEqual({ ...READ, seconds: 3.7 });
    expect(read({ text: "hi", usage: { type: "duration", seconds: 4 } }).usage).toEqual({ seconds: 4 });
    expect(read({ text: "hi", duration: "5.5" }).usage).toEqual({ seconds: 5.5 });
    expect(read({ text: "hi" })).toMatchObject({ usage: null, generatedBytes: 2 });
  });

  test("R32: time that is negative, not finite or absurd is not stated", () => {
    for (const seconds of [-1, Number.NaN, 1e12, "x", "", null]) {
      expect(read({ text: "hi", usage: { type: "duration", seconds } }).usage).toBeNull();
    }
  });

  test("sound that a provider leaves out of its input is put inside, where the total proves it", () => {
    const usage = {
      prompt_tokens: 5,
      completion_tokens: 20,
      total_tokens: 400,
      prompt_tokens_details: { audio_tokens: 375 },
      prompt_audio_seconds: 3,
    };
    expect(read({ usage }).usage).toEqual({ input_total: 380, audio_in: 375, output_total: 20, seconds: 3 });
  });

  test("reads streams, plain and diarized", () => {
    const reading = (events: (JsonObject | string)[]) => {
      const reader = streamReaderOf(openaiTranscriptions, { hideUsage: false });
      pushAll(reader, events);
      return reader.reading();
    };
    const done = { type: "transcript.text.done", text: "hé", usage: USAGE };
    expect(reading([{ type: "transcript.text.delta", delta: "h" }, done, "[DONE]"])).toMatchObject({
      usage: READ,
      complete: true,
      generatedBytes: 3,
    });
    expect(reading([{ type: "transcript.text.segment", text: "abc" }])).toMatchObject({
      usage: null,
      complete: false,
      generatedBytes: 3,
    });
    expect(reading([{ type: "error", error: { message: "x" } }]).failed).toBe(true);
  });

  test("R49: one that comes as plain text is an estimate from its file, of time or of tokens", () => {
    const whisper = { model: "whisper-1", file: FILE };
    expect(holdAndCost(openaiTranscriptions, whisper, read(undefined, whisper), 65_000)).toMatchObject({
      cost: 16 * 100_000,
      estimated: true,
    });
    expect(read(undefined)).toMatchObject({ usage: { input_total: 160, audio_in: 160 }, complete: true });
  });

  test("an error body is a failure with no usage", () => {
    const call = { body: FORM, facts: factsOf(openaiTranscriptions, FORM) };
    expect(readBodyOf(openaiTranscriptions, 400, { error: { message: "no" } }, call)).toMatchObject({
      usage: null,
      failed: true,
    });
    expect(readBodyOf(openaiTranscriptions, 500, undefined, call)).toMatchObject({
      usage: null,
      failed: true,
    });
  });

  test.each<[string, unknown]>([
    ["whisper-1", { usage: { type: "duration", seconds: 64 } }],
    [
      "gpt-4o-transcribe",
      { usage: { input_tokens: 640, input_token_details: { audio_tokens: 640 }, output_tokens: 2_500 } },
    ],
  ])("law 3: the hold of %s covers the slowest sound that its file can hold", (model, answer) => {
    const form = { model, file: FILE };
    const { hold, cost } = holdAndCost(openaiTranscriptions, form, read(answer, form), 65_000);
    expect(cost).toBeGreaterThan(0);
    expect(hold).toBeGreaterThanOrEqual(cost);
  });
});
