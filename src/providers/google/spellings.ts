import type { InvalidBody, JsonObject } from "../wire.ts";
import { asObject, type Field } from "../fields.ts";

// Google's parser takes each field by its name in JSON and by its original one (`maxOutputTokens`, `max_output_tokens`),
// an integer also as a text, and one element in place of a list: https://protobuf.dev/programming-guides/json/. What
// only one spelling were looked for in would be a way around every limit, so all that is stated counts.

export interface Stated {
  key: string;
  value: unknown;
}

/** What the object states under either spelling of a field; null counts as absent. `name`: in lowerCamelCase. */
export function stated(object: JsonObject, name: string): Stated[] {
  const original = name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
  const keys = original === name ? [name] : [name, original];
  return keys
    .filter((key) => object[key] !== undefined && object[key] !== null)
    .map((key) => ({ key, value: object[key] }));
}

export function statedValues(object: JsonObject, name: string): unknown[] {
  return stated(object, name).map(({ value }) => value);
}

/** The elements of a repeated field under either spelling. */
export function statedItems(object: JsonObject, name: string): unknown[] {
  return statedValues(object, name).flatMap((value) =>
    Array.isArray(value) ? (value as unknown[]) : [value],
  );
}

/** The objects among them. */
export function statedObjects(object: JsonObject, name: string): JsonObject[] {
  return statedItems(object, name)
    .map(asObject)
    .filter((item) => item !== null);
}

/** A whole number from 1 on, as a number or as a text. */
export function countOf({ key, value }: Stated, max: number): Field<number> {
  const count = typeof value === "string" && /^\d{1,15}$/.test(value) ? Number(value) : value;
  if (typeof count === "number" && Number.isInteger(count) && count >= 1 && count <= max) {
    return { value: count };
  }
  return { invalid: faultOf(key, `must be an integer from 1 to ${max}`) };
}

/** A number, or a text that is one; undefined for the rest. An object's own conversion could throw. */
export function numberOf(value: unknown): number | undefined {
  return typeof value === "number" || typeof value === "string" ? Number(value) : undefined;
}

/** An enum by its name or its number, in capitals. */
export function enumName(value: unknown): string {
  return typeof value === "string" || typeof value === "number" ? `${value}`.toUpperCase() : "";
}

export function faultOf(param: string, rule: string): InvalidBody {
  return { param, message: `'${param}' ${rule}.` };
}
