import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Operation } from "../../src/control/frame/operation.ts";
import { type Field, fieldsOf, fieldsOfExample, valueAt, withValue } from "./fuzz/fields.ts";
import {
  CONTENT_TYPES,
  HEAVY_JSON,
  HOSTILE_BODIES,
  HOSTILE_CURSORS,
  HOSTILE_JSON,
  HOSTILE_PATHS,
  HOSTILE_TEXTS,
} from "./fuzz/hostile.ts";
import { type Probe, pointersOf, probeField, send, takes } from "./fuzz/probe.ts";
import { ALL_OPERATIONS, createWorld } from "./fuzz/world.ts";
import { type Harness, startHarness } from "./harness.ts";

// Whatever is sent to any route: a 4xx that says what is wrong, with nothing changed, or a 2xx that did as it says; never a
// 5xx. It runs over the table of operations, their schemas and examples, so a new route is in it by itself.

let harness: Harness;
let probe: Probe;
beforeAll(async () => {
  harness = await startHarness();
  probe = { harness, world: await createWorld(harness), faults: [] };
});
afterAll(() => harness.close());

/** FUZZ_TAKEN in the environment asks for more: what a field takes is stored and read, which costs most of the time. */
const TAKEN_PER_FIELD = Number(process.env["FUZZ_TAKEN"] ?? 2);
/** Every so many fields get the heavy values. */
const HEAVY_EVERY = 16;
const PARSED = HOSTILE_JSON.map((json) => ({ json, value: JSON.parse(json) as unknown }));

/** All values that a field refuses, and some of those that it takes: others than the field before. */
function valuesFor(field: Field, turn: number): string[] {
  const { taken = [], refused = [] } = Object.groupBy(PARSED, ({ value }) =>
    takes(field, value) ? "taken" : "refused",
  );
  const some = Array.from({ length: Math.min(TAKEN_PER_FIELD, taken.length) }, (_, n) =>
    taken.at((turn * TAKEN_PER_FIELD + n) % taken.length),
  );
  const heavy = turn % HEAVY_EVERY === 0 ? HEAVY_JSON : [];
  return [...[...refused, ...some].flatMap((each) => each?.json ?? []), ...heavy];
}

