import type { Hono } from "hono";
import * as z from "zod";
import type { ControlContext, ControlEnv } from "./context.ts";
import { parseQuery } from "./input.ts";
import { Problem } from "./problem.ts";

// How a resource states its methods. All of them go through `endpoint`, so that no query parameter is ever ignored.

export type Endpoint = (c: ControlContext) => Promise<Response>;
type Method = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";

const NO_QUERY = z.strictObject({});

/** A handler with a query that the schema checks. */
export function endpointWithQuery<Q>(
  query: z.ZodType<Q>,
  handle: (c: ControlContext, query: Q) => Promise<Response>,
): Endpoint {
  return async (c) => handle(c, parseQuery(c, query));
}

/** A handler without a query. */
export function endpoint(handle: (c: ControlContext) => Promise<Response>): Endpoint {
  return endpointWithQuery(NO_QUERY, handle);
}

/** Mounts one path with its methods; every other method is a 405 that says which there are. */
export function resource(
  app: Hono<ControlEnv>,
  path: string,
  methods: Partial<Record<Method, Endpoint>>,
): void {
  for (const [method, handler] of Object.entries(methods)) app.on(method, path, handler);
  // Hono answers HEAD from GET.
  const allow = Object.keys(methods).flatMap((method) => (method === "GET" ? ["GET", "HEAD"] : [method]));
  app.all(path, (c) => {
    throw new Problem("method_not_allowed", `${c.req.method} is not allowed here`, {
      headers: { allow: allow.join(", ") },
    });
  });
}

export function json(body: unknown, status = 200, headers: Record<string, string> = {}): Response {
  return new Response(JSON.stringify(body), {
    status,
    headers: { "content-type": "application/json", ...headers },
  });
}

export function noContent(): Response {
  return new Response(null, { status: 204 });
}
