import type { Usage } from "../../src/domain/usage.ts";
import { gate } from "../../src/gate/gate.ts";
import type { Bench, Stall } from "./bench.ts";
import { responseBytes, type Case } from "./cases.ts";
import { clientRequest, type ClientRequest } from "./client-request.ts";
import { pathOf, type Path } from "./paths.ts";
import { providerAnswer } from "./provider-answer.ts";

// Makes a recorded call through the gate, and sees what the provider got, what the client got, and what was booked.

export interface Sent {
  url: string;
  body: Uint8Array;
}

/** The one settled entry of the call, as the ledger has it. */
export interface Booked {
  costNanoUsd: number;
  holdNanoUsd: number;
  usage: Usage | null;
  estimated: boolean;
  /** All that the settle knew. */
  facts: Record<string, unknown>;
}

export interface Replay {
  path: Path;
  request: ClientRequest;
  /** The key that was let through has `allow_unpriced`: the model has no known price. */
  unpriced: boolean;
  /** Null: the gate knows no such path. */
  status: number | null;
  /** Of Tollgate's own refusal; null where the provider's answer came through. */
  refusal: string | null;
  /** Null where nothing was sent to the provider. */
  sent: Sent | null;
  received: Uint8Array;
  booked: Booked | null;
  /** What isn't as it must be in any call: laws 1 and 4, and what the gate reported. */
  faults: string[];
}

export interface ReplayOptions {
  /** How the provider's bytes are cut on the way. Default: not at all. */
  cut?: (bytes: Uint8Array) => Uint8Array[];
}

/** Where the recording has no date, and before the clients' SDKs had others. */
const DEFAULT_DATE_MS = Date.UTC(2026, 5, 1);

/** Each call is its organization's first; overruns are judged with the holds. */
const ORDINARY_REPORTS = /^(?:epoch_opened|overrun) /;

/** Null where the recorded URL is none. */
export async function replay(
  bench: Bench,
  recorded: Case,
  options: ReplayOptions = {},
): Promise<Replay | null> {
  const path = pathOf(recorded);
  if (!path) return null;
  const priced = await attempt(bench, recorded, { ...options, path, unpriced: false });
  return priced.refusal === "model_unpriced"
    ? attempt(bench, recorded, { ...options, path, unpriced: true })
    : priced;
}

async function attempt(
  bench: Bench,
  recorded: Case,
  { path, unpriced, cut = (bytes) => [bytes] }: ReplayOptions & { path: Path; unpriced: boolean },
): Promise<Replay> {
  let sent: Sent | null = null;
  const provider: typeof fetch = async (input, init) => {
    sent = { url: urlOf(input), body: await bytesOf(new Response(init?.body ?? null)) };
    return providerAnswer(recorded, cut(responseBytes(recorded)));
  };
  const stall = await bench.stall(provider, {
    nowMs: dateOf(recorded),
    allowUnpriced: unpriced,
    prefix: path.prefix,
  });
  const request = clientRequest(recorded, path, stall.secret);
  const { url, method, headers, body: bytes } = request;
  const response = await gate(stall.deps, new Request(url, { method, headers, body: bytes }));
  const received = response ? await bytesOf(response) : new Uint8Array();
  await stall.settled();
  return {
    path,
    request,
    unpriced,
    status: response?.status ?? null,
    refusal: sent === null ? refusalIn(received) : null,
    sent,
    received,
    ...(await bookedIn(stall)),
  };
}

async function bookedIn(stall: Stall): Promise<Pick<Replay, "booked" | "faults">> {
  const { rows, spent, held } = await stall.books();
  const faults = stall.reports.filter((report) => !ORDINARY_REPORTS.test(report));
  const sum = rows.reduce((total, { amount }) => total + amount, 0);
  if (held !== 0) faults.push(`law 4: ${held} nano-USD are held with nothing in flight`);
  if (spent !== sum) faults.push(`law 1: ${spent} nano-USD are spent, ${sum} are in the ledger`);
  if (rows.length > 1) faults.push(`law 5: ${rows.length} entries for one call`);
  const [row] = rows;
  if (!row) return { booked: null, faults };
  const { facts, amount } = row;
  const booked: Booked = {
    costNanoUsd: amount,
    holdNanoUsd: Number(facts["hold"]),
    usage: facts["usage"] as Usage | null,
    estimated: facts["estimated"] === true,
    facts,
  };
  return { booked, faults };
}

function refusalIn(received: Uint8Array): string | null {
  const code = /"tollgate":\{"code":"([a-z_]+)"/.exec(new TextDecoder().decode(received))?.[1];
  return code ?? null;
}

/** Prices are those of the day on which the provider answered: by a header's word, or by the answer's own. */
export function dateOf({ response_headers: headers, response_body: body }: Case): number {
  const date = headers.find(([name]) => name.toLowerCase() === "date")?.[1];
  const dateMs = date === undefined ? Number.NaN : Date.parse(date);
  if (!Number.isNaN(dateMs)) return dateMs;
  const seconds = /"created(?:_at)?"\s*:\s*(1[5-9]\d{8})\b/.exec(body)?.[1];
  return seconds === undefined ? DEFAULT_DATE_MS : Number(seconds) * 1_000;
}

function urlOf(input: RequestInfo | URL): string {
  if (typeof input === "string") return input;
  return input instanceof URL ? input.href : input.url;
}

async function bytesOf(body: Response): Promise<Uint8Array> {
  return new Uint8Array(await body.arrayBuffer());
}
