// A provider for tests. What it does with a request is the test's choice, made in the request's own header
// `x-scenario` (see scripted-provider-scenario.ts), which Tollgate passes through as it does every ordinary header;
// with no such header it gives a plain answer. It keeps what it got, what it sent, and what it truly billed.

import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from "node:http";

import { failureReply, familyOf } from "../../src/local/demo/family.ts";
import { readBody } from "../../src/local/demo/read-body.ts";
import { close, listen } from "../../src/local/demo/serve.ts";
import { createGates } from "./scripted-provider-gates.ts";
import { play } from "./scripted-provider-play.ts";
import { parseScenario, SCENARIO_HEADER, type Scenario } from "./scripted-provider-scenario.ts";
import type { Bill, Script } from "./scripted-provider-script.ts";
import { createWaiters } from "./scripted-provider-waiters.ts";
import { createWire } from "./scripted-provider-wire.ts";
import { writeScript } from "./scripted-provider-write.ts";

export { withScenario, type Scenario } from "./scripted-provider-scenario.ts";

const MAX_BODY_BYTES = 64 * 1024 * 1024;
/** A scenario may hold a whole recorded answer. */
const MAX_HEADER_BYTES = 256 * 1024;
/** A pooled connection that Node closes while a gate sends on it would look like a fault of the gate. */
const KEEP_ALIVE_MS = 600_000;
const MAX_REQUESTS = 100_000;

/** completed: all was sent. cut: the scenario destroyed the socket. peer_closed: the peer left before the end. */
export type Outcome = "pending" | "completed" | "cut" | "peer_closed";

export interface Billed extends Bill {
  /** False while it is being generated, and for good if it broke off. */
  complete: boolean;
}

export interface RecordedRequest {
  readonly method: string;
  /** With the query. */
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  /** Empty until all of it has arrived. */
  readonly body: Buffer;
  readonly startedAtMs: number;
  readonly outcome: Outcome;
  /** The exact bytes of the answer's body so far. */
  readonly sent: Buffer;
  readonly chunksSent: number;
  readonly billed: Billed;
}

type Recording = { -readonly [Field in keyof RecordedRequest]: RecordedRequest[Field] } & {
  parts: Uint8Array[];
};

export interface ScriptedProvider {
  url: string;
  port: number;
  /** In order of arrival; the entries are live. */
  requests: readonly RecordedRequest[];
  /** What each request truly cost, at the same index. */
  readonly billed: readonly Billed[];
  /** The first request, past or to come, of which the predicate holds; rejects when the provider is closed. */
  waitFor(predicate: (request: RecordedRequest) => boolean): Promise<RecordedRequest>;
  /** Lets pass everything that the gate of this name holds, now and later. */
  open(gate: string): void;
  close(): Promise<void>;
}

export async function startScriptedProvider(): Promise<ScriptedProvider> {
  const requests: Recording[] = [];
  const waiters = createWaiters<RecordedRequest>(requests);
  const gates = createGates();
  const options = { maxHeaderSize: MAX_HEADER_BYTES, keepAliveTimeout: KEEP_ALIVE_MS };
  const server = createServer(options, (request, response) => {
    void answer(request, response);
  });

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const record = recordOf(request);
    if (requests.push(record) > MAX_REQUESTS) throw new Error(`More than ${MAX_REQUESTS} requests in a test`);
    waiters.notify();
    response.on("close", () => {
      if (record.outcome === "pending")
        record.outcome = response.writableFinished ? "completed" : "peer_closed";
      waiters.notify();
    });
    const body = await readBody(request, MAX_BODY_BYTES).catch(() => null);
    // The peer left while it was sending, as the record says, or sent more than any test needs.
    if (body === null) return void response.destroy();
    record.body = body;
    waiters.notify();

    const { script, scenario } = scriptOf(record);
    const wire = createWire(response, {
      splitBytes: scenario.splitBytes,
      onSent: (bytes) => {
        record.parts.push(bytes);
        waiters.notify();
      },
      onDestroy: () => {
        record.outcome = "cut";
      },
    });
    await play(script, scenario, {
      wire,
      passGate: (name) => gates.pass(name, wire.gone),
      onChunk: (chunksSent) => {
        record.chunksSent = chunksSent;
        record.billed = billSoFar(script, chunksSent);
      },
    });
  }

  const port = await listen(server, 0);
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    requests,
    get billed() {
      return requests.map((request) => request.billed);
    },
    waitFor: (predicate) => waiters.waitFor(predicate),
    open: (gate) => gates.open(gate),
    async close() {
      await close(server);
      waiters.end();
    },
  };
}

function recordOf(request: IncomingMessage): Recording {
  return {
    method: request.method ?? "",
    path: request.url ?? "",
    headers: request.headers,
    body: Buffer.alloc(0),
    startedAtMs: Date.now(),
    outcome: "pending",
    parts: [],
    get sent() {
      return Buffer.concat(this.parts);
    },
    chunksSent: 0,
    billed: { inputTokens: 0, outputTokens: 0, complete: false },
  };
}

/** A scenario that can't be played is answered with 400 and the reason, so that the test fails and says why. */
function scriptOf(record: RecordedRequest): { script: Script; scenario: Scenario } {
  const { method, headers, body } = record;
  const path = record.path.replace(/\?.*$/, "");
  const request = { method, path, query: new URLSearchParams(record.path.slice(path.length)), headers, body };
  try {
    const scenario = parseScenario(headers[SCENARIO_HEADER]);
    return { scenario, script: writeScript(request, scenario) };
  } catch (error) {
    const message = `${SCENARIO_HEADER}: ${String(error)}`;
    const { status, pieces } = failureReply(familyOf(request), { status: 400, message });
    return { scenario: {}, script: writeScript(request, { status, body: pieces.join("") }) };
  }
}

function billSoFar({ stream, chunks, bill }: Script, chunksSent: number): Billed {
  const complete = chunksSent === chunks.length;
  if (complete || !stream) return { ...bill, complete };
  return { ...bill, outputTokens: Math.ceil((bill.outputTokens * chunksSent) / chunks.length), complete };
}
