/** The bytes that a text takes in UTF-8, without encoding it; 0 for anything but a text. */
export function utf8Bytes(text: unknown): number {
  if (typeof text !== "string") return 0;
  let bytes = text.length;
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index);
    if (unit < 0x80) continue;
    // Each half of a surrogate pair counts two of the pair's four bytes.
    bytes += unit < 0x800 || (unit >= 0xd800 && unit <= 0xdfff) ? 1 : 2;
  }
  return bytes;
}

/** The bytes that a base64 text stands for, at most. */
export function decodedBytes(base64: string): number {
  return Math.ceil((base64.length * 3) / 4);
}
