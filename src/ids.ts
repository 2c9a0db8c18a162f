import { uuidv7obj } from "uuidv7";

// Ids are prefixed and sort by the time they were made: `key_01jq…`, Crockford's base 32 of a UUIDv7.

const ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz";

export type IdPrefix =
  | "org"
  | "team"
  | "user"
  | "key"
  | "bud"
  | "adj"
  | "hold"
  | "req"
  | "rst"
  | "tok"
  | "wh"
  | "dlv"
  | "evt";

export function newId(prefix: IdPrefix): string {
  return `${prefix}_${base32(uuidv7obj().bytes)}`;
}

/** Crockford's base 32, lower case, most significant bits first, zero bits appended to fill the last digit. */
export function base32(bytes: Uint8Array): string {
  let text = "";
  let pending = 0;
  let bits = 0;
  for (const byte of bytes) {
    pending = (pending << 8) | byte;
    bits += 8;
    while (bits >= 5) {
      bits -= 5;
      text += ALPHABET[(pending >> bits) & 31];
    }
    pending &= (1 << bits) - 1;
  }
  return bits > 0 ? text + ALPHABET[(pending << (5 - bits)) & 31] : text;
}
