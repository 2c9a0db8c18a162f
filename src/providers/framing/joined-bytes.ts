type Bytes = Uint8Array<ArrayBuffer>;

/** The pieces as one. A single piece is given as it is, not copied. */
export function joinedBytes(pieces: Uint8Array[]): Bytes {
  if (pieces.length === 1 && pieces[0]) return pieces[0] as Bytes; // No bytes here are of shared memory.
  const whole = new Uint8Array(pieces.reduce((size, piece) => size + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}
