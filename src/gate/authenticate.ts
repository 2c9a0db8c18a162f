import type { KeySecrets } from "../key-secrets.ts";
import { proveSecret, type ProvenKey } from "./secret.ts";

/** Where clients of the providers' SDKs put their key. */
export const CREDENTIAL_HEADERS = ["authorization", "x-api-key", "x-goog-api-key", "api-key"] as const;
export const CREDENTIAL_PARAMETER = "key";
const KEY_PREFIX = "tg_";

/** The virtual key that a request presents, proven genuine with no I/O; null for none, or a forged one. */
export async function authenticate(
  headers: Headers,
  url: URL,
  keySecrets: KeySecrets,
): Promise<ProvenKey | null> {
  const presented = presentedKey(headers, url);
  return presented === undefined ? null : proveSecret(keySecrets, presented);
}

/** Whether a request presents any key, one of ours or not. */
export function presentsKey(headers: Headers, url: URL): boolean {
  return CREDENTIAL_HEADERS.some((name) => headers.has(name)) || url.searchParams.has(CREDENTIAL_PARAMETER);
}

function presentedKey(headers: Headers, url: URL): string | undefined {
  // An SDK may send a second credential beside ours, so the first that looks like one of ours counts.
  for (const name of CREDENTIAL_HEADERS) {
    const presented = headers
      .get(name)
      ?.replace(/^Bearer\s+/i, "")
      .trim();
    if (presented?.startsWith(KEY_PREFIX)) return presented;
  }
  if (url.search === "") return undefined;
  return url.searchParams.getAll(CREDENTIAL_PARAMETER).find((presented) => presented.startsWith(KEY_PREFIX));
}
