import * as z from "zod";
import { type Operation, json, operation } from "./frame/operation.ts";
import { Problem } from "./frame/problem.ts";

/** `/healthz` says that the Worker runs, `/readyz` that its stores answer. Neither needs a credential. */
export function healthOperations(): Operation[] {
  return [healthz, readyz];
}

const storeShape = z.strictObject({ ok: z.boolean(), latency_ms: z.number() });

const healthz = operation({
  method: "GET",
  path: "/healthz",
  summary: "Whether the Worker runs",
  access: "public",
  answers: { 200: { what: "It does", schema: z.strictObject({ status: z.literal("ok") }) } },
  handle: async () => json({ status: "ok" }),
});

const readyz = operation({
  method: "GET",
  path: "/readyz",
  summary: "Whether both stores answer, and how fast",
  description: "503 `store_unavailable` names the one that is down.",
  access: "public",
  answers: {
    200: {
      what: "They do",
      schema: z.strictObject({ status: z.literal("ok"), redis: storeShape, postgres: storeShape }),
    },
  },
  async handle(c) {
    const { redis, postgres } = await c.var.services.probe();
    const stores = {
      redis: { ok: redis.ok, latency_ms: redis.ms },
      postgres: { ok: postgres.ok, latency_ms: postgres.ms },
    };
    const down = Object.entries(stores).flatMap(([name, { ok }]) => (ok ? [] : [name]));
    if (down.length === 0) return json({ status: "ok", ...stores });
    throw new Problem("store_unavailable", `Down: ${down.join(", ")}`, { members: stores });
  },
});
