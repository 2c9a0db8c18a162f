// What the demo provider says. Pure: the same request gets the same answer, byte for byte.

import { createHash } from "node:crypto";

import { sampleArguments } from "./sample-arguments.ts";
import { cutToTokens } from "./tokens.ts";

const MAX_ECHO_CHARACTERS = 120;
const FINGERPRINT_CHARACTERS = 24;

/** The moment that every demo answer was "created" at: a clock would make two equal calls differ. */
export const DEMO_CREATED_AT_SECONDS = 1_767_225_600;

export interface DemoTool {
  name: string;
  /** JSON Schema of its arguments. */
  schema: unknown;
}

export interface DemoAnswer {
  /** The tool that is called, if the request forced one; `text` is then its arguments as JSON. */
  toolName: string | null;
  text: string;
  tokens: number;
  cut: boolean;
}

export interface Prompt {
  lastUserText: string;
  forcedTool: DemoTool | null;
  maxTokens: number;
}

export function composeAnswer({ lastUserText, forcedTool, maxTokens }: Prompt): DemoAnswer {
  if (forcedTool !== null) {
    const argumentsJson = JSON.stringify(sampleArguments(forcedTool.schema));
    return { toolName: forcedTool.name, ...cutToTokens(argumentsJson, maxTokens) };
  }
  const sentence = `This is the demo provider of Tollgate; no model was called. You said: "${echo(lastUserText)}"`;
  return { toolName: null, ...cutToTokens(sentence, maxTokens) };
}

/** A stable id for the answer to these bytes. */
export function fingerprint(body: Uint8Array): string {
  return createHash("sha256").update(body).digest("hex").slice(0, FINGERPRINT_CHARACTERS);
}

/** The names that the demo provider doesn't know, so that a client can see a provider's own 404. */
export function isUnknownModel(model: string): boolean {
  return model.startsWith("unknown-");
}

function echo(text: string): string {
  const characters = Array.from(text);
  if (characters.length <= MAX_ECHO_CHARACTERS) return text;
  return `${characters.slice(0, MAX_ECHO_CHARACTERS).join("")}…`;
}
