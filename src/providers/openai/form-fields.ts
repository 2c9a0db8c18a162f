import { isFormFile } from "../form-file.ts";
import type { JsonObject } from "../wire.ts";

// Bodies that come as JSON or as a form: in a form every value is a text, and files are of form-file.ts.

/** The body with its numbers and flags as JSON would have them, for these members. */
export function fromForm(body: JsonObject, members: readonly string[]): JsonObject {
  const typed: JsonObject = { ...body };
  for (const member of members) {
    const value = body[member];
    if (value === "true" || value === "false") typed[member] = value === "true";
    else if (typeof value === "string" && /^\d{1,9}$/.test(value)) typed[member] = Number(value);
  }
  return typed;
}

/** Files in a form, by any name: an uploaded picture may be `image`, `image[]` or `image[0]`. */
export function filesIn(body: JsonObject): { name: string; bytes: number }[] {
  return Object.entries(body).flatMap(([name, value]) =>
    (Array.isArray(value) ? value : [value]).flatMap((one: unknown) =>
      isFormFile(one) ? [{ name, bytes: one.bytes }] : [],
    ),
  );
}
