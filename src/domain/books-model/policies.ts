import type { PolicyRef } from "../../services.ts";
import type { ClaimReply, PutInput, PutReply } from "../../store/documents.ts";
import { copyOf, unchanged, type Books, type PolicyDocument, type Step } from "./books.ts";

// Policy documents, their versions, and the claims of those who read them in Postgres (law 10). Pure.

export type StaleDocument = { index: number; document: string };

const nameOf = (policy: PolicyRef) => `${policy.kind}:${policy.id}`;
const textOf = ({ epoch, version, json }: Omit<PolicyDocument, "endsAtMs">) => `${epoch}.${version} ${json}`;

/** The documents that aren't what the caller used, "" where there is none. No document is never the same one. */
export function staleDocuments(
  books: Books,
  policies: { policy: PolicyRef; version: number }[],
): StaleDocument[] {
  return policies.flatMap(({ policy, version }, index) => {
    const document = documentIn(books, policy);
    if (document?.version === version) return [];
    return [{ index, document: document ? textOf(document) : "" }];
  });
}

/** The document of this epoch. One of an earlier epoch may be older than an answered change: Redis may have fallen back. */
function documentIn({ meta, policies }: Books, policy: PolicyRef): PolicyDocument | null {
  const standing = policies[nameOf(policy)];
  return standing && "json" in standing && standing.epoch === meta?.epoch ? standing : null;
}

/** To be asked before Postgres is: what stands, or a claim of the document, shared by all who read it. */
export function claimPolicy(books: Books, policy: PolicyRef, nonce: string): Step<ClaimReply> {
  const { meta } = books;
  if (!meta) return unchanged(books, { kind: "cold" });
  const { epoch } = meta;
  const document = documentIn(books, policy);
  if (document) return unchanged(books, { kind: "stands", epoch, document: textOf(document), claim: null });
  const standing = books.policies[nameOf(policy)];
  if (standing && "claim" in standing && standing.claim.startsWith(`?${epoch}.`)) {
    return unchanged(books, { kind: "claimed", epoch, claim: standing.claim });
  }
  const next = copyOf(books);
  next.claims += 1;
  const claim = `?${epoch}.${next.claims}.${nonce}`;
  next.policies[nameOf(policy)] = { claim };
  return { books: next, reply: { kind: "claimed", epoch, claim } };
}

/**
 * Goes through where the claim stands, or a document that is no newer: then nothing was put since the claim that this
 * read could have missed. A document ends at a moment that its reader set. `redisNowMs`: it ends by Redis's own clock.
 */
export function putPolicy(
  books: Books,
  policy: PolicyRef,
  put: PutInput,
  redisNowMs: number,
): Step<PutReply> {
  const { claim, ...document } = put;
  if (books.meta?.epoch !== put.epoch) return unchanged(books, { kind: "again" });
  const before = documentIn(books, policy);
  if (before && before.version > put.version)
    return unchanged(books, { kind: "stands", document: textOf(before) });
  const standing = books.policies[nameOf(policy)];
  const isClaimed = standing && "claim" in standing && standing.claim === claim;
  if (!before && !isClaimed) return unchanged(books, { kind: "again" });
  const next = copyOf(books);
  if (put.endsAtMs > redisNowMs) next.policies[nameOf(policy)] = document;
  else delete next.policies[nameOf(policy)];
  return { books: next, reply: { kind: "stands", document: textOf(document) } };
}
