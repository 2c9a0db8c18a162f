import { formatUsd } from "../domain/money.ts";
import type { Outcome } from "../domain/outcome.ts";
import { refusalResponse, STATUS_BY_CODE, type Envelope, type Refusal } from "../errors.ts";
import type { AnsweredCall } from "../providers/wire.ts";
import { admissionHeaders } from "./answer-headers.ts";
import type { ClientWatch } from "./client-watch.ts";
import type { Dispatched } from "./forward.ts";
import { finish, outcomeOf, type FinishedCall } from "./finish.ts";
import { splitterFor } from "./framing.ts";
import { clientHeaders, type HeaderList } from "./headers.ts";
import { timeFirstText } from "./hidden-time.ts";
import { redact } from "./redact.ts";
import { edit, tap, type RelayOptions } from "./relay.ts";
import { readAnswer, readUnary } from "./unary.ts";

// Turns what the provider answered into the client's answer, and tells the settle how the call ended.

export interface AnswerOptions extends FinishedCall {
  client: ClientWatch;
  time: RelayOptions["time"];
  waitUntil: (promise: Promise<unknown>) => void;
  /** Our credential, which no answer may carry to the client. */
  secrets: readonly string[];
  /** A stream or body that is silent for this long is given up. */
  idleMs: number;
  /** Headers of this answer alone. */
  extraHeaders: HeaderList;
}

/** What a response may have: https://fetch.spec.whatwg.org/#dom-response. */
const isHttpStatus = (status: number) => status >= 200 && status <= 599;

const FAILED: Record<
  "provider_unreachable" | "provider_timeout" | "client_gone",
  { outcome: Outcome; refusal: Refusal }
> = {
  provider_unreachable: {
    outcome: "provider_unreachable",
    refusal: { code: "provider_unreachable", message: "The provider can't be reached, or broke off." },
  },
  provider_timeout: {
    outcome: "timeout",
    refusal: { code: "provider_timeout", message: "The provider didn't answer in time." },
  },
  client_gone: {
    outcome: "client_gone",
    refusal: { code: "provider_timeout", message: "The client left before the provider answered." },
  },
};

export async function answer(dispatched: Dispatched, options: AnswerOptions): Promise<Response> {
  if ("failed" in dispatched) {
    // No head of an answer came. A client who left may have left a call behind that generates: that is estimated.
    const { outcome, refusal } = FAILED[dispatched.failed];
    const failed = dispatched.failed !== "client_gone";
    const status = failed ? STATUS_BY_CODE[refusal.code] : null;
    finish(
      options,
      { usage: null, complete: false, failed, generatedBytes: 0 },
      { outcome, status, firstByteMs: null },
      options.time.now(),
    );
    return refused(refusal, options);
  }
  const { response } = dispatched;
  const firstByteMs = Math.max(0, options.time.now() - options.planned.startedAtMs);
  const { target, call } = options.admission.extra;
  const { wire } = target;
  const type = response.headers.get("content-type") ?? "";
  const splitter = response.ok ? splitterFor(type, wire, call.facts.stream) : null;
  // The body is asked for last: the runtime makes its stream when it is first looked at, and a whole answer needs none.
  return splitter && response.body
    ? answerStream(response, { body: response.body, splitter, abort: dispatched.abort }, firstByteMs, options)
    : answerWhole(response, dispatched.abort, firstByteMs, options);
}

function answerStream(
  response: Response,
  stream: Pick<RelayOptions, "body" | "splitter" | "abort">,
  firstByteMs: number,
  options: AnswerOptions,
): Response {
  const { target, call } = options.admission.extra;
  const { wire } = target;
  // What the gate asked for by itself; what a provider sends unasked passes.
  const hideUsage = wire.usageEdits(call.body, call.facts).length > 0;
  const untimed = wire.streamReader({ hideUsage }, answeredCall(options, response));
  const { reader, firstTextAtMs } = timeFirstText(untimed, options.time.now);
  const relay = hideUsage ? edit : tap;
  const { readable, done } = relay({
    ...stream,
    reader,
    client: options.client,
    secrets: options.secrets,
    idleMs: options.idleMs,
    time: options.time,
  });
  options.waitUntil(
    done.then(({ how, unreadBytes = 0 }) => {
      if (how === "ended") reader.ended?.();
      const read = reader.reading();
      // An event that was too large to be read may have had the usage: what came of it was generated.
      const reading = { ...read, generatedBytes: read.generatedBytes + unreadBytes };
      const known = { outcome: outcomeOf(reading, how), status: response.status, firstByteMs };
      finish(options, reading, known, firstTextAtMs() ?? options.time.now());
    }),
  );
  const headers = clientHeaders(response.headers, options.secrets, ownHeaders(options));
  return new Response(readable, { status: response.status, headers: Object.fromEntries(headers) });
}

async function answerWhole(
  response: Response,
  abort: () => void,
  firstByteMs: number,
  options: AnswerOptions,
): Promise<Response> {
  const whole = await readAnswer(response, { client: options.client, abort, idleMs: options.idleMs });
  const { wire } = options.admission.extra.target;
  const reading = readUnary(wire, response.status, whole, answeredCall(options, response));
  const how = whole.how === "too_large" ? "cut" : whole.how;
  const { refusal } = FAILED[how === "idle" ? "provider_timeout" : "provider_unreachable"];
  // What the client gets: the provider's answer, or where that broke off, ours in its place.
  const broken = how === "idle" || how === "cut" || !isHttpStatus(response.status);
  const status = broken ? STATUS_BY_CODE[refusal.code] : response.status;
  const outcome =
    response.status >= 400 ? "provider_error" : outcomeOf({ ...reading, complete: how === "ended" }, how);
  const costNanoUsd = finish(options, reading, { outcome, status, firstByteMs }, options.time.now());
  if (how !== "ended" || broken) return refused(refusal, options);
  const cost: HeaderList = costNanoUsd === null ? [] : [["x-tollgate-cost-usd", formatUsd(costNanoUsd)]];
  const own = [...ownHeaders(options), ...cost];
  const headers = clientHeaders(response.headers, options.secrets, own);
  const bytes = redact(whole.bytes, options.secrets);
  const empty = status === 204 || status === 205 || status === 304;
  return new Response(empty ? null : bytes, { status, headers: Object.fromEntries(headers) });
}

function refused(refusal: Refusal, options: AnswerOptions): Response {
  const envelope: Envelope = options.planned.route.envelope;
  const response = refusalResponse(refusal, envelope, options.planned.requestId);
  for (const [name, value] of ownHeaders(options)) response.headers.set(name, value);
  return response;
}

function ownHeaders({ planned, admission, time, extraHeaders }: AnswerOptions): HeaderList {
  return [
    ["x-tollgate-request-id", planned.requestId],
    ...admissionHeaders(admission, planned.startedAtMs),
    ["server-timing", `total;dur=${Math.max(0, time.now() - planned.startedAtMs)}`],
    ...extraHeaders,
  ];
}

function answeredCall({ admission }: AnswerOptions, { headers }: Response): AnsweredCall {
  const { call } = admission.extra;
  return { body: call.body, facts: call.facts, headers };
}
