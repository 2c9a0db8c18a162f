import * as z from "zod";
import type { Vars } from "./vars.ts";
import type { RunWrangler } from "./wrangler.ts";

// The secrets without which every call is a 503.

export const REQUIRED_SECRETS = [
  "ADMIN_KEY",
  "KEY_SECRET",
  "UPSTASH_REDIS_REST_URL",
  "UPSTASH_REDIS_REST_TOKEN",
  "DATABASE_URL",
] as const;

const secretList = z.array(z.object({ name: z.string() }));
/** Cloudflare's code for a Worker that was never deployed. */
const NO_SUCH_WORKER = /\b10007\b/;

/** The names that the deployed Worker has; none before its first deploy. Or what wrangler says against it. */
export async function deployedSecrets(
  wrangler: RunWrangler,
): Promise<{ names: string[] } | { problem: string }> {
  const { code, stdout, stderr } = await wrangler(["secret", "list", "--format", "json"]);
  if (code !== 0) {
    if (NO_SUCH_WORKER.test(stdout + stderr)) return { names: [] };
    return { problem: (stderr.trim() || stdout.trim()).slice(0, 1_000) };
  }
  // Wrangler may say something before the list.
  const listed = secretList.safeParse(parseJson(stdout.slice(stdout.indexOf("["))));
  if (!listed.success) return { problem: "wrangler secret list gave no list" };
  return { names: listed.data.map(({ name }) => name) };
}

/** `uploading`: what this deploy brings. */
export function missingSecrets(deployed: string[], uploading: Vars): string[] {
  return REQUIRED_SECRETS.filter((name) => !deployed.includes(name) && !uploading[name]);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // The schema refuses it.
  }
}
