import { isDeepStrictEqual } from "node:util";
import * as z from "zod";
import type { Operation } from "../../../src/control/frame/operation.ts";
import type { Answer, Harness } from "../harness.ts";
import { type Field, pointerTo, withValue } from "./fields.ts";
import { wrongInAnswer } from "./read-back.ts";
import { ALL_OPERATIONS, type World } from "./world.ts";

// One hostile call, and everything that must be true of its answer. What isn't is told as a text, so that a test can list all.

const HOLE = "a hole in the body";
const problem = z.looseObject({
  status: z.int(),
  code: z.string(),
  errors: z.array(z.object({ pointer: z.string() })).optional(),
});

export interface Probe {
  harness: Harness;
  world: World;
  /** What was wrong so far. */
  faults: string[];
}

interface Sent {
  method: string;
  path: string;
  body?: unknown;
  text?: string | Uint8Array<ArrayBuffer>;
  headers?: Record<string, string>;
}

/** Sends it. A 5xx, an answer that isn't a problem, or a change by what was refused, is a fault. */
export async function send(probe: Probe, what: string, sent: Sent): Promise<Answer> {
  const { harness, world } = probe;
  const before = await knownState(probe);
  const statements = harness.bridge.stats().statements;
  const answer = await harness
    .call(sent.method, sent.path, sent)
    .catch((error: unknown) => unanswered(error));
  const fault = (why: string) =>
    probe.faults.push(`${sent.method} ${sent.path.slice(0, 120)}, ${what}: ${why}`);
  if (answer.status >= 500) fault(`${answer.status} ${answer.text.slice(0, 300)}`);
  if (answer.status >= 400 && problem.safeParse(answer.body).data?.status !== answer.status)
    fault(`no problem: ${answer.text.slice(0, 100)}`);
  if (answer.headers.get("x-injected") !== null) fault("a header was injected");
  const wrote = harness.bridge.stats().statements > statements || answer.status < 400;
  if (!wrote) return answer;
  const after = await world.state();
  states.set(probe, after);
  if (answer.status >= 400 && after !== before) fault(`${answer.status}, and something changed`);
  return answer;
}

const states = new WeakMap<Probe, string>();

async function knownState(probe: Probe): Promise<string> {
  const known = states.get(probe) ?? (await probe.world.state());
  states.set(probe, known);
  return known;
}

/** The harness throws where an answer isn't as its schema says. */
function unanswered(error: unknown): Answer {
  return { status: 599, headers: new Headers(), text: String(error), body: null };
}

/** Puts a value, as JSON, into a field of a body. */
export async function probeField(
  probe: Probe,
  { operation, base, field, json }: { operation: Operation; base: unknown; field: Field; json: string },
): Promise<void> {
  const path = await probe.world.pathOf(operation);
  const text = JSON.stringify(withValue(base, field.path, HOLE)).replace(JSON.stringify(HOLE), () => json);
  const pointer = pointerTo(field.path);
  const what = `${pointer} ${json.slice(0, 60)}`;
  const answer = await send(probe, what, { method: operation.method, path, text });
  const fault = (why: string) => probe.faults.push(`${operation.method} ${path}, ${what}: ${why}`);
  const value: unknown = JSON.parse(json);
  // What the field's own schema takes may still not go with the other fields.
  const isTaken = takes(field, value);
  if (!isTaken && ![400, 413].includes(answer.status)) fault(`${answer.status} for what the schema refuses`);
  if (answer.status === 400) {
    const pointers = pointersOf(answer);
    const names = pointers.some((each) => isAbout(each, pointer));
    if (!names && !(isTaken && pointers.length > 0))
      fault(`points at ${JSON.stringify(pointers)}: ${answer.text.slice(0, 200)}`);
  }
  if (answer.status >= 300) return;
  const wrong = wrongInAnswer(answer.body, field.path, value);
  if (wrong !== undefined) fault(`the answer has ${JSON.stringify(wrong).slice(0, 200)}`);
  await probeReading(probe, operation, path, answer, fault);
}

/** What a GET shows is what the change answered. */
async function probeReading(
  { harness }: Probe,
  { method, path: template }: Operation,
  path: string,
  { body }: Answer,
  fault: (why: string) => void,
): Promise<void> {
  const { id } = z.looseObject({ id: z.string().optional() }).parse(body);
  const isNew = method === "POST";
  const one = isNew ? `${template}/{id}` : template;
  if (!ALL_OPERATIONS.some((each) => each.method === "GET" && each.path === one)) return;
  const shown = await harness.call("GET", isNew ? `${path}/${encodeURIComponent(id ?? "")}` : path);
  const read = z.record(z.string(), z.unknown()).parse(shown.body);
  for (const [name, value] of Object.entries(z.record(z.string(), z.unknown()).parse(body))) {
    if (name === "secret" || name in LIVE || isDeepStrictEqual(read[name], value)) continue;
    fault(
      `GET has ${JSON.stringify(read[name])?.slice(0, 100)} for ${name} ${JSON.stringify(value).slice(0, 100)}`,
    );
  }
}

/** A budget for each has no numbers of its own until it has an instance. */
const LIVE = {
  spent: 0,
  held: 0,
  remaining: 0,
  effective_limit: 0,
  period_start: 0,
  resets_at: 0,
  would_refuse: 0,
};

/** Whether a field's own schema takes it. One that only an example tells of may take anything. */
export function takes({ schema }: Field, value: unknown): boolean {
  if (schema === null) return true;
  try {
    return schema.safeParse(value).success;
  } catch {
    return false; // Too deep: the border refuses it before a schema sees it.
  }
}

export function pointersOf({ body }: Answer): string[] {
  return problem.safeParse(body).data?.errors?.map(({ pointer }) => pointer) ?? [];
}

/** A list's or an object's own rule is told of the list or object, but never of the whole body. */
function isAbout(told: string, pointer: string): boolean {
  return (
    told === pointer || told.startsWith(`${pointer}/`) || (told !== "" && pointer.startsWith(`${told}/`))
  );
}
