import { eq } from "drizzle-orm";
import type { Books } from "../../ledger/books.ts";
import { closeHold } from "../../ledger/close.ts";
import type { Database } from "../../ledger/database.ts";
import { openEpoch } from "../../ledger/open.ts";
import { rebuildCounters } from "../../ledger/rebuild.ts";
import { budgetTotals, ledgerEntries, organizationBooks } from "../../ledger/books-schema.ts";
import { usageTotals } from "../../ledger/usage-schema.ts";
import { periodAt } from "../../domain/period.ts";
import type { ReserveInput } from "../../store/admission.ts";
import { counterKey, epochKey, holdKey, holdsKey, metaKey, outboxKey } from "../../store/keys.ts";
import type { RunCommand } from "../../store/redis.ts";
import type { Finding } from "./finding.ts";

// The real scripts and statements, once through, for an organization that nobody has; nothing of it is left behind.

const ABOUT = "books";
const COUNTER = "bud_doctor";
/** In nano-USD: what one budget allows, one call holds, and it costs. */
const LIMIT = 1_000_000;
const HELD = 700_000;
const COST = 300_000;
/** What the ledger asks of each call. */
const CALL = {
  key_id: "key_doctor",
  provider: "none",
  model_requested: "none",
  model: "none",
  endpoint: "none",
  stream: false,
  outcome: "completed",
  hold: HELD,
  tags: [],
};

/** `org`: a name that no organization has. */
export async function rehearse(
  books: Books,
  { database, run, org }: { database: Database; run: RunCommand; org: string },
): Promise<Finding> {
  const first = `${org}_1`;
  const second = `${org}_2`;
  try {
    const fault = await once(books, org, [first, second]);
    if (fault === undefined)
      return {
        about: ABOUT,
        level: "ok",
        says: "a call was reserved, settled, booked; one too many refused",
      };
    return {
      about: ABOUT,
      level: "fail",
      says: fault,
      fix: "Is the Redis an Upstash, and the database migrated?",
    };
  } finally {
    const own = [metaKey, epochKey, holdsKey, outboxKey].map((key) => key(org));
    await run(["DEL", ...own, counterKey(org, COUNTER), holdKey(org, first), holdKey(org, second)]);
    for (const table of [ledgerEntries, budgetTotals, usageTotals, organizationBooks])
      await database.delete(table).where(eq(table.organizationId, org));
  }
}

/** What isn't as it should be; undefined: all is. */
async function once(books: Books, org: string, holds: [string, string]): Promise<string | undefined> {
  const periodStartMs = periodAt({ kind: "total" }, books.now()).startMs;
  const epoch = await openEpoch(books, org);
  await rebuildCounters(books, org, epoch, [{ counter: COUNTER, periodStartMs }]);
  const reserve = async (holdId: string) => {
    const line = {
      counter: COUNTER,
      periodStartMs,
      limit: LIMIT,
      hard: true,
      amount: "usd",
      onLapse: "charge",
    } as const;
    const input: ReserveInput = {
      organizationId: org,
      epoch,
      nowMs: books.now(),
      leaseMs: books.leaseMs,
      holdId,
      policies: [],
      lines: [line],
      want: HELD,
      tight: HELD,
      least: HELD,
      facts: "{}",
    };
    return (await books.store.reserve(input)).reply.kind;
  };
  const [admitted, refused] = [await reserve(holds[0]), await reserve(holds[1])];
  if (admitted !== "ok" || refused !== "refused")
    return `the reserve script said ${admitted} to what fits and ${refused} to what doesn't`;
  const { outcome } = await closeHold(books, org, {
    mode: "settle",
    holdId: holds[0],
    amountNanoUsd: COST,
    lines: [{ counter: COUNTER, periodStartMs, actual: COST }],
    facts: JSON.stringify({ ...CALL, request_id: holds[0], started_at: new Date(books.now()).toISOString() }),
  });
  if (outcome !== "booked" && books.flushMs === 0) return `a settle ended ${outcome}, and not in the ledger`;
  const { counters } = await books.store.readCounters(org, [COUNTER]);
  const { spent, held } = counters[0] ?? {};
  return spent === COST && held === 0
    ? undefined
    : `after a cost of ${COST} the counter says ${spent}, held ${held}`;
}
