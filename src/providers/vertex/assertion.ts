import type { ServiceAccount } from "./service-account.ts";

/** Google's own limit is an hour. */
const LIFETIME_SECONDS = 3_600;
const SCOPE = "https://www.googleapis.com/auth/cloud-platform";
const RS256 = { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256" };

/**
 * The signed claim that an access token is given for. Throws where the key is none.
 * https://developers.google.com/identity/protocols/oauth2/service-account#httprest
 */
export async function signAssertion(account: ServiceAccount, nowMs: number): Promise<string> {
  const header = { alg: "RS256", typ: "JWT", ...(account.privateKeyId && { kid: account.privateKeyId }) };
  const iat = Math.floor(nowMs / 1_000);
  const claims = {
    iss: account.email,
    scope: SCOPE,
    aud: account.audience,
    iat,
    exp: iat + LIFETIME_SECONDS,
  };
  const encoder = new TextEncoder();
  const signed = [header, claims].map((part) => base64Url(encoder.encode(JSON.stringify(part)))).join(".");
  const key = await crypto.subtle.importKey("pkcs8", pemBytes(account.privateKey), RS256, false, ["sign"]);
  const signature = await crypto.subtle.sign(RS256.name, key, encoder.encode(signed));
  return `${signed}.${base64Url(new Uint8Array(signature))}`;
}

/** A key that went through a shell may have its line ends written out. */
function pemBytes(pem: string): Uint8Array<ArrayBuffer> {
  const base64 = pem.replace(/-----[A-Z ]+-----/g, "").replace(/\\n|\s/g, "");
  return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
}

function base64Url(bytes: Uint8Array): string {
  const binary = Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");
  return btoa(binary).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}
