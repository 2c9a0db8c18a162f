import type { Operation } from "../../../src/control/frame/operation.ts";
import { type Field, fieldsOf, fieldsOfExample, pointerTo, valueAt, withValue } from "./fields.ts";
import type { World } from "./world.ts";

/** Of fields whose schema takes any object, or that a union's other members need. */
const SAMPLES: Record<string, unknown[]> = {
  period: [
    { kind: "month", every: 2, timezone: "Europe/Berlin", anchor: "2026-01-31T00:00:00Z" },
    { kind: "duration", seconds: 3_600, anchor: "2026-01-01T00:00:00Z" },
  ],
};
/** Right in each unit. */
const ANY_UNIT: Record<string, unknown> = { limit: "1", period: "total" };

/** The fields of a body, each with a right body to put its bad values in. */
export function bodyFields(operation: Operation, world: World): { field: Field; base: unknown }[] {
  if (!operation.body) return [];
  const example = world.exampleOf(operation);
  const bySchema = eachOnce(fieldsOf(operation.body)).map((field) => ({
    field,
    base: bodyFor(example, field),
  }));
  const known = new Set(bySchema.map(({ field }) => JSON.stringify(field.path)));
  const byExample = fieldsOfExample(example)
    .filter(({ path }) => !known.has(JSON.stringify(path)))
    .map((field) => ({ field, base: example }));
  const bySample = firstOfEachPath(bySchema).flatMap(({ field, base }) =>
    (SAMPLES[String(field.path.at(-1))] ?? []).flatMap((sample) =>
      fieldsOfExample(sample).map((inner) => ({
        field: { ...inner, path: [...field.path, ...inner.path] },
        base: withValue(base, field.path, sample),
      })),
    ),
  );
  return [...bySchema, ...byExample, ...bySample];
}

/** What a union's members share is one field. */
function eachOnce(fields: Field[]): Field[] {
  return fields.filter(
    (field, at) =>
      fields.findIndex(
        ({ path, schema }) => schema === field.schema && pointerTo(path) === pointerTo(field.path),
      ) === at,
  );
}

/** A field of several of a union's members is one field. */
function firstOfEachPath<T extends { field: Field }>(all: T[]): T[] {
  return [...new Map(all.toReversed().map((each) => [JSON.stringify(each.field.path), each])).values()];
}

function bodyFor(example: unknown, { path, chosen }: Field): unknown {
  return chosen.reduce(
    (body, choice) => {
      const place = choice.path.slice(0, -1);
      const object = {
        ...(valueAt(body, place) as object | undefined),
        ...ANY_UNIT,
        [String(choice.path.at(-1))]: choice.value,
      };
      return withValue(body, place, object);
    },
    path.length > 0 ? example : {},
  );
}
