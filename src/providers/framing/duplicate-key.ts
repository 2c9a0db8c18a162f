import { CLOSE_BRACE, objectStart, OPEN_BRACE, QUOTE, skipSpace, stringEnd, unquoted } from "./json-text.ts";

const COLON = 0x3a;
/** Up to so many members a list is searched faster than a set is made: most objects of a body are small. */
const LISTED_MEMBERS = 8;

/**
 * The first member that stands twice in one object, at any depth, by its name, unescaped; null where there is none.
 * Parsers differ in which one they take, so such a body could show us one `max_tokens` and the provider another: it
 * is refused. Linear in the text, no recursion. Throws where the text is no JSON object: the caller has parsed it.
 */
export function findDuplicateKey(text: string): string | null {
  // The names of the objects that are open: of the outermost first, of the innermost from `innermost` on.
  const names: string[] = [];
  const outer: { start: number; set: Set<string> | null }[] = [];
  let innermost: { start: number; set: Set<string> | null } = { start: 0, set: null };
  let position = objectStart(text);
  while (position < text.length) {
    // Arrays need no look: in JSON a text is a name just where a colon follows it.
    switch (text.charCodeAt(position)) {
      case OPEN_BRACE:
        outer.push(innermost);
        innermost = { start: names.length, set: null };
        break;
      case CLOSE_BRACE:
        names.length = innermost.start;
        innermost = outer.pop() ?? innermost;
        break;
      case QUOTE: {
        const end = stringEnd(text, position);
        const colon = skipSpace(text, end);
        if (text.charCodeAt(colon) !== COLON) {
          position = end;
          continue;
        }
        const name = unquoted(text, position, end);
        innermost.set ??=
          names.length - innermost.start > LISTED_MEMBERS ? new Set(names.slice(innermost.start)) : null;
        if (innermost.set?.has(name) ?? names.includes(name, innermost.start)) return name;
        names.push(name);
        innermost.set?.add(name);
        position = colon;
        break;
      }
    }
    position++;
  }
  return null;
}
