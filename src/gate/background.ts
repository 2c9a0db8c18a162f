import * as z from "zod";
import type { UnitCounts } from "../domain/billed-units.ts";
import { UNITS } from "../domain/charged-budgets.ts";
import type { PriceOverride } from "../domain/price-override.ts";
import type { Price } from "../domain/pricing.ts";
import type { ResponseRef } from "../ledger/background.ts";
import type { Reading } from "../providers/wire.ts";
import { callEnd, type PricedCall } from "./call-end.ts";
import type { GateDeps } from "./gate-deps.ts";
import { hiddenTokens } from "./hidden-time.ts";
import { closeCall, type OpenCall } from "./open-call.ts";

// A response that is made in the background states its usage to whoever asks for it later, and to everyone who asks again.
// The call that made it is settled by the first who hears of its end (R45).

/** What a call that was answered before its end leaves for its settle. */
export interface PendingAnswer extends ResponseRef {
  priced: PricedCall;
  firstByteMs: number | null;
}

/**
 * How long such a hold waits, unless leases are longer still: such responses take minutes, a few an hour. Whoever asks for
 * theirs later finds it lapsed, and charged at its hold; that is corrected.
 */
const BACKGROUND_LEASE_MS = 2 * 3_600_000;

const stored = z.object({
  open: z.object({
    holdId: z.string(),
    amountNanoUsd: z.int(),
    lines: z.array(z.object({ counter: z.string(), periodStartMs: z.int(), unit: z.enum(UNITS) })),
    facts: z.record(z.string(), z.unknown()),
    shadowRefusals: z.array(z.string()),
    startedAtMs: z.number(),
  }),
  // Prices that were stored are checked where they are used (priceFault).
  priced: z.object({
    provider: z.string(),
    model: z.string(),
    held: z.custom<Price>(isObject).nullable(),
    options: z.object({ tier: z.string().exactOptional(), variant: z.string().exactOptional() }),
    priceOverrides: z.array(z.custom<PriceOverride>(isObject)),
    inputTokens: z.int(),
    hiddenTokens: z.int(),
    mostOutputTokens: z.int(),
    units: z.custom<UnitCounts>(isObject).exactOptional(),
    holdNanoUsd: z.int(),
    startedAtMs: z.number(),
  }),
  firstByteMs: z.number().nullable(),
});

// What is stored was checked by the wire format; only its shape is again.
const storedReading = z.custom<Reading>(isObject);

function isObject(value: unknown): boolean {
  return typeof value === "object" && value !== null;
}

/** Leaves the call to who hears of its response's end. False where that can't be written down: settle it, then. */
export async function leavePending(
  deps: GateDeps,
  org: string,
  open: OpenCall,
  { priced, firstByteMs, provider, responseId }: PendingAnswer,
): Promise<boolean> {
  const { books } = deps;
  const ref = { provider, responseId };
  const call = { open, priced, firstByteMs };
  try {
    const told = await books.ledger.keepBackgroundCall(org, ref, {
      holdId: open.holdId,
      call,
      nowMs: books.now(),
    });
    if (told !== null) {
      await settlePending(deps, org, ref, { call, reading: storedReading.parse(told) });
      return true;
    }
  } catch (error) {
    books.report("background_lost", { organization: org, hold: open.holdId, cause: String(error) });
    return false;
  }
  try {
    const leaseMs = Math.max(books.leaseMs, BACKGROUND_LEASE_MS);
    await books.store.renew(org, { holdId: open.holdId, nowMs: books.now(), leaseMs });
  } catch (error) {
    // It then lapses with the lease it has, and the settle corrects that.
    books.report("renewal_failed", { organization: org, hold: open.holdId, cause: String(error) });
  }
  return true;
}

/** Settles the call that an answer tells the end of, if one of this organization waits for it. Never throws. */
export async function settleTold(
  deps: GateDeps,
  org: string,
  provider: string,
  reading: Reading,
): Promise<void> {
  if (!reading.background) return;
  const ref = { provider, responseId: reading.background.responseId };
  try {
    const call = await deps.books.ledger.tellBackgroundEnd(org, ref, { reading, nowMs: deps.books.now() });
    if (call !== null) await settlePending(deps, org, ref, { call: stored.parse(call), reading });
  } catch (error) {
    // The next answer about it says the same.
    deps.books.report("background_unsettled", { organization: org, cause: String(error) });
  }
}

async function settlePending(
  deps: GateDeps,
  org: string,
  ref: ResponseRef,
  { call, reading }: { call: z.infer<typeof stored>; reading: Reading },
): Promise<void> {
  const finished = reading.complete ? "completed" : "cut";
  const outcome = reading.failed ? "provider_error" : finished;
  const { inputTokens, ...known } = call.priced;
  // One that was cancelled says nothing of what it thought by then.
  const priced = { ...known, hiddenTokens: hiddenTokens(deps.books.now() - known.startedAtMs) };
  const end = callEnd(
    reading,
    { ...priced, likelyInput: () => inputTokens },
    { outcome, status: 200, firstByteMs: call.firstByteMs },
  );
  if (await closeCall(deps, org, call.open, end)) await deps.books.ledger.backgroundDone(org, ref);
}
