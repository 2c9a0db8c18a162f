import type { PolicyRef } from "../services.ts";
import { POLICY_TTL_MS } from "../store/policies.ts";
import type { Store } from "../store/store.ts";
import type { Database } from "./database.ts";
import { readPolicyDocument } from "./policy-documents.ts";

/** Brings a document from Postgres to Redis, and returns the one that stands there afterwards. Throws StoreUnavailable. */
export async function publishPolicy(
  { database, store, now }: { database: Database; store: Store; now: () => number },
  org: string,
  policy: PolicyRef,
): Promise<string> {
  const readAtMs = now();
  const document = await readPolicyDocument(database, org, policy, readAtMs);
  return store.putPolicy(org, policy, { ...document, endsAtMs: readAtMs + POLICY_TTL_MS });
}
