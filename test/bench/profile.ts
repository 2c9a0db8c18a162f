import { until } from "../support/e2e-until.ts";
import { startServer, type BenchRig } from "./rig.ts";
import { bundledWorker } from "../support/bundled-worker.ts";
import { claimPort } from "../../src/local/ports.ts";
import { callOf, KINDS } from "./calls.ts";
import { drive } from "./client.ts";

// Where the Worker's time goes, by V8's own profiler in workerd: https://chromedevtools.github.io/devtools-protocol/v8/Profiler/

const CALLS = 1_000;
const SAMPLING_US = 500;

export interface Profile {
  nodes: {
    id: number;
    callFrame: { functionName: string; url: string; lineNumber: number };
    children?: number[];
  }[];
  samples: number[];
  timeDeltas: number[];
}

/** Milliseconds of each function itself, the greatest first: on the wall, so a busy machine stretches all. Pure. */
export function selfTimes({ nodes, samples, timeDeltas }: Profile): { name: string; ms: number }[] {
  const names = new Map(
    nodes.map(({ id, callFrame }) => [
      id,
      `${callFrame.functionName || "(anonymous)"}${callFrame.url === "" ? "" : `:${callFrame.lineNumber + 1}`}`,
    ]),
  );
  const times = new Map<string, number>();
  samples.forEach((id, i) => {
    const name = names.get(id) ?? "?";
    times.set(name, (times.get(name) ?? 0) + (timeDeltas[i] ?? 0) / 1_000);
  });
  return [...times].map(([name, ms]) => ({ name, ms })).sort((one, other) => other.ms - one.ms);
}

/** A profile of each kind of call, of a Worker that isn't minified, so that functions have their names. */
export async function profileCalls(
  rig: BenchRig,
  secret: string,
  progress: (line: string) => void,
): Promise<{ kind: string; profile: Profile }[]> {
  const port = await claimPort(0);
  const server = await startServer(await bundledWorker({ readable: true }), rig.bindings, "/healthz", [
    `--inspector-addr=127.0.0.1:${port}`,
  ]);
  try {
    const targets = await until("the inspector", async () => {
      const answer = await fetch(`http://127.0.0.1:${port}/json`).catch(() => undefined);
      return answer?.json<{ webSocketDebuggerUrl: string }[]>();
    });
    const inspector = await connect(targets[0]?.webSocketDebuggerUrl ?? "");
    await inspector.send("Profiler.enable");
    await inspector.send("Profiler.setSamplingInterval", { interval: SAMPLING_US });
    const profiles = [];
    for (const kind of KINDS) {
      progress(`profile of ${kind}`);
      const load = () => drive(server.url, () => callOf(kind, secret), { connections: 4, count: CALLS });
      await load();
      await inspector.send("Profiler.start");
      await load();
      await rig.quiet();
      const { profile } = (await inspector.send("Profiler.stop")) as { profile: Profile };
      profiles.push({ kind, profile });
    }
    inspector.close();
    return profiles;
  } finally {
    await server.stop();
  }
}

async function connect(url: string) {
  const socket = new WebSocket(url);
  await new Promise((resolve, reject) => {
    socket.addEventListener("open", resolve);
    socket.addEventListener("error", () => reject(new Error("the inspector refuses")));
  });
  let number = 0;
  const waiting = new Map<number, (result: unknown) => void>();
  socket.addEventListener("message", ({ data }) => {
    const { id, result } = JSON.parse(String(data)) as { id?: number; result?: unknown };
    if (id !== undefined) waiting.get(id)?.(result);
  });
  return {
    send(method: string, params: object = {}): Promise<unknown> {
      const id = ++number;
      const { promise, resolve } = Promise.withResolvers<unknown>();
      waiting.set(id, resolve);
      socket.send(JSON.stringify({ id, method, params }));
      return promise;
    },
    close: () => socket.close(),
  };
}
