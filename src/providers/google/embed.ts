import { tokenCount } from "../../domain/usage.ts";
import { asObject } from "../fields.ts";
import type { CallFacts, InvalidBody, JsonObject, Reading, Wire } from "../wire.ts";
import { addContent } from "./generate-extras.ts";
import { partMedia } from "./media-bounds.ts";
import { modelIn, pathWithModel } from "./model-path.ts";
import { plainExtras } from "../plain-extras.ts";
import { statedObjects } from "./spellings.ts";
import { unstreamed } from "./unstreamed.ts";
import { geminiUsage } from "./usage-metadata.ts";

/** `embedContent` and `batchEmbedContents`; most answers state no usage. https://ai.google.dev/api/embeddings */
export const geminiEmbed: Wire = {
  name: "gemini-embed",
  envelope: "google",
  understand,
  pathFor: pathWithModel,
  usageEdits: () => [],
  clampEdits: () => [],
  inputExtras(body) {
    const extras = plainExtras();
    for (const content of contentsOf(body)) addContent(extras, content);
    return extras;
  },
  streamReader: unstreamed(readBody),
  readBody,
};

function understand(body: JsonObject, path: string): { facts: CallFacts } | { invalid: InvalidBody } {
  const model = modelIn(path);
  if (model === null) return { invalid: { param: null, message: "The path names no model." } };
  // Each part of a batch names a model too: it must be the one that is priced.
  const other = statedObjects(body, "requests").find(
    ({ model: named }) => named !== undefined && !isNamed(named, model),
  );
  if (other)
    return { invalid: { param: "requests", message: `Each of 'requests' must name the model ${model}.` } };
  if (contentsOf(body).some(hasFilm)) {
    return { invalid: { param: "content", message: "What embedding a film costs isn't known." } };
  }
  return { facts: { model, stream: false, choices: 1, outputLimit: 0, usageAsked: true } };
}

function isNamed(named: unknown, model: string): boolean {
  return named === model || (typeof named === "string" && named.endsWith(`models/${model}`));
}

function contentsOf(body: JsonObject): JsonObject[] {
  const holders = [body, ...statedObjects(body, "requests")];
  return ["content", "contents"].flatMap((name) => holders.flatMap((holder) => statedObjects(holder, name)));
}

/** Its tokens have a price of their own, which answers don't count apart. */
function hasFilm(content: JsonObject): boolean {
  return statedObjects(content, "parts").some((part) => partMedia(part).some(({ kind }) => kind === "video"));
}

function readBody(status: number, body: unknown): Reading {
  const answer = asObject(body);
  const metadata = asObject(answer?.["usageMetadata"]);
  const usage =
    metadata && tokenCount(metadata["promptTokenCount"]) !== undefined ? geminiUsage(metadata) : null;
  return {
    // There is no output to be stated.
    usage: usage && { ...usage, output_total: 0 },
    complete: answer !== null,
    failed: status >= 400 || asObject(answer?.["error"]) !== null,
    generatedBytes: 0,
  };
}
