import { readFile } from "node:fs/promises";
import { gzipSync } from "node:zlib";
import { bundledWorker } from "../support/bundled-worker.ts";
import { median, type Figure } from "./figures.ts";
import { cpuMs } from "./process-stats.ts";
import { BARE_WORKER, startServer, type BenchRig } from "./rig.ts";

/** Of the minified bundle, gzipped: Cloudflare's limit is 3 MB on its free plan, but each start parses it all. */
export const MAX_BUNDLE_KB = 400;
const MAX_START_CPU_MS = 100;

export async function bundleKb(): Promise<number> {
  return gzipSync(await readFile(await bundledWorker())).length / 1_024;
}

/** What a start costs until the first answer, and what the bundle weighs. */
export async function measureStartUp({ bindings }: BenchRig, starts: number): Promise<Figure[]> {
  const startCpuMs = async (script: string): Promise<number> => {
    const server = await startServer(script, bindings);
    const spent = cpuMs(server.pid);
    await server.stop();
    return spent;
  };
  const script = await bundledWorker();
  const ours: number[] = [];
  const bare: number[] = [];
  for (let i = 0; i < starts; i++) {
    bare.push(await startCpuMs(BARE_WORKER));
    ours.push(await startCpuMs(script));
  }
  return [
    {
      name: "bundle, minified and gzipped",
      unit: "KB",
      value: await bundleKb(),
      aim: { most: MAX_BUNDLE_KB },
    },
    { name: "CPU until the first answer", unit: "ms", value: median(ours), bare: median(bare) },
    {
      name: "start-up CPU beyond the bare Worker's",
      unit: "ms",
      value: median(ours) - median(bare),
      aim: { most: MAX_START_CPU_MS },
    },
  ];
}
