import { crc32 } from "node:zlib";
import { bytesOf } from "./split-anywhere.ts";

// Builds messages of AWS's event stream by the specification, with Node's own checksum.

/** A header's value: its type's number, and its bytes as they stand behind it. */
export interface HeaderValue {
  type: number;
  bytes: number[];
}

export function text(value: string): HeaderValue {
  const bytes = bytesOf(value);
  return { type: 7, bytes: [bytes.length >> 8, bytes.length & 0xff, ...bytes] };
}

export function frame(headers: Record<string, HeaderValue | string>, payload: string | Uint8Array) {
  const headerBytes: number[] = [];
  for (const [name, value] of Object.entries(headers)) {
    const { type, bytes } = typeof value === "string" ? text(value) : value;
    headerBytes.push(bytesOf(name).length, ...bytesOf(name), type, ...bytes);
  }
  return rawFrame(Uint8Array.from(headerBytes), bytesOf(payload));
}

/** A frame around any header bytes, with right checksums, and right lengths unless another one is stated. */
export function rawFrame(
  headers: Uint8Array,
  payload: Uint8Array,
  headersLength = headers.length,
): Uint8Array {
  const length = 16 + headers.length + payload.length;
  const bytes = new Uint8Array(length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, length);
  view.setUint32(4, headersLength);
  view.setUint32(8, crc32(bytes.subarray(0, 8)));
  bytes.set(headers, 12);
  bytes.set(payload, 12 + headers.length);
  view.setUint32(length - 4, crc32(bytes.subarray(0, length - 4)));
  return bytes;
}

export function event(type: string, payload: string): Uint8Array {
  return frame(
    { ":event-type": type, ":content-type": "application/json", ":message-type": "event" },
    payload,
  );
}

export function concat(...parts: Uint8Array[]): Uint8Array {
  return Uint8Array.from(parts.flatMap((part) => Array.from(part)));
}
