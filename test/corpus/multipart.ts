// A form as a client's HTTP library writes it. https://www.rfc-editor.org/rfc/rfc7578

const BOUNDARY = "----corpus-form-boundary";
const FILE = /^<file (\d+) bytes>$/;
/** A recorded size may be anything; no form here is larger. */
const MAX_FILE_BYTES = 8 * 1_048_576;

export function multipartOf(fields: Record<string, unknown>): {
  contentType: string;
  bytes: Uint8Array<ArrayBuffer>;
} {
  const parts = Object.entries(fields).flatMap(([name, value]) =>
    (Array.isArray(value) ? value : [value]).map((one: unknown) => partOf(name, one)),
  );
  const bytes = Buffer.concat([...parts, Buffer.from(`--${BOUNDARY}--\r\n`)]);
  return { contentType: `multipart/form-data; boundary=${BOUNDARY}`, bytes: new Uint8Array(bytes) };
}

/** Recordings keep a file's size in place of its bytes. */
function partOf(name: string, value: unknown): Buffer {
  const text = typeof value === "string" ? value : JSON.stringify(value);
  const size = FILE.exec(text)?.[1];
  const head =
    size === undefined
      ? `content-disposition: form-data; name="${name}"`
      : `content-disposition: form-data; name="${name}"; filename="file.bin"\r\ncontent-type: application/octet-stream`;
  const content =
    size === undefined ? Buffer.from(text) : Buffer.alloc(Math.min(Number(size), MAX_FILE_BYTES), 1);
  return Buffer.concat([Buffer.from(`--${BOUNDARY}\r\n${head}\r\n\r\n`), content, Buffer.from("\r\n")]);
}
