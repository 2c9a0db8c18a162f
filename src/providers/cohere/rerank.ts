import type { InputExtras } from "../../domain/estimate.ts";
import { MAX_TOKENS_PER_CALL } from "../../domain/usage.ts";
import {
  arrayField,
  asArray,
  asObject,
  firstInvalid,
  integerField,
  MAX_OUTPUT_TOKENS,
  modelField,
  valueOf,
} from "../fields.ts";
import { noExtras } from "../google/no-extras.ts";
import { unstreamed } from "../google/unstreamed.ts";
import { utf8Bytes } from "../utf8.ts";
import type { CallFacts, InvalidBody, JsonObject, Reading, Wire } from "../wire.ts";
import { cohereCounts } from "./cohere-usage.ts";

/** Reranking, billed by search units. https://docs.cohere.com/reference/rerank */
export const cohereRerank: Wire = {
  name: "cohere-rerank",
  envelope: "message",
  understand,
  usageEdits: () => [],
  clampEdits: () => [],
  inputExtras,
  streamReader: unstreamed(readRerank),
  readBody: readRerank,
};

// A unit is one query with up to 100 documents. A document of more than 500 tokens, the query's included, is cut into
// pieces, each of which counts as a document. https://cohere.com/pricing, 2026-11.
const DOCUMENTS_PER_UNIT = 100;
const TOKENS_PER_PIECE = 500;
/** A query takes at most half of what the model reads. https://docs.cohere.com/docs/reranking-best-practices */
const LEAST_TOKENS_PER_PIECE = TOKENS_PER_PIECE / 2;
/** What of a document is read where the call doesn't say. https://docs.cohere.com/reference/rerank#request.body.max_tokens_per_doc */
const DEFAULT_TOKENS_PER_DOCUMENT = 4_096;
/** The first version's. https://docs.cohere.com/v1/changelog/new-maximum-document-length-for-rerank */
const DEFAULT_PIECES_PER_DOCUMENT = 10;

function understand(body: JsonObject): { facts: CallFacts } | { invalid: InvalidBody } {
  const model = modelField(body);
  const fault = firstInvalid([
    model,
    arrayField(body, "documents"),
    integerField(body, "max_tokens_per_doc", MAX_OUTPUT_TOKENS),
    integerField(body, "max_chunks_per_doc", MAX_OUTPUT_TOKENS),
  ]);
  if (fault) return { invalid: fault };
  const facts = { model: valueOf(model) ?? "", stream: false, choices: 1, usageAsked: true };
  return { facts: { ...facts, outputLimit: 0, outputFloor: 0 } };
}

function inputExtras(body: JsonObject): InputExtras {
  return { ...noExtras(), units: { search_units: mostSearchUnits(body) } };
}

/** A byte is at most one token. */
function mostSearchUnits(body: JsonObject): number {
  const pieceTokens = Math.max(LEAST_TOKENS_PER_PIECE, TOKENS_PER_PIECE - utf8Bytes(body["query"]));
  // The first version cuts a document into at most so many pieces, the second cuts it off.
  const chunks = valueOf(integerField(body, "max_chunks_per_doc", MAX_OUTPUT_TOKENS));
  const tokens = valueOf(integerField(body, "max_tokens_per_doc", MAX_OUTPUT_TOKENS));
  const mostTokens = Math.max(
    tokens ?? DEFAULT_TOKENS_PER_DOCUMENT,
    (chunks ?? DEFAULT_PIECES_PER_DOCUMENT) * TOKENS_PER_PIECE,
  );
  let pieces = 0;
  for (const document of asArray(body["documents"])) {
    pieces += Math.max(1, Math.ceil(Math.min(mostTokens, textBytes(document)) / pieceTokens));
  }
  return Math.min(MAX_TOKENS_PER_CALL, Math.max(1, Math.ceil(pieces / DOCUMENTS_PER_UNIT)));
}

function textBytes(document: unknown): number {
  return utf8Bytes(document) || (asObject(document) ? utf8Bytes(JSON.stringify(document)) : 0);
}

function readRerank(status: number, body: unknown): Reading {
  const answer = asObject(body);
  const { usage } = cohereCounts(answer?.["meta"]);
  return { usage, complete: answer !== null, failed: status >= 400, generatedBytes: 0 };
}
