import * as z from "zod";
import type { KeySecrets } from "../key-secrets.ts";
import { resealed, seal, unseal, type Sealed, type SealPlace } from "../sealed.ts";

// What signs the deliveries to an endpoint, as it lies in Postgres: sealed for that endpoint, so that no other can be
// given it. Standard Webhooks' form: `whsec_` and 24 to 64 bytes in base 64. No I/O.

const PURPOSE = "tollgate: secrets of webhook endpoints";
const PREFIX = "whsec_";
const RANDOM_BYTES = 32;

const endpointSecret = z.object({
  secret: z.string(),
  /** After a rotation: the secret before, which signs too until then, in milliseconds. */
  previous: z.object({ secret: z.string(), endsAtMs: z.number() }).exactOptional(),
});
export type EndpointSecret = z.infer<typeof endpointSecret>;

/** A new secret. `random`: 32 bytes from a cryptographic source. */
export function newEndpointSecret(random = crypto.getRandomValues(new Uint8Array(RANDOM_BYTES))): string {
  return PREFIX + btoa(String.fromCharCode(...random));
}

export function sealEndpointSecret(
  keySecrets: KeySecrets,
  endpointId: string,
  secret: EndpointSecret,
): Promise<Sealed> {
  return seal(JSON.stringify(secret), placeOf(keySecrets, endpointId));
}

/** Throws where it was sealed for another endpoint, under another KEY_SECRET, or changed since. */
export async function openEndpointSecret(
  keySecrets: KeySecrets,
  endpointId: string,
  sealed: Sealed,
): Promise<EndpointSecret> {
  return endpointSecret.parse(JSON.parse(await unseal(sealed, placeOf(keySecrets, endpointId))));
}

/** The same under the current KEY_SECRET; null where it is already. Throws as `openEndpointSecret` does. */
export function resealEndpointSecret(
  keySecrets: KeySecrets,
  endpointId: string,
  sealed: Sealed,
): Promise<Sealed | null> {
  return resealed(sealed, placeOf(keySecrets, endpointId));
}

function placeOf(keySecrets: KeySecrets, endpointId: string): SealPlace {
  return { keySecrets, purpose: PURPOSE, context: endpointId };
}
