import type { InputExtras } from "../../domain/estimate.ts";
import { UNSEEN_DOCUMENT_TOKENS } from "../media.ts";
import type { CallFacts, JsonObject } from "../wire.ts";
import { addMedia, partMedia } from "./media-bounds.ts";
import { addTokens, plainExtras } from "../plain-extras.ts";
import { enumName, statedItems, statedObjects, statedValues } from "./spellings.ts";
import { addFunctions, addRunTools } from "./tool-bounds.ts";

/** A picture comes on top of the limit: the largest one. https://ai.google.dev/gemini-api/docs/pricing, 2026-11 */
const IMAGE_OUTPUT_TOKENS = 2_520;
/** Telling the model of a schema, whose text the body has. Mostly it isn't told, but held to it. */
const SCHEMA_TOKENS = 200;

/** Linear in the body and of fixed depth: contents, their parts, and the parts of a function's answer. */
export function generateExtras(body: JsonObject, facts: CallFacts): InputExtras {
  const extras = plainExtras();
  for (const content of [...statedObjects(body, "contents"), ...statedObjects(body, "systemInstruction")]) {
    addContent(extras, content);
  }
  if (statedValues(body, "cachedContent").length > 0) {
    extras.unseenInput = true;
    extras.tokens += UNSEEN_DOCUMENT_TOKENS;
    // What was cached may be sound.
    extras.audioTokens += UNSEEN_DOCUMENT_TOKENS;
  }
  addTools(extras, body, facts);
  for (const config of statedObjects(body, "generationConfig")) addConfig(extras, config);
  // Such models draw and speak unasked.
  if (/image/i.test(facts.model)) extras.outputTokens += IMAGE_OUTPUT_TOKENS;
  if (/tts|audio/i.test(facts.model)) extras.audioOutput = true;
  return extras;
}

/** A part's kind is whatever field it has. Gemini 3 takes media in the answers of functions. */
export function addContent(extras: InputExtras, content: JsonObject): void {
  for (const part of statedObjects(content, "parts")) {
    const answered = statedObjects(part, "functionResponse").flatMap((answer) =>
      statedObjects(answer, "parts"),
    );
    for (const holder of [part, ...answered]) {
      for (const media of partMedia(holder)) addMedia(extras, media);
    }
  }
}

function addTools(extras: InputExtras, body: JsonObject, facts: CallFacts): void {
  const tools = statedObjects(body, "tools");
  addFunctions(extras, tools.flatMap((tool) => statedItems(tool, "functionDeclarations")).length);
  const names = tools.flatMap((tool) => Object.keys(tool).filter((name) => tool[name] !== null));
  const run = names.filter((name) => !/^function_?declarations$/i.test(name));
  addRunTools(extras, [...new Set(run)], facts);
}

/** By name or by number: TEXT is 1, IMAGE 2, AUDIO 3. https://ai.google.dev/api/generate-content#Modality */
function addConfig(extras: InputExtras, config: JsonObject): void {
  const asked = statedItems(config, "responseModalities").map(enumName);
  if (asked.some((modality) => modality === "AUDIO" || modality === "3")) extras.audioOutput = true;
  if (asked.some((modality) => modality === "IMAGE" || modality === "2"))
    extras.outputTokens += IMAGE_OUTPUT_TOKENS;
  if (statedValues(config, "speechConfig").length > 0) extras.audioOutput = true;
  const schemas = ["responseSchema", "responseJsonSchema"].flatMap((name) => statedValues(config, name));
  if (schemas.length > 0) addTokens(extras, SCHEMA_TOKENS, 0);
}
