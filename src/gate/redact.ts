import { joinedBytes } from "../providers/framing/joined-bytes.ts";

// Takes credentials of ours out of what a provider says, which may echo them. Nothing else of it changes.

const encoder = new TextEncoder();
const REDACTED = encoder.encode("[redacted]");
const NOTHING = new Uint8Array(0);

export function redact(bytes: Uint8Array<ArrayBuffer>, secrets: readonly string[]): Uint8Array<ArrayBuffer> {
  return secrets.reduce((clean, secret) => without(clean, encoder.encode(secret)), bytes);
}

export interface StreamRedactor {
  /** What may go on: all, but for an end that a credential may begin with. */
  push(bytes: Uint8Array): Uint8Array;
  /** What was kept back. */
  end(): Uint8Array;
}

/** The same for what comes in pieces, wherever they are cut. */
export function createStreamRedactor(secrets: readonly string[]): StreamRedactor {
  const texts = secrets.map((secret) => encoder.encode(secret));
  let kept: Uint8Array = NOTHING;
  return {
    push(bytes) {
      const all = kept.length === 0 ? bytes : joinedBytes([kept, bytes]);
      const sure = all.length - Math.max(0, ...texts.map((text) => begunBy(all, text)));
      kept = all.subarray(sure);
      return texts.reduce<Uint8Array>(without, all.subarray(0, sure));
    },
    end() {
      const rest = kept;
      kept = NOTHING;
      return rest;
    },
  };
}

function without<Bytes extends Uint8Array>(bytes: Bytes, text: Uint8Array): Bytes | Uint8Array<ArrayBuffer> {
  const pieces: Uint8Array[] = [];
  let from = 0;
  for (let at = placeOf(text, bytes, 0); at >= 0; at = placeOf(text, bytes, from)) {
    pieces.push(bytes.subarray(from, at), REDACTED);
    from = at + text.length;
  }
  return pieces.length === 0 ? bytes : joinedBytes([...pieces, bytes.subarray(from)]);
}

/** Where a text stands in bytes, from a place on; -1 where it doesn't, or is empty. */
function placeOf(text: Uint8Array, bytes: Uint8Array, from: number): number {
  const [first] = text;
  if (first === undefined) return -1;
  for (let at = bytes.indexOf(first, from); at >= 0; at = bytes.indexOf(first, at + 1)) {
    if (sameFrom(bytes, at, text) === text.length) return at;
  }
  return -1;
}

/** How many bytes at the end are the beginning of a text that isn't whole. */
function begunBy(bytes: Uint8Array, text: Uint8Array): number {
  for (let at = Math.max(0, bytes.length - text.length + 1); at < bytes.length; at++) {
    if (sameFrom(bytes, at, text) === bytes.length - at) return bytes.length - at;
  }
  return 0;
}

function sameFrom(bytes: Uint8Array, at: number, text: Uint8Array): number {
  let same = 0;
  while (same < text.length && bytes[at + same] === text[same]) same++;
  return same;
}
