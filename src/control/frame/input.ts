import type { z } from "zod";
import { findDuplicateKey } from "../../providers/framing/duplicate-key.ts";
import type { ControlContext } from "./context.ts";
import { type FieldError, Problem, badFields, notFound } from "./problem.ts";

// The border: body, query and path become checked values here, or a 400 that points at what is wrong.

const MAX_BODY_BYTES = 1_048_576;
/** Deeper than any document of ours, and far from where a recursive reader of it runs out of stack. */
const MAX_DEPTH = 32;
const TOO_LARGE = `The body is larger than ${MAX_BODY_BYTES} bytes`;

/** Reads the body as JSON; `optional`: no body at all stands for an empty object. */
export async function readBody(
  c: ControlContext,
  { optional }: { optional: boolean },
): Promise<{ json: unknown; text: string }> {
  const text = await readText(c.req.raw);
  const json = optional && text === "" ? {} : parseJson(text);
  refuseUnstorable(json);
  refuseDoubled(json, text);
  return { json, text };
}

/** Checks the query: each parameter at most once, none that the schema doesn't know. */
export function parseQuery<T>(c: ControlContext, schema: z.ZodType<T>): T {
  const entries = Object.entries(c.req.queries());
  const repeated = entries.filter(([, values]) => values.length > 1);
  if (repeated.length > 0) {
    throw badFields(repeated.map(([name]) => ({ pointer: pointerOf([name]), detail: "is given twice" })));
  }
  const query = Object.fromEntries(entries.map(([name, [value]]) => [name, value]));
  refuseUnstorable(query);
  return parseFields(schema, query);
}

/** An id in the path. A text that can't be an id of that kind is an unknown one: 404, with no I/O. */
export function pathId(c: ControlContext, prefix: string, what: string, parameter = "id"): string {
  const id = c.req.param(parameter) ?? "";
  if (!idPattern(prefix).test(id)) throw notFound(what);
  return id;
}

/** Ids as `newId` makes them. */
export function idPattern(prefix: string): RegExp {
  return new RegExp(`^${prefix}_[0-9a-hjkmnp-tv-z]{26}$`);
}

/** Checks a value against a schema: all its bad fields in one problem. */
export function parseFields<T>(schema: z.ZodType<T>, value: unknown): T {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw badFields(parsed.error.issues.flatMap(fieldErrors));
}

function fieldErrors(issue: z.core.$ZodIssue): FieldError[] {
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map((key) => ({
      pointer: pointerOf([...issue.path, key]),
      detail: "is not known here",
    }));
  }
  const detail = issue.message.endsWith("received undefined") ? "is required" : issue.message;
  return [{ pointer: pointerOf(issue.path), detail }];
}

/** RFC 6901: `~` and `/` inside a name are escaped. */
function pointerOf(path: readonly PropertyKey[]): string {
  return path.map((part) => `/${String(part).replaceAll("~", "~0").replaceAll("/", "~1")}`).join("");
}

async function readText(request: Request): Promise<string> {
  if (Number(request.headers.get("content-length")) > MAX_BODY_BYTES) {
    throw new Problem("body_too_large", TOO_LARGE);
  }
  const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: false });
  let text = "";
  let bytes = 0;
  try {
    // `lib.dom`'s stream isn't known to be iterable, so it is read chunk by chunk.
    const reader = request.body?.getReader();
    for (let read = await reader?.read(); read && !read.done; read = await reader?.read()) {
      bytes += read.value.byteLength;
      if (bytes > MAX_BODY_BYTES) throw new Problem("body_too_large", TOO_LARGE);
      text += decoder.decode(read.value, { stream: true });
    }
    return text + decoder.decode();
  } catch (error) {
    if (error instanceof Problem) throw error;
    throw new Problem("invalid_request", "The body can't be read as UTF-8"); // Cut off, or not text.
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // The parser's message quotes the body, which may have a secret in it.
    throw new Problem("invalid_request", "The body is not valid JSON");
  }
}

/** Of a member that stands twice one would count and the other be lost, and who wrote it can't know which. */
function refuseDoubled(json: unknown, text: string): void {
  if (text === "" || typeof json !== "object" || json === null || Array.isArray(json)) return; // No schema takes one of those.
  const name = findDuplicateKey(text);
  if (name !== null)
    throw new Problem("invalid_request", `The body names ${JSON.stringify(name)} twice in one object`);
}

/** What an object of JavaScript takes for its prototype: it would be lost on the way. */
const PROTOTYPE = "__proto__";

/**
 * Refuses what can't be stored as it came: NUL, lone surrogates, numbers beyond all bounds, nesting without end.
 * Not recursive.
 */
function refuseUnstorable(root: unknown): void {
  const pending: { value: unknown; path: string[] }[] = [{ value: root, path: [] }];
  for (let next = pending.pop(); next; next = pending.pop()) {
    const { value, path } = next;
    if (path.length > MAX_DEPTH)
      throw badFields([{ pointer: pointerOf(path), detail: "is nested too deep" }]);
    if (typeof value === "string") refuseText(value, path);
    if (typeof value === "number" && !Number.isFinite(value))
      throw badFields([{ pointer: pointerOf(path), detail: "is not a number that can be stored" }]);
    if (typeof value !== "object" || value === null) continue;
    for (const [name, inner] of Object.entries(value)) {
      refuseText(name, path);
      if (name === PROTOTYPE)
        throw badFields([{ pointer: pointerOf([...path, name]), detail: "is not known here" }]);
      pending.push({ value: inner, path: [...path, name] });
    }
  }
}

function refuseText(text: string, path: string[]): void {
  if (!text.includes("\0") && text.isWellFormed()) return;
  throw badFields([{ pointer: pointerOf(path), detail: "has a character that can't be stored" }]);
}
