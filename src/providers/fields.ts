import type { InvalidBody, JsonObject } from "./wire.ts";

// Reads the few fields of a request body that money depends on. Null stands for absent, as providers take it.

/** Above it an output limit is a mistake, and sums of it could leave the safe integers. */
export const MAX_OUTPUT_TOKENS = 10_000_000;
/** OpenAI's own limit. https://platform.openai.com/docs/api-reference/chat/create#chat-create-n */
export const MAX_CHOICES = 128;

export function asObject(value: unknown): JsonObject | null {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as JsonObject) : null;
}

export function asArray(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

/** A text that isn't empty, else undefined. */
export function asText(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}

export type Field<T> = { value: T | undefined } | { invalid: InvalidBody };

export function modelField(body: JsonObject): Field<string> {
  const model = asText(body["model"]);
  return model === undefined ? invalid("model", "must be a non-empty string") : { value: model };
}

export function booleanField(body: JsonObject, param: string): Field<boolean> {
  const value = body[param] ?? undefined;
  return value === undefined || typeof value === "boolean" ? { value } : invalid(param, "must be a boolean");
}

export function integerField(body: JsonObject, param: string, max: number): Field<number> {
  const value = body[param] ?? undefined;
  if (value === undefined) return { value };
  if (typeof value === "number" && Number.isInteger(value) && value >= 1 && value <= max) return { value };
  return invalid(param, `must be an integer from 1 to ${max}`);
}

export function objectField(body: JsonObject, param: string): Field<JsonObject> {
  const value = body[param] ?? undefined;
  if (value === undefined) return { value };
  const object = asObject(value);
  return object ? { value: object } : invalid(param, "must be an object");
}

export function arrayField(body: JsonObject, param: string): Field<unknown[]> {
  const value = body[param] ?? undefined;
  if (value === undefined) return { value };
  return Array.isArray(value) ? { value } : invalid(param, "must be an array");
}

/** The first field at fault, or null. */
export function firstInvalid(fields: Field<unknown>[]): InvalidBody | null {
  for (const field of fields) if ("invalid" in field) return field.invalid;
  return null;
}

/** The field's value once `firstInvalid` has passed it. */
export function valueOf<T>(field: Field<T>): T | undefined {
  return "invalid" in field ? undefined : field.value;
}

function invalid(param: string, rule: string): { invalid: InvalidBody } {
  return { invalid: { param, message: `'${param}' ${rule}.` } };
}
