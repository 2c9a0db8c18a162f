import type { Reading, StreamReader, Wire } from "../wire.ts";

/** For formats that have no streams: should one come all the same, its last event is read as the answer. */
export function unstreamed(readBody: (status: number, body: unknown) => Reading): Wire["streamReader"] {
  return (): StreamReader => {
    let reading = readBody(200, undefined);
    return {
      push({ data }) {
        reading = readBody(200, parsed(data));
        return "pass";
      },
      reading: () => reading,
    };
  };
}

function parsed(data: string): unknown {
  try {
    return JSON.parse(data);
  } catch {
    return undefined; // No JSON: an answer with no usage.
  }
}
