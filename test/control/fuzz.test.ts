import * as fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Operation } from "../../src/control/frame/operation.ts";
import { bodyFields } from "./fuzz/body-fields.ts";
import { withValue } from "./fuzz/fields.ts";
import {
  CONTENT_TYPES,
  HOSTILE_BODIES,
  HOSTILE_CURSORS,
  HOSTILE_PATHS,
  HOSTILE_TEXTS,
} from "./fuzz/hostile.ts";
import { type Probe, pointersOf, probeField, send, takes } from "./fuzz/probe.ts";
import { someTaken, VALUES, valuesFor } from "./fuzz/values.ts";
import { ALL_OPERATIONS, createWorld } from "./fuzz/world.ts";
import { type Harness, startHarness } from "./harness.ts";

// Whatever is sent to any route: a 4xx that says what is wrong, with nothing changed, or a 2xx that did as it says; never a
// 5xx. It runs over the table of operations, their schemas and examples, so a new route is in it by itself.

/** Combinations for each body, the same in each run: FUZZ_RUNS in the environment asks for more, FUZZ_SEED for others. */
const RUNS = Number(process.env["FUZZ_RUNS"] ?? 5);
const SEED = Number(process.env["FUZZ_SEED"] ?? 1);

let harness: Harness;
let probe: Probe;
beforeAll(async () => {
  harness = await startHarness();
  probe = { harness, world: await createWorld(harness), faults: [] };
});
afterAll(() => harness.close());

/** What was wrong since the last look. */
const faults = () => probe.faults.splice(0);

const parametersOf = ({ path }: Operation) => [...path.matchAll(/\{(\w+)\}/g)].map(([, name = ""]) => name);
const all = named(() => true);
const withBody = named(({ body }) => body !== null);
const withParameters = named((operation) => parametersOf(operation).length > 0);
const paged = named(({ query }) => "cursor" in query.shape);
const idempotent = named((operation) => operation.idempotent);

function named(which: (operation: Operation) => boolean): [string, Operation][] {
  return ALL_OPERATIONS.filter(which).map((each) => [`${each.method} ${each.path}`, each]);
}

test.each(withBody)("%s: every field of the body", async (_, operation) => {
  for (const [turn, { field, base }] of bodyFields(operation, probe.world).entries()) {
    for (const json of valuesFor(field, turn)) await probeField(probe, { operation, base, field, json });
  }
  expect(faults()).toEqual([]);
});

test.each(withBody)("%s: several fields at once", async (_, operation) => {
  const fields = bodyFields(operation, probe.world);
  if (fields.length === 0) return;
  const some = fc.array(fc.tuple(fc.constantFrom(...fields), fc.constantFrom(...VALUES)), {
    minLength: 2,
    maxLength: 6,
  });
  const path = await probe.world.pathOf(operation);
  await fc.assert(
    fc.asyncProperty(some, async (put) => {
      const body = put.reduce(
        (body, [{ field }, value]) => withValue(body, field.path, value),
        put[0]?.[0].base,
      );
      await send(probe, JSON.stringify(body).slice(0, 500), { method: operation.method, path, body });
      expect(faults()).toEqual([]);
    }),
    { numRuns: RUNS, seed: SEED },
  );
});

test.each(withBody)("%s: bodies that are none, under any content type", async (_, operation) => {
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
  expect(faults()).toEqual([]);
});

test.each(all)("%s: every parameter of the query, and ones that aren't", async (_, operation) => {
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
  for (const [turn, [name, schema]] of Object.entries(operation.query.shape).entries()) {
    const isTaken = (value: string) => takes({ path: [name], schema, chosen: [] }, value);
    // A lone surrogate is another character once it was in a URL.
    const bad = HOSTILE_TEXTS.filter((value) => !isTaken(value) && value.isWellFormed());
    for (const value of bad) await query(name, `${name}=${encoded(value)}`, `/${name}`);
    // What is right does what the call is for: so only where that is to read.
    const right = method === "GET" ? someTaken(HOSTILE_TEXTS.filter(isTaken), turn) : [];
    for (const value of right) await query(name, `${name}=${encoded(value)}`, null);
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
  expect(faults()).toEqual([]);
});

test.each(withParameters)("%s: every parameter of the path", async (_, operation) => {
  const { method } = operation;
  const body = operation.body ? { body: probe.world.exampleOf(operation) } : {};
  for (const name of parametersOf(operation)) {
    for (const value of [...HOSTILE_TEXTS.map(encoded), ...HOSTILE_PATHS]) {
      const path = await probe.world.pathOf(operation, { [name]: value });
      const answer = await send(probe, name, { method, path, ...body });
      const isFree = NAMED_BY_CALLER.has(name) || operation.path.startsWith("/customers/");
      if (!isFree && answer.status < 400)
        probe.faults.push(`${method} ${path.slice(0, 100)}: ${answer.status}`);
    }
  }
  expect(faults()).toEqual([]);
});

test.each(paged)("%s: cursors that nobody was given", async (_, operation) => {
  const { method } = operation;
  const path = await probe.world.pathOf(operation);
  for (const parts of HOSTILE_CURSORS) {
    const cursor = Buffer.from(JSON.stringify(parts)).toString("base64url");
    await send(probe, JSON.stringify(parts), { method, path: `${path}?cursor=${cursor}` });
  }
  expect(faults()).toEqual([]);
});

test.each(idempotent)("%s: an Idempotency-Key that is none, and one that is", async (_, operation) => {
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
  expect(faults()).toEqual([]);
});
/** Parameters that are the caller's own words: a GET or PUT of any may be right. */
const NAMED_BY_CALLER = new Set(["model", "name", "provider"]);

/** As a URL has it; a lone surrogate has no UTF-8, so its bytes are sent. */
function encoded(text: string): string {
  return text.isWellFormed() ? encodeURIComponent(text) : "%ED%A0%80";
}
