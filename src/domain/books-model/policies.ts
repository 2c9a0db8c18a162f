import type { PolicyRef } from "../../services.ts";
import { copyOf, unchanged, type Books, type PolicyDocument, type Step } from "./books.ts";

// Policy documents and their versions (law 10). Pure.

export type StaleDocument = { index: number; document: string };

const nameOf = (policy: PolicyRef) => `${policy.kind}:${policy.id}`;
const textOf = ({ version, json }: PolicyDocument) => `${version} ${json}`;

/** The documents that aren't what the caller used, "" where there is none. No document is never the same one. */
export function staleDocuments(
  books: Books,
  policies: { policy: PolicyRef; version: number }[],
): StaleDocument[] {
  return policies.flatMap(({ policy, version }, index) => {
    const standing = books.policies[nameOf(policy)];
    if (standing?.version === version) return [];
    return [{ index, document: standing ? textOf(standing) : "" }];
  });
}

/**
 * An older version never takes a newer one's place. A document ends at a moment that its reader set: one put late, when
 * the newer one it missed has ended, has ended too. `redisNowMs`: documents end by Redis's own clock.
 */
export function putPolicy(
  books: Books,
  policy: PolicyRef,
  document: PolicyDocument,
  redisNowMs: number,
): Step<string> {
  const name = nameOf(policy);
  const standing = books.policies[name];
  if (standing && standing.version > document.version) return unchanged(books, textOf(standing));
  const next = copyOf(books);
  if (document.endsAtMs > redisNowMs) next.policies[name] = document;
  else delete next.policies[name];
  return { books: next, reply: textOf(document) };
}
