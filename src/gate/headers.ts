import { CREDENTIAL_HEADERS } from "./authenticate.ts";

// What passes from the client to the provider, and back. Pure.

/** Of one connection only: https://www.rfc-editor.org/rfc/rfc9110#section-7.6.1 */
const HOP_BY_HOP = [
  "connection",
  "keep-alive",
  "proxy-authenticate",
  "proxy-authorization",
  "proxy-connection",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
];
/** Of the client's connection to us: about where it comes from, or made anew by fetch. */
const OF_THE_CONNECTION = [
  "host",
  "content-length",
  "accept-encoding",
  "expect",
  "cookie",
  "forwarded",
  "cdn-loop",
  "x-real-ip",
];
/** Azure would take another deployment than the one that was priced. */
const TO_ANOTHER_MODEL = ["azureml-model-deployment", "x-ms-model-mesh-model-name"];
const DROPPED_PREFIXES = ["x-tollgate-", "cf-", "x-forwarded-"];

/** How many base URLs of organizations a call has come through. One of them may lead back to Tollgate. */
const HOPS_HEADER = "x-tollgate-hops";
/** A chain of Tollgates that is longer goes round. */
const MAX_HOPS = 4;

/** The provider's encoding is undone on the way in, and its cookies belong to our account with it. */
const NOT_FOR_CLIENTS = ["content-length", "content-encoding", "set-cookie"];

/** Whether a call comes back from where it was sent, again and again. */
export function goesRound(client: Headers): boolean {
  return hopsOf(client) >= MAX_HOPS;
}

function hopsOf(client: Headers): number {
  const hops = client.get(HOPS_HEADER) ?? "";
  return /^\d$/.test(hops) ? Number(hops) : 0;
}

/** What the client's headers become; the provider's credential comes on top. `own`: whether an organization says where it is. */
export function upstreamHeaders(client: Headers, { own = false } = {}): Headers {
  const headers = new Headers(client);
  const listed = (client.get("connection") ?? "").split(",").map((name) => name.trim());
  const dropped = [...HOP_BY_HOP, ...OF_THE_CONNECTION, ...TO_ANOTHER_MODEL, ...CREDENTIAL_HEADERS];
  for (const name of [...dropped, ...listed]) {
    if (name !== "") headers.delete(name);
  }
  dropPrefixed(headers, DROPPED_PREFIXES);
  if (own) headers.set(HOPS_HEADER, String(hopsOf(client) + 1));
  // The meter reads the bytes, and the client shall get the provider's own.
  headers.set("accept-encoding", "identity");
  return headers;
}

/** `secrets`: our credential, which no header may carry to the client. */
export function clientHeaders(provider: Headers, secrets: readonly string[]): Headers {
  const headers = new Headers(provider);
  const echoes = [...headers].filter(([, value]) => secrets.some((secret) => value.includes(secret)));
  for (const [name] of echoes) headers.delete(name);
  for (const name of [...HOP_BY_HOP, ...NOT_FOR_CLIENTS]) headers.delete(name);
  dropPrefixed(headers, ["x-tollgate-"]);
  return headers;
}

function dropPrefixed(headers: Headers, prefixes: string[]): void {
  const dropped = [...headers.keys()].filter((name) => prefixes.some((prefix) => name.startsWith(prefix)));
  for (const name of dropped) headers.delete(name);
}
