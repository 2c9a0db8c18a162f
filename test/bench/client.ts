import { Agent, request, type IncomingMessage } from "node:http";
import { once } from "node:events";
import { sentAgoMs } from "./answers.ts";

/** A call that takes longer has failed. */
const TIMEOUT_MS = 60_000;

export interface Call {
  path: string;
  headers: Record<string, string>;
  body: string;
}

/** In milliseconds, from the send on. */
export interface Timing {
  firstByteMs: number;
  wholeMs: number;
  /** From the provider's write of a stream's first event to its receipt: none where the answer isn't streamed. */
  firstEventMs?: number;
}

export interface Driven {
  timings: Timing[];
  tookMs: number;
}

/** Sends `count` calls over so many connections, each as soon as the one before it was answered. */
export async function drive(
  url: string,
  callOf: (index: number) => Call,
  { connections, count }: { connections: number; count: number },
): Promise<Driven> {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  const timings: Timing[] = [];
  let next = 0;
  const startedAt = performance.now();
  const loop = async () => {
    while (next < count) timings.push(await timed(url, callOf(next++), agent));
  };
  try {
    await Promise.all(Array.from({ length: connections }, loop));
  } finally {
    agent.destroy();
  }
  return { timings, tookMs: performance.now() - startedAt };
}

/** An answer whose head has come; its body is the caller's to read. */
export async function send(url: string, call: Call, agent: Agent): Promise<IncomingMessage> {
  const { path, headers, body } = call;
  const sent = request(`${url}${path}`, { method: "POST", headers, agent, timeout: TIMEOUT_MS });
  sent.once("timeout", () => sent.destroy(new Error("no answer in time")));
  sent.end(body);
  const [response] = (await once(sent, "response")) as [IncomingMessage];
  return response;
}

async function timed(url: string, call: Call, agent: Agent): Promise<Timing> {
  const sentAt = performance.now();
  const response = await send(url, call, agent);
  let firstByteMs: number | undefined;
  let firstEventMs: number | undefined;
  let text = "";
  for await (const chunk of response as AsyncIterable<Buffer>) {
    if (firstByteMs === undefined) {
      firstByteMs = performance.now() - sentAt;
      firstEventMs = sentAgoMs(chunk.toString("latin1"), process.hrtime.bigint());
    }
    if (response.statusCode !== 200) text += chunk.toString("utf8");
  }
  const wholeMs = performance.now() - sentAt;
  if (response.statusCode !== 200) throw new Error(`${response.statusCode}: ${text.slice(0, 500)}`);
  return {
    firstByteMs: firstByteMs ?? wholeMs,
    wholeMs,
    ...(firstEventMs !== undefined && { firstEventMs }),
  };
}
