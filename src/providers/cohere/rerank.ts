import type { InputExtras } from "../../domain/estimate.ts";
import { asArray, asObject, firstInvalid, modelField, valueOf } from "../fields.ts";
import { rerankExtras } from "../rerank/rerank.ts";
import { utf8Bytes } from "../utf8.ts";
import type { JsonObject, Wire } from "../wire.ts";
import { readCohereBody, STREAMLESS } from "./answer.ts";

/** Charged by the search. https://docs.cohere.com/reference/rerank */
export const cohereRerank: Wire = {
  name: "cohere-rerank",
  envelope: "message",
  understand(body) {
    const model = modelField(body);
    const fault = firstInvalid([model]);
    if (fault) return { invalid: fault };
    const none = { outputLimit: 0, outputFloor: 0 };
    return { facts: { model: valueOf(model) ?? "", stream: false, choices: 1, ...none, usageAsked: true } };
  },
  usageEdits: () => [],
  clampEdits: () => [],
  inputExtras,
  streamReader: STREAMLESS,
  readBody: readCohereBody,
};

/** One search is a query with up to a hundred documents. https://cohere.com/pricing, 2026-11. */
const DOCUMENTS_PER_SEARCH = 100;
/** A document of more than 500 tokens, with the query, counts as several; at least half of each is the document's own. */
const CHUNK_TOKENS = 250;

function inputExtras(body: JsonObject): InputExtras {
  let chunks = 0;
  for (const document of asArray(body["documents"])) {
    chunks += Math.max(1, Math.ceil(documentBytes(document) / CHUNK_TOKENS));
  }
  const search_units = Math.max(1, Math.ceil(chunks / DOCUMENTS_PER_SEARCH));
  return { ...rerankExtras(body), units: { search_units } };
}

/** A text, or an object whose fields are read as one. A token has a byte at least. */
function documentBytes(document: unknown): number {
  return utf8Bytes(asObject(document) ? JSON.stringify(document) : document);
}
