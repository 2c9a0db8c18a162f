// Changes members of a JSON object's text and no other byte: numbers beyond 2^53, key order and white space stay as
// the client wrote them. Linear in the text, no recursion. The text is one that JSON.parse took for an object.

/** Sets a member of a JSON object's top level, replacing its value or adding the member. */
export interface TopLevelEdit {
  key: string;
  value: unknown;
}

interface Member {
  key: string;
  valueStart: number;
  valueEnd: number;
}

/** Throws where the text is no JSON object: the caller has parsed it before. */
export function editTopLevel(text: string, edits: TopLevelEdit[]): string {
  if (edits.length === 0) return text;
  const { members, open } = membersOf(text);
  const last = new Map(edits.map((edit) => [edit.key, edit.value]));
  let edited = "";
  let copied = 0;
  for (const { key, valueStart, valueEnd } of members) {
    if (!last.has(key)) continue;
    edited += text.slice(copied, valueStart) + JSON.stringify(last.get(key));
    copied = valueEnd;
  }
  const present = new Set(members.map((member) => member.key));
  const added = [...last]
    .filter(([key]) => !present.has(key))
    .map(([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`);
  if (added.length > 0) {
    const end = members.at(-1)?.valueEnd ?? open + 1;
    // The last member's value may be one that was just replaced: then nothing is left of it to copy.
    edited += text.slice(copied, Math.max(copied, end)) + (members.length > 0 ? "," : "") + added.join(",");
    copied = Math.max(copied, end);
  }
  return edited + text.slice(copied);
}

/**
 * The first top-level key that occurs twice, unescaped; null where there is none. Parsers differ in which one they
 * take, so such a body could show us one `max_tokens` and the provider another: it is refused.
 */
export function findDuplicateKey(text: string): string | null {
  const seen = new Set<string>();
  for (const { key } of membersOf(text).members) {
    if (seen.has(key)) return key;
    seen.add(key);
  }
  return null;
}

function membersOf(text: string): { members: Member[]; open: number } {
  const open = skipSpace(text, 0);
  if (text[open] !== "{") throw new TypeError("not the text of a JSON object");
  const members: Member[] = [];
  let position = skipSpace(text, open + 1);
  while (text[position] === '"') {
    const keyEnd = stringEnd(text, position);
    const colon = skipSpace(text, keyEnd);
    const valueStart = skipSpace(text, colon + 1);
    const valueEnd = valueEndAt(text, valueStart);
    members.push({ key: unescape(text.slice(position, keyEnd)), valueStart, valueEnd });
    const after = skipSpace(text, valueEnd);
    if (text[after] !== ",") break;
    position = skipSpace(text, after + 1);
  }
  return { members, open };
}

function unescape(quoted: string): string {
  return quoted.includes("\\") ? String(JSON.parse(quoted)) : quoted.slice(1, -1);
}

function valueEndAt(text: string, start: number): number {
  const first = text[start];
  if (first === '"') return stringEnd(text, start);
  if (first === "{" || first === "[") return containerEnd(text, start);
  let end = start;
  while (end < text.length && !SCALAR_ENDS.has(text.charCodeAt(end))) end++;
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

/** Behind the closing quote. Each run of backslashes is counted once, so this is linear. */
function stringEnd(text: string, start: number): number {
  let quote = text.indexOf('"', start + 1);
  while (quote !== -1) {
    let backslash = quote;
    while (text.charCodeAt(backslash - 1) === BACKSLASH) backslash--;
    if ((quote - backslash) % 2 === 0) return quote + 1;
    quote = text.indexOf('"', quote + 1);
  }
  throw new TypeError("not the text of a JSON object");
}

function skipSpace(text: string, start: number): number {
  let position = start;
  while (SPACES.has(text.charCodeAt(position))) position++;
  return position;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const SPACES = new Set([0x20, 0x09, 0x0a, 0x0d]);
const SCALAR_ENDS = new Set([...SPACES, 0x2c, CLOSE_BRACE, CLOSE_BRACKET]);
