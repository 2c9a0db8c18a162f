import type { Case } from "./cases.ts";
import { madeUpBody } from "./made-up-body.ts";
import { multipartOf } from "./multipart.ts";
import type { Path } from "./paths.ts";

// The request that a case's client would have sent to Tollgate.

const CREDENTIALS = /^(?:authorization|x-api-key|x-goog-api-key|api-key|cookie)$/i;
/** fetch makes these of the body that it is given. */
const OF_THE_BODY = /^(?:content-length|transfer-encoding|content-type|host)$/i;

export interface ClientRequest {
  url: string;
  method: string;
  headers: Headers;
  body: Uint8Array<ArrayBuffer> | null;
  /** Null where the body isn't JSON. */
  json: Record<string, unknown> | null;
  /** The body wasn't recorded whole: nothing that depends on its size can be judged. */
  sized: boolean;
}

export function clientRequest(recorded: Case, path: Path, secret: string): ClientRequest {
  const headers = new Headers(
    recorded.request_headers.filter(([name]) => !CREDENTIALS.test(name) && !OF_THE_BODY.test(name)),
  );
  headers.set(path.keyHeader, path.keyHeader === "authorization" ? `Bearer ${secret}` : secret);
  const common = { url: `http://gate.invalid${path.prefix}${path.own}`, method: recorded.method, headers };
  if (recorded.method === "GET") return { ...common, body: null, json: null, sized: true };

  const form = recorded.request_body?.["__multipart__"];
  if (typeof form === "object" && form !== null) {
    const multipart = multipartOf(form as Record<string, unknown>);
    headers.set("content-type", multipart.contentType);
    return { ...common, body: multipart.bytes, json: null, sized: true };
  }
  const json = recorded.request_body ?? madeUpBody(recorded);
  headers.set("content-type", "application/json");
  const body = new Uint8Array(Buffer.from(JSON.stringify(json)));
  return { ...common, body, json, sized: recorded.request_form === "json" };
}
