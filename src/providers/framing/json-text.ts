// Steps over the text of JSON that JSON.parse took before: no recursion, each step linear in what it steps over.

/** A member of an object, by its places in the text. */
export interface Member {
  key: string;
  valueStart: number;
  valueEnd: number;
}

/** The members of the object whose brace is at `open`, one by one. */
export function* membersOf(text: string, open: number): Generator<Member> {
  let position = skipSpace(text, open + 1);
  while (text[position] === '"') {
    const keyEnd = stringEnd(text, position);
    const valueStart = skipSpace(text, skipSpace(text, keyEnd) + 1);
    const valueEnd = valueEndAt(text, valueStart);
    yield { key: unquoted(text, position, keyEnd), valueStart, valueEnd };
    const after = skipSpace(text, valueEnd);
    if (text[after] !== ",") return;
    position = skipSpace(text, after + 1);
  }
}

/** Where the object begins that the text is. Throws where it is none. */
export function objectStart(text: string): number {
  const open = skipSpace(text, 0);
  if (text[open] !== "{") throw new TypeError("not the text of a JSON object");
  return open;
}

/** Behind the closing quote of the string at `start`. The search for a quote is fast, and most strings have no escaped one. */
export function stringEnd(text: string, start: number): number {
  const quote = text.indexOf('"', start + 1);
  if (quote !== -1 && text.charCodeAt(quote - 1) !== BACKSLASH) return quote + 1;
  for (let position = start + 1; position < text.length; position++) {
    const unit = text.charCodeAt(position);
    if (unit === QUOTE) return position + 1;
    if (unit === BACKSLASH) position++;
  }
  throw new TypeError("not the text of a JSON object");
}

/** What the quoted text from `start` to `end` says. */
export function unquoted(text: string, start: number, end: number): string {
  const inner = text.slice(start + 1, end - 1);
  return inner.includes("\\") ? String(JSON.parse(text.slice(start, end))) : inner;
}

export function skipSpace(text: string, start: number): number {
  let position = start;
  while (isSpace(text.charCodeAt(position))) position++;
  return position;
}

function valueEndAt(text: string, start: number): number {
  const first = text[start];
  if (first === '"') return stringEnd(text, start);
  if (first === "{" || first === "[") return containerEnd(text, start);
  let end = start;
  while (end < text.length && !endsScalar(text.charCodeAt(end))) end++;
  return end;
}

function containerEnd(text: string, start: number): number {
  let depth = 0;
  let position = start;
  while (position < text.length) {
    switch (text.charCodeAt(position)) {
      case QUOTE:
        position = stringEnd(text, position);
        continue;
      case OPEN_BRACE:
      case OPEN_BRACKET:
        depth++;
        break;
      case CLOSE_BRACE:
      case CLOSE_BRACKET:
        depth--;
        if (depth === 0) return position + 1;
        break;
    }
    position++;
  }
  return position;
}

function endsScalar(unit: number): boolean {
  return unit === COMMA || unit === CLOSE_BRACE || unit === CLOSE_BRACKET || isSpace(unit);
}

function isSpace(unit: number): boolean {
  return unit === 0x20 || unit === 0x0a || unit === 0x0d || unit === 0x09;
}

export const QUOTE = 0x22;
export const OPEN_BRACE = 0x7b;
export const CLOSE_BRACE = 0x7d;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
