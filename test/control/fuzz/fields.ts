import * as z from "zod";

// Where values go into a call of the interface: found in its zod schema and its example, so that a new field is found,
// too. Pure.

export type Path = readonly (string | number)[];

export interface Field {
  path: Path;
  /** What the field takes by itself; null where only an example tells of the field. */
  schema: z.ZodType | null;
  /** What else has to stand in the body, so that this is one of its fields: the words that choose a union's member. */
  chosen: { path: Path; value: unknown }[];
}

const MAX_DEPTH = 6;
/** Stands for any name in an object of free names. */
const ANY_NAME = "a name";

/** Every field of a body: members of objects, lists and unions at any depth, each once for each choice that has it. */
export function fieldsOf(schema: z.ZodType, path: Path = [], chosen: Field["chosen"] = []): Field[] {
  const own = path.length === 0 ? [] : [{ path, schema, chosen }];
  return path.length > MAX_DEPTH ? own : [...own, ...innerFields(bare(schema), path, chosen)];
}

function innerFields(schema: z.ZodType, path: Path, chosen: Field["chosen"]): Field[] {
  if (schema instanceof z.ZodObject) {
    return Object.entries(shapeOf(schema)).flatMap(([name, inner]) =>
      fieldsOf(inner, [...path, name], chosen),
    );
  }
  if (schema instanceof z.ZodArray) return fieldsOf(schema.element as z.ZodType, [...path, 0], chosen);
  if (schema instanceof z.ZodRecord)
    return fieldsOf(schema.valueType as z.ZodType, [...path, ANY_NAME], chosen);
  if (!(schema instanceof z.ZodUnion)) return [];
  return schema.options.flatMap((option) => {
    const member = bare(option as z.ZodType);
    return innerFields(member, path, [...chosen, ...choiceOf(schema, member, path)]);
  });
}

/** Optional, nullable, with a default, transformed, or refined: what a schema takes stands innermost. */
function bare(schema: z.ZodType): z.ZodType {
  if (schema instanceof z.ZodPipe) return bare(schema.in as z.ZodType);
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodNullable || schema instanceof z.ZodDefault)
    return bare(schema.unwrap() as z.ZodType);
  return schema;
}

function choiceOf(union: z.ZodUnion, member: z.ZodType, path: Path): Field["chosen"] {
  if (!(union instanceof z.ZodDiscriminatedUnion) || !(member instanceof z.ZodObject)) return [];
  const { discriminator } = union.def;
  const words = bare(shapeOf(member)[discriminator] ?? z.never());
  const value =
    words instanceof z.ZodLiteral || words instanceof z.ZodEnum ? [...valuesOf(words)][0] : undefined;
  return value === undefined ? [] : [{ path: [...path, discriminator], value }];
}

const shapeOf = (schema: z.ZodObject) => schema.shape as Record<string, z.ZodType>;
const valuesOf = (words: z.ZodLiteral | z.ZodEnum): Iterable<unknown> =>
  words instanceof z.ZodLiteral ? words.values : words.options;

/** The fields of an example, where a schema takes any object. */
export function fieldsOfExample(example: unknown, path: Path = []): Field[] {
  const own = path.length === 0 ? [] : [{ path, schema: null, chosen: [] }];
  if (typeof example !== "object" || example === null) return own;
  const names = Array.isArray(example) ? [...example.keys()] : Object.keys(example);
  return [
    ...own,
    ...names.flatMap((name) => fieldsOfExample((example as Record<string, unknown>)[name], [...path, name])),
  ];
}

/** RFC 6901. */
export function pointerTo(path: Path): string {
  return path.map((part) => `/${String(part).replaceAll("~", "~0").replaceAll("/", "~1")}`).join("");
}

/** A copy of a body with a value put in; what is missing on the way is made. */
export function withValue(body: unknown, [first, ...rest]: Path, value: unknown): unknown {
  if (first === undefined) return value;
  const inner =
    typeof body === "object" && body !== null ? (body as Record<string, unknown>)[first] : undefined;
  const changed = withValue(inner, rest, value);
  if (typeof first === "string") return { ...(isObject(body) ? body : {}), [first]: changed };
  if (!Array.isArray(body)) return [changed];
  // A value that was put in before may have left fewer items.
  return first < body.length ? body.with(first, changed) : [...(body as unknown[]), changed];
}

/** The value at a path; undefined where there is none. */
export function valueAt(body: unknown, path: Path): unknown {
  return path.reduce<unknown>(
    (value, part) =>
      typeof value === "object" && value !== null ? (value as Record<string, unknown>)[part] : undefined,
    body,
  );
}

const isObject = (value: unknown): value is object =>
  typeof value === "object" && value !== null && !Array.isArray(value);
