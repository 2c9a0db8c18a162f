import { membersOf, objectStart } from "./json-text.ts";

/** Sets a member of a JSON body: `path` names it from the top level on, through objects only. */
export interface BodyEdit {
  path: string[];
  value: unknown;
}

/**
 * Changes members of a JSON object's text and no other byte: numbers beyond 2^53, key order and white space stay as
 * the client wrote them. A parent that is absent is added; one that is no object is replaced by an object that has the
 * member. Of two edits the later one wins. Linear in the text; recursion is as deep as the edits' paths.
 *
 * The text is one that JSON.parse took for an object, with no member twice. Throws a TypeError where it is no object.
 */
export function editJson(text: string, edits: BodyEdit[]): string {
  objectStart(text);
  const root: Change = { members: new Map() };
  for (const { path, value } of edits) {
    let change = root;
    for (const key of path) change = memberOf(change, key);
    change.set = JSON.stringify(value);
    change.members.clear();
  }
  return changed(text, root);
}

/** What becomes of a value: a new text, or its own, in which members change. */
interface Change {
  set?: string;
  members: Map<string, Change>;
}

function memberOf(change: Change, key: string): Change {
  const known = change.members.get(key);
  if (known) return known;
  const added: Change = { members: new Map() };
  change.members.set(key, added);
  return added;
}

function changed(value: string, { set = value, members }: Change): string {
  if (members.size === 0) return set;
  const text = set.trimStart().startsWith("{") ? set : "{}";
  const open = objectStart(text);
  const missing = new Map(members);
  let edited = "";
  let copied = 0;
  let end = open + 1;
  for (const { key, valueStart, valueEnd } of membersOf(text, open)) {
    end = valueEnd;
    const change = members.get(key);
    if (!change) continue;
    missing.delete(key);
    edited += text.slice(copied, valueStart) + changed(text.slice(valueStart, valueEnd), change);
    copied = valueEnd;
  }
  const added = [...missing].map(([key, change]) => `${JSON.stringify(key)}:${changed("{}", change)}`);
  if (added.length === 0) return edited + text.slice(copied);
  const comma = end === open + 1 ? "" : ",";
  return edited + text.slice(copied, end) + comma + added.join(",") + text.slice(end);
}
