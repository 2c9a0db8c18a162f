/**
 * The places where `pattern` stands in `bytes`, in order, none overlapping another. Linear in the bytes, whatever they
 * are (Knuth, Morris and Pratt): a file of dashes mustn't be searched once for each dash of a boundary.
 */
export function* occurrencesOf(pattern: Uint8Array, bytes: Uint8Array): Generator<number> {
  const fallbacks = fallbacksOf(pattern);
  const first = pattern[0];
  if (first === undefined) return;
  let matched = 0;
  let position = 0;
  while (position < bytes.length) {
    if (matched === 0) {
      position = bytes.indexOf(first, position);
      if (position === -1) return;
    }
    if (bytes[position] === pattern[matched]) {
      position++;
      matched++;
    } else {
      matched = fallbacks[matched - 1] ?? 0;
    }
    if (matched === pattern.length) {
      yield position - matched;
      matched = 0;
    }
  }
}

/** For each prefix of the pattern, how much of its end is a shorter prefix: what still matches when the next byte doesn't. */
function fallbacksOf(pattern: Uint8Array): number[] {
  const fallbacks = [0];
  let matched = 0;
  for (const byte of pattern.subarray(1)) {
    while (matched > 0 && byte !== pattern[matched]) matched = fallbacks[matched - 1] ?? 0;
    if (byte === pattern[matched]) matched++;
    fallbacks.push(matched);
  }
  return fallbacks;
}
