/** The CRC-32 of IEEE 802.3, as gzip has it: https://www.rfc-editor.org/rfc/rfc1952#section-8. An unsigned number. */
export function crc32(bytes: Uint8Array): number {
  let rest = ALL_ONES;
  for (const byte of bytes) rest = (REMAINDERS[(rest ^ byte) & 0xff] ?? 0) ^ (rest >>> 8);
  return (rest ^ ALL_ONES) >>> 0;
}

const ALL_ONES = 0xffffffff;
/** The polynomial with its lowest term first. */
const POLYNOMIAL = 0xedb88320;

/** What each byte leaves behind: a division of eight steps in one look-up. */
const REMAINDERS = Uint32Array.from({ length: 256 }, (_, byte) => {
  let rest = byte;
  for (let bit = 0; bit < 8; bit++) rest = (rest >>> 1) ^ (rest & 1 ? POLYNOMIAL : 0);
  return rest;
});
