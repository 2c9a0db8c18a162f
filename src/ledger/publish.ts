import { StoreUnavailable, type PolicyRef } from "../services.ts";
import { POLICY_TTL_MS } from "../store/policies.ts";
import type { Store } from "../store/store.ts";
import type { Books } from "./books.ts";
import { openEpoch, type Opener } from "./open.ts";
import type { PolicyDocument } from "./policy-documents.ts";

// The way of a policy document from Postgres to Redis: claimed, read, put. Why in this order: scripts/policies.ts.

/** Claims that a loss of memory, or their end, may overtake. Nobody else's work costs a round. */
const MAX_ROUNDS = 6;
/** The wait before the one repetition of a read that got no answer. A read changes nothing, so it is safe to repeat. */
const READ_AGAIN_AFTER_MS = 100;

export interface Publisher extends Pick<Books, "now" | "sleep" | "nonce">, Opener {
  store: Pick<Store, "claimPolicy" | "putPolicy" | "open">;
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
  publisher: Publisher,
  org: string,
  policy: PolicyRef,
  { isChanged }: { isChanged: boolean },
): Promise<string> {
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const claimed = await publisher.store.claimPolicy(org, policy, publisher.nonce());
    if (claimed.kind === "cold") {
      await openEpoch(publisher, org);
      continue;
    }
    if (claimed.kind === "stands" && !isChanged) return claimed.document;
    const { epoch, claim } = claimed;
    const document = await readTwice(publisher, org, policy);
    const put = await publisher.store.putPolicy(org, policy, { ...document, epoch, claim });
    if (put.kind === "stands") return put.document;
  }
  throw new StoreUnavailable("redis", new Error("the claims of a policy were lost again and again"));
}

/** The document, and when it ends in Redis: counted from before it was read. */
async function readTwice(
  { now, sleep, read }: Publisher,
  org: string,
  policy: PolicyRef,
): Promise<PolicyDocument & { endsAtMs: number }> {
  const attempt = async () => {
    const nowMs = now();
    return { ...(await read(org, policy, nowMs)), endsAtMs: nowMs + POLICY_TTL_MS };
  };
  try {
    return await attempt();
  } catch (error) {
    if (!(error instanceof StoreUnavailable)) throw error;
    await sleep(READ_AGAIN_AFTER_MS);
    return attempt();
  }
}
