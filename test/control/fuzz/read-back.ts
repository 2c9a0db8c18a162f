import { isDeepStrictEqual } from "node:util";
import type { Path } from "./fields.ts";
import { valueAt } from "./fields.ts";

// Whether an answer shows what was put in. Pure.

/** Fields that no answer shows: secrets, and what is said of an act, not of a thing. */
const UNSHOWN = new Set(["api_key", "aws", "service_account", "overlap_seconds", "instance", "path", "body"]);
/** Parts of a period say how to make one: the answer shows the one that was made. */
const OWN_FORM = new Set(["period", "secret"]);

/** Undefined if all is well, else the value that is shown in place of what was put. */
export function wrongInAnswer(answer: unknown, path: Path, put: unknown): unknown {
  if (put === null || path.some((part) => UNSHOWN.has(String(part)) || OWN_FORM.has(String(part))))
    return undefined;
  const shown = valueAt(answer, path);
  return isSame(shown, put) ? undefined : { shown: shown ?? "nothing" };
}

function isSame(shown: unknown, put: unknown): boolean {
  if (isDeepStrictEqual(shown, put)) return true;
  // A price shows what it has from the list, too.
  if (isObject(shown) && isObject(put))
    return Object.entries(put).every(
      ([name, value]) => Object.hasOwn(shown, name) && isSame(shown[name], value),
    );
  if (typeof shown === "string" && isDecimal(shown) && isDecimal(put)) return Number(shown) === Number(put);
  if (typeof shown === "string" && typeof put === "string" && shown.endsWith("Z"))
    return Date.parse(shown) === Date.parse(put);
  // -0 is 0 in JSON's text.
  if (typeof shown === "number" && typeof put === "number") return shown === put;
  // What is empty, or false by default, needn't be shown.
  return shown === undefined && (put === false || isDeepStrictEqual(put, {}) || isDeepStrictEqual(put, []));
}

function isDecimal(value: unknown): boolean {
  return typeof value === "number" || (typeof value === "string" && /^-?\d+(\.\d+)?$/.test(value));
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
