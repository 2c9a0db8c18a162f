// The JSON of Upstash's REST interface: commands in, results out. Pure.
// https://upstash.com/docs/redis/features/restapi

import * as z from "zod";
import type { Reply } from "./engine.ts";

// Upstash takes any JSON value as an argument and stores its text.
const commandSchema = z
  .array(z.unknown())
  .nonempty()
  .transform((items) => items.map(argumentText));
const commandsSchema = z.array(commandSchema);

export type Result = { result: unknown } | { error: string };

/** `undefined`: not a JSON array with at least a command's name. */
export function parseCommand(body: string): string[] | undefined {
  return commandSchema.safeParse(parseJson(body)).data;
}

export function parseCommands(body: string): string[][] | undefined {
  return commandsSchema.safeParse(parseJson(body)).data;
}

export function toResult(reply: Reply, encoding: "utf8" | "base64"): Result {
  const value = toJson(reply, encoding);
  return isErrorResult(value) ? value : { result: value };
}

function parseJson(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    // Refused by the schema, as any other body that is no command.
    return undefined;
  }
}

function argumentText(item: unknown): string {
  if (typeof item === "string") return item;
  return JSON.stringify(item);
}

function toJson(reply: Reply, encoding: "utf8" | "base64"): unknown {
  if (Array.isArray(reply)) return reply.map((item) => toJson(item, encoding));
  if (reply instanceof Uint8Array) return reply.toString(encoding);
  // The client decodes every string but "OK", so other statuses (TYPE's, PONG) are encoded too.
  if (typeof reply === "string" && reply !== "OK") return Buffer.from(reply).toString(encoding);
  return reply;
}

function isErrorResult(value: unknown): value is { error: string } {
  return typeof value === "object" && value !== null && "error" in value;
}
