import { utf8Bytes } from "../utf8.ts";

// A stream's chunks are mostly the same but for the text in them. What such a chunk says is known without parsing it, which
// costs most of what a meter does for a chunk.

export interface LikeChunk {
  /** The bytes that the model wrote in a chunk that is like the last one; undefined where it has to be parsed. */
  bytesOf(data: string): number | undefined;
  /** `data` was parsed: its only choice's text, and the bytes that the model wrote in all of it. */
  parsed(data: string, text: unknown, bytes: number): void;
}

/** Texts that may differ: the delta's, and what OpenAI pads its chunks with. https://platform.openai.com/docs/api-reference/chat-streaming */
const TEXT = "content";
const VARYING = [TEXT, "obfuscation"];
/** Of the last chunk: what stands before, between and behind the texts that may differ. */
interface Shape {
  parts: string[];
  /** Which of the texts is the delta's. */
  textAt: number;
  /** Written beside that text. */
  otherBytes: number;
}

export function createLikeChunk(): LikeChunk {
  let shape: Shape | undefined;
  return {
    bytesOf(data) {
      const text = shape && textOf(data, shape);
      return shape && text !== undefined ? shape.otherBytes + utf8Bytes(text) : undefined;
    },
    parsed(data, text, bytes) {
      shape = undefined;
      if (typeof text !== "string") return;
      const found = shapeOf(data);
      // What was parsed says whether it is the delta's text that was found.
      if (found && textOf(data, found) === text) shape = { ...found, otherBytes: bytes - utf8Bytes(text) };
    },
  };
}

function shapeOf(data: string): Shape | undefined {
  // With an escape in it, a name could be another one.
  if (data.includes("\\")) return undefined;
  const found: { name: string; start: number }[] = [];
  for (const name of VARYING) {
    const at = data.indexOf(`"${name}"`);
    if (at === -1) continue;
    const start = at + name.length + 4;
    if (!data.startsWith(':"', start - 2) || data.includes(`"${name}"`, start)) return undefined;
    found.push({ name, start });
  }
  found.sort((one, other) => one.start - other.start);
  const textAt = found.findIndex(({ name }) => name === TEXT);
  if (textAt === -1) return undefined;
  const parts: string[] = [];
  let position = 0;
  for (const { start } of found) {
    parts.push(data.slice(position, start));
    position = data.indexOf('"', start);
  }
  return { parts: [...parts, data.slice(position)], textAt, otherBytes: 0 };
}

/** The delta's text, if all but the texts that may differ is the same. */
function textOf(data: string, { parts, textAt }: Shape): string | undefined {
  let text: string | undefined;
  let position = 0;
  const last = parts.length - 1;
  for (let i = 0; i < last; i++) {
    const part = parts[i] ?? "";
    const start = position + part.length;
    if (data.slice(position, start) !== part) return undefined;
    position = start;
    const end = data.indexOf('"', position);
    const value = data.slice(position, end);
    if (end === -1 || !isPlain(value)) return undefined;
    if (i === textAt) text = value;
    position = end;
  }
  return data.slice(position) === parts[last] ? text : undefined;
}

const FIRST_PRINTABLE = 0x20;
const BACKSLASH = 0x5c;

/** Between its quotes it stands as it is: with no escape in it, and nothing that JSON refuses. */
function isPlain(value: string): boolean {
  for (let i = 0; i < value.length; i++) {
    const unit = value.charCodeAt(i);
    if (unit < FIRST_PRINTABLE || unit === BACKSLASH) return false;
  }
  return true;
}
