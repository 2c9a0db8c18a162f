import { Agent, type IncomingMessage } from "node:http";
import { once } from "node:events";
import { setTimeout as wait } from "node:timers/promises";
import { until } from "../support/e2e-until.ts";
import { callOf } from "./calls.ts";
import { send } from "./client.ts";
import type { Figure } from "./figures.ts";
import { memoryBytes } from "./process-stats.ts";
import { HOLD_HEADER } from "./host.ts";
import type { BenchRig, Server } from "./rig.ts";

/** Chunks that each open stream gets more, to see whether its memory grows. */
const MORE_CHUNKS = 50;
/** Streams that are opened at once: a backlog of connections is no memory of streams. */
const AT_ONCE = 50;
/** What was sent has passed by then. */
const SETTLE_MS = 2_000;

interface Memory {
  open: number;
  grown: number;
}

/** What a stream that stays open takes of workerd's memory, and how much more of it once it went on for a while. */
export async function measureOpenStreams(rig: BenchRig, secret: string, streams: number): Promise<Figure[]> {
  const bare = await measure(rig, rig.bare, secret, streams);
  const ours = await measure(rig, rig.tollgate, secret, streams);
  await rig.quiet();
  return [
    { name: `memory of an open stream, ${streams} open`, unit: "KB", value: ours.open, bare: bare.open },
    {
      name: `the same after ${MORE_CHUNKS} more chunks each`,
      unit: "KB",
      value: ours.grown,
      bare: bare.grown,
    },
  ];
}

async function measure(rig: BenchRig, server: Server, secret: string, streams: number): Promise<Memory> {
  const before = memoryBytes(server.pid);
  const perStream = () => (memoryBytes(server.pid) - before) / streams / 1_024;
  const opened = await openStreams(rig, server, secret, streams);
  const open = perStream();
  await rig.provider.ask("write", MORE_CHUNKS);
  await wait(SETTLE_MS);
  const grown = perStream();
  await opened.end();
  return { open, grown };
}

/** Streams that go on until they are ended. */
export async function openStreams(
  rig: BenchRig,
  server: Server,
  secret: string,
  streams: number,
): Promise<{ end(): Promise<void> }> {
  const agent = new Agent({ keepAlive: false, maxSockets: streams });
  const call = callOf("stream", secret, { [HOLD_HEADER]: "1" });
  const opened: IncomingMessage[] = [];
  while (opened.length < streams) {
    const batch = Array.from({ length: Math.min(AT_ONCE, streams - opened.length) }, async () => {
      const response = await send(server.url, call, agent);
      if (response.statusCode !== 200) throw new Error(`${response.statusCode} in place of a stream`);
      return response.resume();
    });
    opened.push(...(await Promise.all(batch)));
  }
  await until("every stream", async () => ((await rig.provider.ask("held")) === streams ? true : undefined));
  return {
    async end() {
      const ended = opened.map(async (response) => response.complete || once(response, "end"));
      await rig.provider.ask("end");
      await Promise.all(ended);
      agent.destroy();
    },
  };
}
