import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import type { RunWrangler } from "./wrangler.ts";

/** The most that the bundle may be, gzipped as Cloudflare counts it: what an isolate has to load before its first call. */
export const MAX_BUNDLE_BYTES = 400 * 1_024;

/** Bytes of a built bundle, gzipped. */
export async function bundleBytes(file: string): Promise<number> {
  return gzipSync(await readFile(file)).length;
}

/** Builds what a deploy would upload, and weighs it; or what wrangler says against it. */
export async function weighBundle(wrangler: RunWrangler): Promise<{ bytes: number } | { problem: string }> {
  const folder = await mkdtemp(join(tmpdir(), "tollgate-bundle-"));
  try {
    const { code, stderr } = await wrangler(["deploy", "--dry-run", `--outdir=${folder}`]);
    return code === 0 ? { bytes: await bundleBytes(join(folder, "worker.js")) } : { problem: stderr.trim() };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
