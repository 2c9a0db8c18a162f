import type { InputExtras } from "../../domain/estimate.ts";
import { tokenCount } from "../../domain/usage.ts";
import { asArray, asObject } from "../fields.ts";
import { modelOnly } from "../model-only.ts";
import { rerankExtras } from "../rerank/rerank.ts";
import { utf8Bytes } from "../utf8.ts";
import type { JsonObject, Wire } from "../wire.ts";
import { readCohereBody } from "./answer.ts";

/** Charged by the search. https://docs.cohere.com/reference/rerank */
export const cohereRerank: Wire = {
  name: "cohere-rerank",
  envelope: "message",
  ...modelOnly,
  inputExtras,
  readBody: readCohereBody,
};

/** One search is a query with up to a hundred documents. https://cohere.com/pricing, 2026-11. */
const DOCUMENTS_PER_SEARCH = 100;
/** A document of more than 500 tokens, with the query, counts as several; at least half of each is the document's own. */
const CHUNK_TOKENS = 250;
/** What is longer is cut off. https://docs.cohere.com/reference/rerank#request.body.max_tokens_per_doc, 2026-11. */
const DEFAULT_DOCUMENT_TOKENS = 4_096;

function inputExtras(body: JsonObject): InputExtras {
  const most = mostChunks(body);
  let chunks = 0;
  for (const document of asArray(body["documents"])) {
    chunks += Math.max(1, Math.min(most, Math.ceil(documentBytes(document) / CHUNK_TOKENS)));
  }
  const search_units = Math.max(1, Math.ceil(chunks / DOCUMENTS_PER_SEARCH));
  return { ...rerankExtras(body), units: { search_units } };
}

/** Of one document. The first version has a limit of chunks, ten where nothing is said: the greater one counts. */
function mostChunks(body: JsonObject): number {
  const tokens = tokenCount(body["max_tokens_per_doc"]) ?? DEFAULT_DOCUMENT_TOKENS;
  return Math.max(Math.ceil(tokens / CHUNK_TOKENS), tokenCount(body["max_chunks_per_doc"]) ?? 0);
}

/** A text, or an object whose fields are read as one. A token has a byte at least. */
function documentBytes(document: unknown): number {
  return utf8Bytes(asObject(document) ? JSON.stringify(document) : document);
}
