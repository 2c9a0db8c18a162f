import { and, eq, isNull, lt, or, sql } from "drizzle-orm";
import type { Database } from "../../ledger/database.ts";
import { idempotencyKeys } from "../../ledger/control-schema.ts";
import type { Services } from "../../services.ts";

// Who may work on an Idempotency-Key: a row of idempotency_keys without an answer is a claim.

const KEPT_MS = 24 * 3_600_000;
/** A claim this old belongs to a Worker that died, for no POST takes that long. */
const CLAIM_MS = 60_000;
const EXPIRED_PER_CLAIM = 100;

export interface Claim {
  id: string;
  claimedAt: Date;
}

/** Takes the key if it is new, older than a day, or claimed by a Worker that died with it. */
export async function claimOf(
  services: Services,
  row: { id: string; bodyDigest: string },
): Promise<Claim | null> {
  const { database } = services;
  const nowMs = services.now();
  const claimedAt = new Date(nowMs);
  const expired = lt(idempotencyKeys.createdAt, new Date(nowMs - KEPT_MS));
  const abandoned = and(
    isNull(idempotencyKeys.status),
    lt(idempotencyKeys.createdAt, new Date(nowMs - CLAIM_MS)),
    eq(idempotencyKeys.bodyDigest, row.bodyDigest),
  );
  const old = database
    .select({ id: idempotencyKeys.id })
    .from(idempotencyKeys)
    .where(expired)
    .limit(EXPIRED_PER_CLAIM)
    .for("update", { skipLocked: true });
  const [claimed] = await database.batch([
    database
      .insert(idempotencyKeys)
      .values({ ...row, createdAt: claimedAt })
      .onConflictDoUpdate({
        target: idempotencyKeys.id,
        set: { bodyDigest: row.bodyDigest, status: null, response: null, createdAt: claimedAt },
        setWhere: sql`${or(expired, abandoned)}`,
      })
      .returning({ id: idempotencyKeys.id }),
    database.delete(idempotencyKeys).where(sql`${idempotencyKeys.id} in ${old}`),
  ]);
  return claimed.length > 0 ? { id: row.id, claimedAt } : null;
}

/** Only a claim that has no answer goes. */
export async function giveBack(database: Database, claim: Claim): Promise<void> {
  await database.delete(idempotencyKeys).where(unansweredBy(claim));
}

/** The claim's row, unless another took it over: that has another time. */
export function claimedBy(claim: Claim) {
  return and(eq(idempotencyKeys.id, claim.id), eq(idempotencyKeys.createdAt, claim.claimedAt));
}

export function unansweredBy(claim: Claim) {
  return and(claimedBy(claim), isNull(idempotencyKeys.status));
}
