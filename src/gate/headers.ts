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
const UNDONE = ["content-length", "content-encoding", "set-cookie"];

const NOT_FOR_PROVIDERS = new Set<string>([
  ...HOP_BY_HOP,
  ...OF_THE_CONNECTION,
  ...TO_ANOTHER_MODEL,
  ...CREDENTIAL_HEADERS,
]);
const NOT_FOR_CLIENTS = new Set([...HOP_BY_HOP, ...UNDONE]);

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
  const connection = client.get("connection") ?? "";
  const listed = new Set(connection.split(",").map((name) => name.trim().toLowerCase()));
  const kept = keptOf(
    client,
    (name) =>
      !NOT_FOR_PROVIDERS.has(name) &&
      !listed.has(name) &&
      !DROPPED_PREFIXES.some((prefix) => name.startsWith(prefix)),
  );
  if (own) kept.push([HOPS_HEADER, String(hopsOf(client) + 1)]);
  // The meter reads the bytes, and the client shall get the provider's own.
  kept.push(["accept-encoding", "identity"]);
  return new Headers(Object.fromEntries(kept));
}

export type HeaderList = [name: string, value: string][];

/**
 * The provider's headers as the client gets them, and our `own`, each in place of the provider's of that name. `secrets`: our
 * credential, which no header may carry to the client.
 */
export function clientHeaders(provider: Headers, secrets: readonly string[], own: HeaderList): HeaderList {
  const kept = keptOf(
    provider,
    (name, value) =>
      !NOT_FOR_CLIENTS.has(name) &&
      !name.startsWith("x-tollgate-") &&
      !secrets.some((secret) => value.includes(secret)) &&
      !own.some(([ours]) => ours === name),
  );
  kept.push(...own);
  return kept;
}

/**
 * In one go over them: each look-up, change or copy of headers is a call out of JavaScript. No name comes twice, so the runtime is
 * given them as an object, which it reads faster than a list of lists.
 */
function keptOf(headers: Headers, isKept: (name: string, value: string) => boolean): HeaderList {
  const kept: HeaderList = [];
  headers.forEach((value, name) => {
    if (isKept(name, value)) kept.push([name, value]);
  });
  return kept;
}
