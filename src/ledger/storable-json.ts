/** JSON's own escape, and the escapes that JSON.stringify writes for NUL and for half a surrogate pair. */
const ESCAPES = /\\(?:\\|u0000|ud[89a-f][0-9a-f]{2})/g;

/**
 * JSON that `jsonb` takes. Postgres refuses NUL and halves of surrogate pairs, which a client may send as a model's or a
 * customer's name: one such entry would keep its whole organization from being booked. They become U+FFFD.
 */
export function storableJson(value: unknown): string {
  return JSON.stringify(value).replace(ESCAPES, (escape) => (escape === "\\\\" ? escape : "\\ufffd"));
}
