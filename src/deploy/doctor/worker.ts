import * as z from "zod";
import type { Finding } from "./finding.ts";

const ABOUT = "worker";
const TIMEOUT_MS = 15_000;
/** The Worker asks Redis twice for each call. */
const FAR_MS = 20;

const latency = z.object({ latency_ms: z.number() });
const ready = z.object({ redis: latency, postgres: latency });

/** The deployed Worker by its own word. `adminKey` goes to this address only. */
export async function checkWorker(url: string, adminKey: string): Promise<Finding[]> {
  try {
    return [await readiness(url), await admin(url, adminKey)];
  } catch (error) {
    const says = `${url} doesn't answer: ${error instanceof Error ? error.message : String(error)}`;
    return [{ about: ABOUT, level: "fail", says, fix: "npm run deploy" }];
  }
}

async function readiness(url: string): Promise<Finding> {
  const answer = await fetch(new URL("/readyz", url), { signal: AbortSignal.timeout(TIMEOUT_MS) });
  const body: unknown = await answer.json().catch(() => null);
  const stores = ready.safeParse(body);
  if (!answer.ok || !stores.success) {
    const detail = z.object({ detail: z.string() }).safeParse(body).data?.detail ?? `status ${answer.status}`;
    return {
      about: ABOUT,
      level: "fail",
      says: `isn't ready: ${detail}`,
      fix: "npx wrangler tail shows why",
    };
  }
  const { redis, postgres } = stores.data;
  const says = `reaches Redis in ${redis.latency_ms} ms, Postgres in ${postgres.latency_ms} ms`;
  if (redis.latency_ms <= FAR_MS) return { about: ABOUT, level: "ok", says };
  return { about: ABOUT, level: "warn", says, fix: "Name Redis's region in [placement] of wrangler.toml" };
}

async function admin(url: string, adminKey: string): Promise<Finding> {
  const answer = await fetch(new URL("/api/v1/organizations?limit=1", url), {
    headers: { authorization: `Bearer ${adminKey}` },
    redirect: "manual",
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  await answer.body?.cancel();
  if (answer.ok) return { about: ABOUT, level: "ok", says: "takes this ADMIN_KEY" };
  const says = `answers ${answer.status} to this ADMIN_KEY`;
  return { about: ABOUT, level: "fail", says, fix: "npx wrangler secret put ADMIN_KEY" };
}
