import { StoreUnavailable, type PolicyRef } from "../services.ts";
import { POLICY_TTL_MS } from "../store/policies.ts";
import type { Books } from "./books.ts";
import { openEpoch } from "./open.ts";
import type { PolicyDocument } from "./policy-documents.ts";

// The way of a policy document from Postgres to Redis: claimed, read, put. Why in this order: scripts/policies.ts.

/** Claims that a loss of memory, or their end, may overtake. Nobody else's work costs a round. */
const MAX_ROUNDS = 6;

export interface Publisher {
  books: Pick<Books, "store" | "ledger" | "now" | "nonce" | "report">;
  /** Reads a document in Postgres, with what is in force at `nowMs` or later. Throws StoreUnavailable. */
  read: (org: string, policy: PolicyRef, nowMs: number) => Promise<PolicyDocument>;
}

/** What Redis has, or else what Postgres has, brought to Redis: for a call that misses a document. Throws StoreUnavailable. */
export function fetchPolicy(publisher: Publisher, org: string, policy: PolicyRef): Promise<string> {
  return bring(publisher, org, policy, { isChanged: false });
}

/** Brings a document that a committed change touched: once it returns, no call uses an older one. Throws StoreUnavailable. */
export async function publishPolicy(publisher: Publisher, org: string, policy: PolicyRef): Promise<void> {
  await bring(publisher, org, policy, { isChanged: true });
}

async function bring(
  { books, read }: Publisher,
  org: string,
  policy: PolicyRef,
  { isChanged }: { isChanged: boolean },
): Promise<string> {
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const claimed = await books.store.claimPolicy(org, policy, books.nonce());
    if (claimed.kind === "cold") {
      await openEpoch(books, org);
      continue;
    }
    if (claimed.kind === "stands" && !isChanged) return claimed.document;
    const { epoch, claim } = claimed;
    const readAtMs = books.now();
    const document = await read(org, policy, readAtMs);
    const endsAtMs = readAtMs + POLICY_TTL_MS;
    const put = await books.store.putPolicy(org, policy, { ...document, epoch, claim, endsAtMs });
    if (put.kind === "stands") return put.document;
  }
  throw new StoreUnavailable("redis", new Error("the claims of a policy were lost again and again"));
}
