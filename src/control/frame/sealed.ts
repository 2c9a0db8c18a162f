// Texts that Postgres may keep but not read: AES-GCM under a key of its own, derived from KEY_SECRET. No I/O.

const IV_BYTES = 12; // NIST SP 800-38D: the length that GCM is made for.

export interface Sealed {
  iv: string;
  data: string;
}

interface Place {
  keySecret: string;
  /** What the key is for, so that no other use of KEY_SECRET shares it. */
  purpose: string;
  /** Where the text belongs: it opens nowhere else. */
  context: string;
}

export async function seal(text: string, place: Place): Promise<Sealed> {
  const iv = crypto.getRandomValues(new Uint8Array(IV_BYTES));
  const data = await crypto.subtle.encrypt(gcm(iv, place), await keyOf(place), encode(text));
  return { iv: base64(iv), data: base64(new Uint8Array(data)) };
}

/** Throws where the text was sealed elsewhere, under another secret, or changed since. */
export async function unseal(sealed: Sealed, place: Place): Promise<string> {
  const data = await crypto.subtle.decrypt(
    gcm(bytesOf(sealed.iv), place),
    await keyOf(place),
    bytesOf(sealed.data),
  );
  return new TextDecoder().decode(data);
}

function gcm(iv: Uint8Array<ArrayBuffer>, place: Place) {
  return { name: "AES-GCM", iv, additionalData: encode(place.context) };
}

async function keyOf({ keySecret, purpose }: Place): Promise<CryptoKey> {
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
