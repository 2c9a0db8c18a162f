import { tokenizerFactor } from "../domain/estimate.ts";
import { likelyInputTokens } from "../domain/likely-input.ts";
import type { Outcome } from "../domain/outcome.ts";
import type { Reading } from "../providers/wire.ts";
import type { Admission } from "./admission.ts";
import { callEnd, type PricedCall } from "./call-end.ts";
import type { CallPlan, PlannedCall } from "./call-plan.ts";
import { hiddenTokens } from "./hidden-time.ts";
import { answerersOf } from "./priced-call.ts";
import type { RelayEnd } from "./relay.ts";
import type { CallEnd } from "./settle.ts";
import { isSnapshotOf } from "./settled-price.ts";

// What an answer comes to, once it is over.

export interface FinishedCall {
  planned: PlannedCall;
  admission: Admission<CallPlan>;
  /** Settles it. */
  end: (end: CallEnd) => void;
}

/**
 * Prices the reading and hands it to the settle. Returns the cost in nano-USD, null where it isn't known yet. `seenAtMs`: until when nothing of what
 * the model wrote was to be seen.
 */
export function finish(
  { planned, admission, end }: FinishedCall,
  reading: Reading,
  known: Pick<CallEnd, "outcome" | "status" | "firstByteMs">,
  seenAtMs: number,
): number | null {
  const { target, call, price, options, extras } = admission.extra;
  const units = extras.likelyUnits ?? extras.units;
  const model = answeringModel(reading, answerersOf(target, call, planned.startedAtMs));
  const provider = target.provider.name;
  const factor = tokenizerFactor(model);
  const likelyInput = () => likelyInputTokens({ ...extras, body: call.body, factor });
  const priced: Omit<PricedCall, "inputTokens"> = {
    provider,
    model,
    ...(target.wire.namesDeployment && { deployment: true }),
    held: price,
    options,
    priceOverrides: admission.policies.priceOverrides.filter((override) => override.provider === provider),
    hiddenTokens: hiddenTokens(Math.max(0, seenAtMs - planned.startedAtMs)),
    mostOutputTokens: call.facts.choices * outputLimitOf(admission),
    ...(units && { units }),
    holdNanoUsd: admission.amountNanoUsd,
    startedAtMs: planned.startedAtMs,
  };
  const ended = callEnd(reading, { ...priced, likelyInput }, known);
  if (!reading.pending) {
    end(ended);
    return ended.costNanoUsd;
  }
  const { firstByteMs } = known;
  const later = { ...priced, inputTokens: likelyInput() };
  end({ ...ended, pending: { ...reading.pending, provider, priced: later, firstByteMs } });
  return null;
}

/** Which of the models that may answer did: the one that was asked for, unless the answer names another. */
function answeringModel({ model: answered }: Reading, models: string[]): string {
  const [asked = ""] = models;
  return (answered !== undefined && models.find((model) => isSnapshotOf(answered, model))) || asked;
}

/** The output limit of one answer that went to the provider. */
function outputLimitOf({ amountNanoUsd, extra }: Admission<CallPlan>): number {
  const { estimate, outputTokens } = extra;
  return estimate && amountNanoUsd < estimate.tight ? estimate.clampFor(amountNanoUsd) : outputTokens;
}

/** How a call whose terminal event was never seen ended. */
const BROKEN_OFF: Record<RelayEnd["how"], Outcome> = {
  stopped: "client_gone",
  idle: "timeout",
  cut: "cut",
  ended: "cut",
};

export function outcomeOf(reading: Reading, how: RelayEnd["how"]): Outcome {
  if (reading.failed) return "provider_error";
  if (reading.complete) return "completed";
  return BROKEN_OFF[how];
}
