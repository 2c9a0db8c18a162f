/**
 * The headers of a message of AWS's event stream whose values are strings. The others only have a length here.
 * Null where the bytes aren't headers to their end. https://smithy.io/2.0/aws/amazon-eventstream.html
 */
export function readEventHeaders(bytes: Uint8Array): Map<string, string> | null {
  const headers = new Map<string, string>();
  let position = 0;
  while (position < bytes.length) {
    const nameEnd = position + 1 + (bytes[position] ?? 0);
    const valueStart = nameEnd + 1;
    const type = bytes[nameEnd];
    const size = type === undefined ? undefined : sizeOf(type, bytes, valueStart);
    if (size === undefined || valueStart + size > bytes.length) return null;
    if (type === STRING) {
      const value = bytes.subarray(valueStart + LENGTH_BYTES, valueStart + size);
      headers.set(decoder.decode(bytes.subarray(position + 1, nameEnd)), decoder.decode(value));
    }
    position = valueStart + size;
  }
  return headers;
}

const decoder = new TextDecoder("utf-8", { fatal: false, ignoreBOM: true });

/** How many bytes a value takes, with its length where it states one; undefined for a type that there isn't. */
function sizeOf(type: number, bytes: Uint8Array, start: number): number | undefined {
  if (type !== BYTES && type !== STRING) return FIXED_SIZES[type];
  const high = bytes[start];
  const low = bytes[start + 1];
  return high === undefined || low === undefined ? undefined : LENGTH_BYTES + high * 256 + low;
}

const LENGTH_BYTES = 2;
const BYTES = 6;
const STRING = 7;
/** By type: true, false, byte, short, int, long, then the two with a length, timestamp, UUID. */
const FIXED_SIZES = [0, 0, 1, 2, 4, 8, undefined, undefined, 8, 16];
