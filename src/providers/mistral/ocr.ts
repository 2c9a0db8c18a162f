import type { InputExtras } from "../../domain/estimate.ts";
import { tokenCount, type Usage } from "../../domain/usage.ts";
import { asArray, asObject, asText } from "../fields.ts";
import { modelOnly } from "../model-only.ts";
import { dataUrlBase64, pagesOf } from "../media.ts";
import { plainExtras } from "../plain-extras.ts";
import type { JsonObject, Reading, Wire } from "../wire.ts";

/** Documents are read by the page, and an annotation is charged on top. https://docs.mistral.ai/api/endpoint/ocr */
export const mistralOcr: Wire = {
  name: "mistral-ocr",
  envelope: "openai",
  ...modelOnly,
  inputExtras,
  readBody,
};

/** Longer documents are refused. https://docs.mistral.ai/capabilities/document_ai/basic_ocr */
const MAX_PAGES = 1_000;
/** "0-5,7": numbers and ranges, both ends in. */
const RANGE = /^\s*(\d{1,9})\s*(?:-\s*(\d{1,9})\s*)?$/;

function inputExtras(body: JsonObject): InputExtras {
  const document = asObject(body["document"]);
  const image = document?.["image_url"];
  const url = asText(document?.["document_url"]) ?? asText(image) ?? asText(asObject(image)?.["url"]);
  const inline = url === undefined ? null : dataUrlBase64(url);
  const inDocument = image === undefined ? (inline === null ? MAX_PAGES : pagesOf(inline)) : 1;
  const pages = Math.min(inDocument, pagesAsked(body["pages"]));
  const annotated = asObject(body["document_annotation_format"]) ?? asObject(body["bbox_annotation_format"]);
  return {
    ...plainExtras(),
    mediaBytes: inline?.length ?? 0,
    units: { pages, ...(annotated && { annotated_pages: pages }) },
  };
}

/** At most. What isn't understood asks for all. */
function pagesAsked(pages: unknown): number {
  if (typeof pages === "number") return 1;
  if (Array.isArray(pages)) return pages.every((page) => typeof page === "number") ? pages.length : MAX_PAGES;
  if (typeof pages !== "string") return MAX_PAGES;
  let sum = 0;
  for (const part of pages.split(",", MAX_PAGES + 1)) {
    const [, first, last = first] = RANGE.exec(part) ?? [];
    if (first === undefined) return MAX_PAGES;
    sum += Math.max(1, Number(last) - Number(first) + 1);
  }
  return sum;
}

function readBody(status: number, body: unknown): Reading {
  const answer = asObject(body);
  const model = asText(answer?.["model"]);
  return {
    usage: answer && usageIn(answer),
    complete: answer !== null,
    failed: status >= 400 || (answer?.["error"] ?? false) !== false,
    generatedBytes: 0,
    ...(model !== undefined && { model }),
  };
}

/** With an annotation one count may be 0. Where none is stated, the pages are there to be counted. */
function usageIn(answer: JsonObject): Usage | null {
  const stated = asObject(answer["usage_info"]);
  const read = asArray(answer["pages"]).length;
  const pages = tokenCount(stated?.["pages_processed"]) ?? (read > 0 ? read : undefined);
  const annotated_pages = tokenCount(stated?.["pages_processed_annotation"]);
  if (pages === undefined && annotated_pages === undefined) return null;
  return {
    ...(pages !== undefined && { pages }),
    ...(annotated_pages !== undefined && { annotated_pages }),
  };
}
