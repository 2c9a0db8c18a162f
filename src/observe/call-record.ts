import { formatUsd } from "../domain/money.ts";
import type { Code } from "../errors.ts";

// One call to the data plane, once it is over, for those who run the gate. No body, no header, no secret. Pure.

export interface CallRecord {
  requestId: string;
  /** The API path, with no query. */
  endpoint: string;
  /** Null under `/v1` before the model is known. */
  provider: string | null;
  /** How it ended: as in the ledger, refused, or passed on unmetered. */
  outcome: string;
  /** Of a refusal. */
  code?: Code;
  status: number | null;
  organizationId?: string | undefined;
  keyId?: string | undefined;
  teamId?: string | undefined;
  userId?: string | undefined;
  model?: string;
  stream?: boolean;
  holdNanoUsd?: number;
  costNanoUsd?: number;
  overrunNanoUsd?: number;
  estimated?: boolean;
  /** Milliseconds, from the call's start to: its admission; the provider's answer; its end. */
  admittedMs?: number | undefined;
  firstByteMs?: number | null;
  durationMs: number;
  /** Of the settle alone, with its drain. */
  settleMs?: number;
}

/** The call as one line of JSON, with the names and units of REST's request resource. What isn't known is left out. */
export function logLine(call: CallRecord): string {
  const usd = (nano: number | undefined) => (nano === undefined ? undefined : formatUsd(nano));
  return JSON.stringify({
    event: "call",
    request_id: call.requestId,
    organization_id: call.organizationId,
    key_id: call.keyId,
    team_id: call.teamId,
    user_id: call.userId,
    provider: call.provider ?? undefined,
    model: call.model,
    endpoint: call.endpoint,
    stream: call.stream,
    outcome: call.outcome,
    code: call.code,
    status: call.status ?? undefined,
    hold: usd(call.holdNanoUsd),
    cost: usd(call.costNanoUsd),
    overrun: call.overrunNanoUsd ? usd(call.overrunNanoUsd) : undefined,
    estimated: call.estimated || undefined,
    admitted_ms: call.admittedMs,
    first_byte_ms: call.firstByteMs ?? undefined,
    duration_ms: call.durationMs,
    settle_ms: call.settleMs,
  });
}
