import * as z from "zod";
import type { OwnProvider } from "../domain/policy.ts";
import type { KeySecrets } from "../key-secrets.ts";
import { resealed, seal, unseal, type Sealed, type SealPlace } from "../sealed.ts";

// The credential of an organization's or a team's own, as it lies in the stores: sealed for one provider of one owner at
// one address, so that who can write there can't have it sent elsewhere. No I/O.

const PURPOSE = "tollgate: credentials of providers";

const credential = z.union([
  z.object({ apiKey: z.string() }),
  z.object({
    aws: z.object({
      accessKeyId: z.string(),
      secretAccessKey: z.string(),
      sessionToken: z.string().exactOptional(),
      region: z.string(),
    }),
  }),
  /** The JSON that Google hands out. */
  z.object({ serviceAccount: z.string() }),
]);
export type OwnCredential = z.infer<typeof credential>;

type Owned = Omit<OwnProvider, "sealed" | "kind">;

export function sealCredential(own: OwnCredential, owned: Owned, keySecrets: KeySecrets): Promise<Sealed> {
  return seal(JSON.stringify(own), placeOf(owned, keySecrets));
}

/** Throws where it was sealed for another, under another secret, or changed since. */
export async function openCredential(
  sealed: Sealed,
  owned: Owned,
  keySecrets: KeySecrets,
): Promise<OwnCredential> {
  return credential.parse(JSON.parse(await unseal(sealed, placeOf(owned, keySecrets))));
}

/** The same under the current secret; null where it is already. Throws as `openCredential` does. */
export function resealCredential(
  sealed: Sealed,
  owned: Owned,
  keySecrets: KeySecrets,
): Promise<Sealed | null> {
  return resealed(sealed, placeOf(owned, keySecrets));
}

function placeOf({ organizationId, teamId, name, baseUrl }: Owned, keySecrets: KeySecrets): SealPlace {
  return { keySecrets, purpose: PURPOSE, context: JSON.stringify([organizationId, teamId, name, baseUrl]) };
}
