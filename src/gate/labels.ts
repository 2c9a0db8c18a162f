import type { Refusal } from "../errors.ts";
import { isLabel, MAX_LABEL_BYTES, MAX_TAGS, type CallLabels } from "../domain/scope.ts";

const CUSTOMER_HEADER = "x-tollgate-customer";
const TAGS_HEADER = "x-tollgate-tags";

/** The customer and tags that a request names. A label that no budget could stand on is refused, never cut or dropped. */
export function labelsOf(
  headers: Headers,
  endUser: string | undefined,
): { labels: CallLabels } | { refusal: Refusal } {
  const header = headers.get(CUSTOMER_HEADER)?.trim();
  const named = header === undefined || header === "" ? endUser : header;
  const customer = named === undefined || named === "" ? null : named;
  const tags = (headers.get(TAGS_HEADER) ?? "")
    .split(",")
    .map((tag) => tag.trim())
    .filter((tag) => tag !== "");
  const bad = [customer ?? [], tags].flat().find((label) => !isLabel(label));
  if (bad !== undefined) {
    const what = bad === customer ? "customer" : "tag";
    const message = `The ${what} is longer than ${MAX_LABEL_BYTES} bytes, has control characters, or is "*".`;
    return { refusal: { code: "invalid_request", message, param: what } };
  }
  if (new Set(tags).size > MAX_TAGS) return { refusal: tooManyTags() };
  return { labels: { customer, tags } };
}

/** A key's own tags come before those that a request adds. Null where they are too many together. */
export function withKeyTags(labels: CallLabels, keyTags: readonly string[]): CallLabels | null {
  const tags = [...new Set([...keyTags, ...labels.tags])];
  return tags.length > MAX_TAGS ? null : { ...labels, tags };
}

export function tooManyTags(): Refusal {
  return { code: "invalid_request", message: `A call has at most ${MAX_TAGS} tags.`, param: "tags" };
}
