import type { Hono } from "hono";
import * as z from "zod";
import { type Access, requireAccess } from "./access.ts";
import type { ControlContext, ControlEnv } from "./context.ts";
import { parseFields, parseQuery, readBody } from "./input.ts";
import { Problem } from "./problem.ts";

// One object says what a call of the REST interface is: its path, who may make it, what goes in and what comes out. The
// router, the checks and /openapi.json are made from it, so that they can't differ.

export type Method = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";

export interface Answered {
  /** What the answer is, for its readers. */
  what: string;
  /** Of its JSON; absent: there is no body. */
  schema?: z.ZodType;
  /** Other forms that it may take. */
  contentTypes?: readonly string[];
}

export interface Operation {
  method: Method;
  /** With `{parameters}`, under the base path: "/keys/{id}". */
  path: string;
  /** A verb's phrase. */
  summary: string;
  description?: string;
  access: Access;
  /** A POST that changes nothing. */
  reads?: boolean;
  query: z.ZodObject;
  body: z.ZodType | null;
  /** No body at all stands for an empty object. */
  optionalBody: boolean;
  /** A body that does what the summary says. */
  example?: unknown;
  answers: Record<number, Answered>;
  /** Whether an Idempotency-Key makes it happen once. */
  idempotent: boolean;
  run: (c: ControlContext) => Promise<Response>;
}

export interface Input<Query, Body> {
  query: Query;
  body: Body;
  /** The body before the schema: for handlers whose schema depends on what it is about. */
  json: unknown;
  /** The body as it came: what an Idempotency-Key stands for. */
  text: string;
}

const NO_QUERY = z.strictObject({});

interface Spec<Query extends z.ZodObject, Body extends z.ZodType> {
  method: Method;
  path: string;
  summary: string;
  description?: string;
  access: Access;
  reads?: boolean;
  query?: Query;
  body?: Body;
  optionalBody?: boolean;
  example?: unknown;
  answers: Record<number, Answered>;
  handle: (c: ControlContext, input: Input<z.output<Query>, z.output<Body>>) => Promise<Response>;
}

/** Makes an operation of its parts. The handler runs once access, query and body are right, in this order. */
export function operation<
  Query extends z.ZodObject = typeof NO_QUERY,
  Body extends z.ZodType = z.ZodUndefined,
>(spec: Spec<Query, Body>): Operation {
  const { handle, ...described } = spec;
  const query = spec.query ?? NO_QUERY;
  const optionalBody = spec.optionalBody ?? false;
  return {
    ...described,
    query,
    body: spec.body ?? null,
    optionalBody,
    idempotent: spec.method === "POST" && spec.reads !== true,
    async run(c) {
      await requireAccess(c, { access: spec.access, reads: spec.method === "GET" || spec.reads === true });
      const parsedQuery = parseQuery(c, query) as z.output<Query>; // `query` is `spec.query`, or its default type.
      const { json, text } = spec.body ? await readBody(c, { optional: optionalBody }) : NO_BODY;
      const body = (spec.body ? parseFields(spec.body, json) : undefined) as z.output<Body>; // Likewise.
      return handle(c, { query: parsedQuery, body, json, text });
    },
  };
}

const NO_BODY = { json: undefined, text: "" };

/** Mounts operations; any other method on one of their paths is a 405 that says which there are. */
export function mount(app: Hono<ControlEnv>, base: string, operations: readonly Operation[]): void {
  for (const [path, ofPath] of Map.groupBy(operations, (each) => each.path)) {
    const route = base + routerPath(path);
    for (const { method, run } of ofPath) app.on(method, route, run);
    // Hono answers HEAD from GET.
    const allow = ofPath.flatMap(({ method }) => (method === "GET" ? ["GET", "HEAD"] : [method])).join(", ");
    app.all(route, (c) => {
      throw new Problem("method_not_allowed", `${c.req.method} is not allowed here`, { headers: { allow } });
    });
  }
}

/** A model's name may have slashes. */
function routerPath(path: string): string {
  return path.replaceAll("{model}", ":model{.+}").replaceAll(/\{(\w+)\}/g, ":$1");
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
