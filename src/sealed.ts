import type { KeySecrets } from "./key-secrets.ts";

// Texts that the stores may keep but not read: AES-GCM under a key of its own, derived from KEY_SECRET. No I/O.

const IV_BYTES = 12; // NIST SP 800-38D: the length that GCM is made for.

export interface Sealed {
  iv: string;
  data: string;
}

export interface SealPlace {
  /** A text is sealed under the first, and opens under any. */
  keySecrets: KeySecrets;
  /** What the key is for, so that no other use of KEY_SECRET shares it. */
  purpose: string;
  /** Where the text belongs: it opens nowhere else. */
  context: string;
}

export async function seal(text: string, place: SealPlace): Promise<Sealed> {
  const [current] = place.keySecrets;
  const iv = crypto.getRandomValues(new Uint8Array(IV_BYTES));
  const data = await crypto.subtle.encrypt(gcm(iv, place), await keyOf(current, place), encode(text));
  return { iv: base64(iv), data: base64(new Uint8Array(data)) };
}

/** Throws where the text was sealed elsewhere, under another secret, or changed since. */
export async function unseal(sealed: Sealed, place: SealPlace): Promise<string> {
  return (await open(sealed, place)).text;
}

/** The same text under the current secret; null where it is already. Throws as `unseal` does. */
export async function resealed(sealed: Sealed, place: SealPlace): Promise<Sealed | null> {
  const { text, keySecret } = await open(sealed, place);
  return keySecret === place.keySecrets[0] ? null : seal(text, place);
}

async function open(sealed: Sealed, place: SealPlace): Promise<{ text: string; keySecret: string }> {
  for (const keySecret of place.keySecrets) {
    try {
      const key = await keyOf(keySecret, place);
      const data = await crypto.subtle.decrypt(gcm(bytesOf(sealed.iv), place), key, bytesOf(sealed.data));
      return { text: new TextDecoder().decode(data), keySecret };
    } catch {
      continue; // Under another secret, or broken: only the next one tells.
    }
  }
  throw new Error("the text was sealed elsewhere, under another secret, or changed since");
}

function gcm(iv: Uint8Array<ArrayBuffer>, { context }: SealPlace) {
  return { name: "AES-GCM", iv, additionalData: encode(context) };
}

async function keyOf(keySecret: string, { purpose }: SealPlace): Promise<CryptoKey> {
  const secret = await crypto.subtle.importKey("raw", encode(keySecret), "HKDF", false, ["deriveKey"]);
  // RFC 5869 allows an empty salt: KEY_SECRET is random already, and `info` separates the uses.
  const hkdf = { name: "HKDF", hash: "SHA-256", salt: new Uint8Array(), info: encode(purpose) };
  return crypto.subtle.deriveKey(hkdf, secret, { name: "AES-GCM", length: 256 }, false, [
    "encrypt",
    "decrypt",
  ]);
}

function encode(text: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(new TextEncoder().encode(text)); // Copied into a buffer of its own, as the types of workerd ask.
}

function base64(bytes: Uint8Array): string {
  let text = ""; // Byte by byte: a spread of a large answer would overflow the stack.
  for (const byte of bytes) text += String.fromCharCode(byte);
  return btoa(text);
}

function bytesOf(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(text), (char) => char.charCodeAt(0));
}
