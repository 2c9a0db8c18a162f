import { base32 } from "../ids.ts";
import type { KeySecrets } from "../key-secrets.ts";

// The text of a virtual key: `tg_<organization>_<random>_<tag>`. The tag is half of an HMAC under KEY_SECRET, so a
// forged key is refused with no I/O; the other half is the digest by which the stores know the key.

const RANDOM_BYTES = 20;
const TAG_BYTES = 16;
const ORGANIZATION_PREFIX = "org_";
/** `org_default` and ids we made: nothing that could break a Redis key or its hash tag. */
const SECRET = /^tg_([0-9a-z]{1,40})_([0-9a-z]{32})_([0-9a-z]{26})$/;
const HINT_LENGTH = 4;

export interface MintedSecret {
  secret: string;
  digest: string;
  hint: string;
}

/** A key's identity as its text proves it: genuine, but not yet known to be active. */
export interface ProvenKey {
  organizationId: string;
  digest: string;
}

/** Makes the secret of a new key. `random`: 20 bytes from a cryptographic source. */
export async function mintSecret(
  keySecret: string,
  organizationId: string,
  random = crypto.getRandomValues(new Uint8Array(RANDOM_BYTES)),
): Promise<MintedSecret> {
  if (!organizationId.startsWith(ORGANIZATION_PREFIX)) throw new Error("not an organization's id");
  const body = `tg_${organizationId.slice(ORGANIZATION_PREFIX.length)}_${base32(random)}`;
  const { tag, digest } = await sign(await signerOf(keySecret), body);
  const secret = `${body}_${tag}`;
  return { secret, digest, hint: secret.slice(-HINT_LENGTH) };
}

/**
 * Proves a presented key genuine; null for anything else. No I/O. The digest is of the secret that made the key: under it
 * the stores know the key. The time tells only which secret that was, to who holds the key.
 */
export async function proveSecret(keySecrets: KeySecrets, presented: string): Promise<ProvenKey | null> {
  const match = SECRET.exec(presented);
  if (!match) return null;
  const [, organization = "", random = "", presentedTag = ""] = match;
  const body = `tg_${organization}_${random}`;
  for (const keySecret of keySecrets) {
    const signer = await signerOf(keySecret);
    const signed = signer.genuine.get(body) ?? (await sign(signer, body));
    if (!equalTexts(signed.tag, presentedTag)) continue;
    if (signer.genuine.size >= MAX_GENUINE) signer.genuine.clear();
    signer.genuine.set(body, signed);
    return { organizationId: ORGANIZATION_PREFIX + organization, digest: signed.digest };
  }
  return null;
}

/** Compares two texts in a time that depends on their lengths only. */
export function equalTexts(a: string, b: string): boolean {
  let difference = a.length ^ b.length;
  for (let i = 0; i < a.length; i++) difference |= a.charCodeAt(i) ^ b.charCodeAt(i % Math.max(b.length, 1));
  return difference === 0;
}

const encoder = new TextEncoder();

interface Signed {
  tag: string;
  digest: string;
}

interface Signer {
  key: CryptoKey;
  /** What genuine keys have: to sign one again costs more than all the rest of a proof. Forged ones, without end, aren't kept. */
  genuine: Map<string, Signed>;
}

/** Keys that an isolate remembers. */
const MAX_GENUINE = 10_000;

async function sign({ key }: Signer, body: string): Promise<Signed> {
  const mac = new Uint8Array(await crypto.subtle.sign("HMAC", key, encoder.encode(body)));
  return { tag: base32(mac.subarray(0, TAG_BYTES)), digest: base32(mac.subarray(TAG_BYTES)) };
}

const signers = new Map<string, Signer>();
/** A deployment has one KEY_SECRET, or two while one is replaced. */
const MAX_SIGNERS = 8;

/** Kept for the isolate's life: to import a secret costs as much as to sign. */
async function signerOf(keySecret: string): Promise<Signer> {
  const kept = signers.get(keySecret);
  if (kept) return kept;
  const algorithm = { name: "HMAC", hash: "SHA-256" };
  const key = await crypto.subtle.importKey("raw", encoder.encode(keySecret), algorithm, false, ["sign"]);
  const signer = { key, genuine: new Map<string, Signed>() };
  if (signers.size >= MAX_SIGNERS) signers.clear();
  signers.set(keySecret, signer);
  return signer;
}
