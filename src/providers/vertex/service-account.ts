import * as z from "zod";

// A service account as Google Cloud hands it out. https://cloud.google.com/iam/docs/keys-create-delete

export interface ServiceAccount {
  email: string;
  /** PKCS #8 in PEM. */
  privateKey: string;
  privateKeyId?: string;
  /** Whom its assertions are for. */
  audience: string;
  /** Where they are exchanged: at the audience, but for a deployment that says otherwise. */
  tokenUrl: string;
}

export const GOOGLE_TOKEN_URL = "https://oauth2.googleapis.com/token";

const schema = z.object({
  client_email: z.string().min(1),
  private_key: z.string().regex(/-----BEGIN PRIVATE KEY-----[^-]+-----END PRIVATE KEY-----/),
  private_key_id: z.string().nullish(),
  token_uri: z.string().nullish(),
});

/** Null where the text is no service account's JSON. `tokenUrl`: a deployment's own. */
export function parseServiceAccount(text: string, tokenUrl?: string): ServiceAccount | null {
  const parsed = schema.safeParse(jsonOf(text));
  if (!parsed.success) return null;
  const { client_email: email, private_key: privateKey, private_key_id: id, token_uri: uri } = parsed.data;
  const audience = uri && isGoogles(uri) ? uri : GOOGLE_TOKEN_URL;
  return { email, privateKey, ...(id && { privateKeyId: id }), audience, tokenUrl: tokenUrl ?? audience };
}

/** A file from elsewhere could name any address: an assertion is only ever sent to Google. */
function isGoogles(uri: string): boolean {
  const url = URL.canParse(uri) ? new URL(uri) : null;
  return url?.protocol === "https:" && url.port === "" && url.hostname.endsWith(".googleapis.com");
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // No JSON: the schema refuses it.
  }
}