/** Nothing was wrong since the last look. */
function expectNoFaults(): void {
  expect(probe.faults.splice(0)).toEqual([]);
}

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
function bodyFields(operation: Operation): { field: Field; base: unknown }[] {
  if (!operation.body) return [];
  const example = probe.world.exampleOf(operation);
  const bySchema = fieldsOf(operation.body).map((field) => ({ field, base: bodyFor(example, field) }));
  const known = new Set(bySchema.map(({ field }) => JSON.stringify(field.path)));
  const byExample = fieldsOfExample(example)
    .filter(({ path }) => !known.has(JSON.stringify(path)))
    .map((field) => ({ field, base: example }));
  const bySample = bySchema.flatMap(({ field, base }) =>
    (SAMPLES[String(field.path.at(-1))] ?? []).flatMap((sample) =>
      fieldsOfExample(sample).map((inner) => ({
        field: { ...inner, path: [...field.path, ...inner.path] },
        base: withValue(base, field.path, sample),
      })),
    ),
  );
  return [...bySchema, ...byExample, ...bySample];
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

describe.each(ALL_OPERATIONS.map((each) => [`${each.method} ${each.path}`, each] as const))(
  "%s",
  (_, operation) => {
    test.skipIf(!operation.body)("every field of the body", async () => {
      for (const [turn, { field, base }] of bodyFields(operation).entries()) {
        for (const json of valuesFor(field, turn)) await probeField(probe, { operation, base, field, json });
      }
      expectNoFaults();
    });

    test.skipIf(!operation.body)("bodies that are none, under any content type", async () => {
      const { method } = operation;
      const path = await probe.world.pathOf(operation);
      for (const [what, text] of HOSTILE_BODIES) {
        const { status } = await send(probe, what, { method, path, text });
        if (status !== 400) probe.faults.push(`${what}: ${status}`);
      }
      const empty = await send(probe, "no body", { method, path, text: "" });
      if (!operation.optionalBody && empty.status !== 400) probe.faults.push(`no body: ${empty.status}`);
      const tooLarge = await send(probe, "too large", { method, path, text: `"${"x".repeat(1_048_576)}"` });
      if (tooLarge.status !== 413) probe.faults.push(`too large: ${tooLarge.status}`);
      for (const type of CONTENT_TYPES) {
        const { status } = await send(probe, type, {
          method,
          path,
          text: '{"no_such_member":1}',
          headers: { "content-type": type },
        });
        if (status !== 400) probe.faults.push(`${type}: ${status}`);
      }
      expectNoFaults();
    });

    test("every parameter of the query, and ones that aren't", async () => {
      const { method } = operation;
      const path = await probe.world.pathOf(operation);
      const body = operation.body ? { body: probe.world.exampleOf(operation) } : {};
      const query = async (what: string, text: string, pointer: string | null) => {
        const answer = await send(probe, what, { method, path: `${path}?${text}`, ...body });
        const pointers = pointersOf(answer);
        if (pointer !== null && (answer.status !== 400 || !pointers.includes(pointer)))
          probe.faults.push(
            `${method} ${path}?${text.slice(0, 80)}: ${answer.status} at ${JSON.stringify(pointers)}`,
          );
      };
      for (const [name, schema] of Object.entries(operation.query.shape)) {
        for (const value of HOSTILE_TEXTS) {
          const isTaken = takes({ path: [name], schema, chosen: [] }, value);
          if (isTaken && method !== "GET") continue; // It would do what the call is for.
          // A lone surrogate is another character once it was in a URL.
          const isBad = !isTaken && value.isWellFormed();
          await query(name, `${name}=${encoded(value)}`, isBad ? `/${name}` : null);
        }
        await query("twice", `${name}=1&${name}=1`, `/${name}`);
      }
      for (const name of [
        "no_such_parameter",
        "__proto__",
        "constructor",
        "limit[]",
        "a\0b",
        "x".repeat(5_000),
      ]) {
        await query(name.slice(0, 20), `${encoded(name)}=1`, name.includes("\0") ? null : `/${name}`);
      }
      expectNoFaults();
    });

    const parameters = [...operation.path.matchAll(/\{(\w+)\}/g)].map(([, name = ""]) => name);
    test.skipIf(parameters.length === 0)("every parameter of the path", async () => {
      const { method } = operation;
      const body = operation.body ? { body: probe.world.exampleOf(operation) } : {};
      for (const name of parameters) {
        for (const value of [...HOSTILE_TEXTS.map(encoded), ...HOSTILE_PATHS]) {
          const path = await probe.world.pathOf(operation, { [name]: value });
          const answer = await send(probe, name, { method, path, ...body });
          const isFree = NAMED_BY_CALLER.has(name) || operation.path.startsWith("/customers/");
          if (!isFree && answer.status < 400)
            probe.faults.push(`${method} ${path.slice(0, 100)}: ${answer.status}`);
        }
      }
      expectNoFaults();
    });

    test.skipIf(!("cursor" in operation.query.shape))("cursors that nobody was given", async () => {
      const { method } = operation;
      const path = await probe.world.pathOf(operation);
      for (const parts of HOSTILE_CURSORS) {
        const cursor = Buffer.from(JSON.stringify(parts)).toString("base64url");
        await send(probe, JSON.stringify(parts), { method, path: `${path}?cursor=${cursor}` });
      }
      expectNoFaults();
    });

    test.skipIf(!operation.idempotent)("an Idempotency-Key that is none, and one that is", async () => {
      const { method } = operation;
      const path = await probe.world.pathOf(operation);
      const text = '{"no_such_member":1}';
      for (const key of [
        "",
        " ",
        "a b",
        "é",
        "\u00ff",
        "x".repeat(256),
        "x".repeat(255),
        "'; DROP TABLE keys; --",
      ]) {
        const { status } = await send(probe, `key ${key.slice(0, 20)}`, {
          method,
          path,
          text,
          headers: { "idempotency-key": key },
        });
        if (status !== 400) probe.faults.push(`${key.slice(0, 20)}: ${status}`);
      }
      expectNoFaults();
    });
  },
);

/** Parameters that are the caller's own words: a GET or PUT of any may be right. */
const NAMED_BY_CALLER = new Set(["model", "name", "provider"]);

/** As a URL has it; a lone surrogate has no UTF-8, so its bytes are sent. */
function encoded(text: string): string {
  return text.isWellFormed() ? encodeURIComponent(text) : "%ED%A0%80";
}
afterAll(() => console.log("CPU", process.cpuUsage(), harness.bridge.stats()));
