import type { InputExtras } from "../../domain/estimate.ts";
import { MAX_TOKENS_PER_CALL, type Usage } from "../../domain/usage.ts";
import { asObject, asText, firstInvalid, modelField, valueOf } from "../fields.ts";
import { parsedEvent } from "../parsed-event.ts";
import { plainExtras } from "../plain-extras.ts";
import type {
  AnsweredCall,
  CallFacts,
  InvalidBody,
  JsonObject,
  Reading,
  StreamReader,
  Wire,
} from "../wire.ts";
import { isError } from "./responses-object.ts";
import { responsesUsage } from "./responses-usage.ts";

/**
 * Speech. The answer is sound, which states no usage; only a stream of events does. Most models charge the letters of the
 * text, OpenAI's newer ones tokens. https://platform.openai.com/docs/api-reference/audio/createSpeech
 */
export const openaiSpeech: Wire = {
  name: "openai-speech",
  envelope: "openai",
  answersSound: true,
  understand,
  usageEdits: () => [],
  clampEdits: () => [],
  inputExtras,
  streamReader: (_, call) => speechReader(call),
  readBody: (status, body, call) => readSpeechBody(status, body, call),
};

/** Those that charge tokens. https://platform.openai.com/docs/pricing#transcription-and-speech-generation */
const BY_TOKENS = /(?:^|\/)gpt-/;
/**
 * 0.015 USD a minute at 12 USD a million (source as above) are 21 tokens a second, in which a speaker says 15 letters of a
 * Latin script, or 4 of Chinese.
 */
const LIKELY_TOKENS = { ascii: 1.4, other: 5 };
/** Slow speech, and pauses. */
const MOST_TOKENS_FACTOR = 4;
/** A beginning and an end; also the shortest text has some sound. */
const LEAST_TOKENS = 100;
/** What the estimate takes for a token, in bytes. */
const BYTES_PER_TOKEN = 3;

function understand(body: JsonObject): { facts: CallFacts } | { invalid: InvalidBody } {
  const model = modelField(body);
  const fault = firstInvalid([model]);
  if (fault) return { invalid: fault };
  const most = LEAST_TOKENS + Math.ceil(MOST_TOKENS_FACTOR * likelyTokens(body));
  const outputLimit = Math.min(MAX_TOKENS_PER_CALL, most);
  const endUser = asText(body["user"]);
  return {
    facts: {
      model: valueOf(model) ?? "",
      stream: body["stream_format"] === "sse",
      choices: 1,
      outputLimit,
      outputFloor: outputLimit,
      ...(endUser !== undefined && { endUser }),
      usageAsked: true,
    },
  };
}

function inputExtras(body: JsonObject): InputExtras {
  return {
    ...plainExtras(),
    tokens: LEAST_TOKENS,
    audioOutput: true,
    units: { characters: characters(body) },
  };
}

function speechReader(call: Pick<AnsweredCall, "body" | "facts">): StreamReader {
  let usage: Usage | null = null;
  let done = false;
  let events = 0;
  let failed = false;
  let ended = false;
  return {
    push({ event, data }) {
      events++;
      const message = parsedEvent(data);
      const type = asText(message?.["type"]) ?? event;
      if (type === "error" || isError(message?.["error"])) failed = true;
      if (type === "speech.audio.done") {
        done = true;
        usage = responsesUsage(message?.["usage"]);
      }
      return "pass";
    },
    ended: () => void (ended = true),
    reading: () => ({
      ...(usage ? { usage, generatedBytes: 0 } : spoken(call)),
      // Sound has no last word of its own: it is whole where the provider ended it.
      complete: done || (ended && events === 0),
      failed,
    }),
  };
}

/** Mistral's sound comes inside JSON. */
function readSpeechBody(status: number, body: unknown, call: Pick<AnsweredCall, "body" | "facts">): Reading {
  const answer = asObject(body);
  if (status >= 400 || (answer !== null && isError(answer["error"]))) {
    return { usage: null, complete: answer !== null, failed: true, generatedBytes: 0 };
  }
  const usage = responsesUsage(answer?.["usage"]);
  return { ...(usage ? { usage, generatedBytes: 0 } : spoken(call)), complete: true, failed: false };
}

/** What a text costs that was spoken: its letters, exactly; its tokens, as an estimate. */
function spoken({
  body,
  facts,
}: Pick<AnsweredCall, "body" | "facts">): Pick<Reading, "usage" | "generatedBytes"> {
  if (!BY_TOKENS.test(facts.model)) return { usage: { characters: characters(body) }, generatedBytes: 0 };
  return { usage: null, generatedBytes: BYTES_PER_TOKEN * Math.ceil(likelyTokens(body)) };
}

function characters(body: JsonObject): number {
  return Math.min(MAX_TOKENS_PER_CALL, countIn(body).all);
}

function likelyTokens(body: JsonObject): number {
  const { all, ascii } = countIn(body);
  return ascii * LIKELY_TOKENS.ascii + (all - ascii) * LIKELY_TOKENS.other;
}

/** Code points, as OpenAI counts them. */
function countIn(body: JsonObject): { all: number; ascii: number } {
  let all = 0;
  let ascii = 0;
  for (const letter of asText(body["input"]) ?? "") {
    all++;
    if (letter < "\u0080") ascii++;
  }
  return { all, ascii };
}
