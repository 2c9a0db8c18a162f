import { AwsV4Signer } from "aws4fetch";
import type { AwsCredentials } from "./settings.ts";

// AWS's Signature Version 4. https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html

interface Signed {
  url: string;
  method: string;
  headers: Headers;
  body: Uint8Array<ArrayBuffer> | null;
}

/** Keys derived for a day; a deployment has one set of credentials, so few are ever kept. */
const derivedKeys = new Map<string, ArrayBuffer>();
const MAX_DERIVED_KEYS = 32;

/**
 * The headers that sign a call. Signed are the host, the body and what AWS requires, and no more: a header that something
 * on the way changes would break the signature. The path is encoded once more than it is sent, as for all services but S3.
 */
export async function signatureHeaders(
  { url, method, headers, body }: Signed,
  { region, ...credentials }: AwsCredentials,
  { service, nowMs }: { service: string; nowMs: number },
): Promise<[name: string, value: string][]> {
  if (derivedKeys.size >= MAX_DERIVED_KEYS) derivedKeys.clear();
  const required = [...headers].filter(([name]) => name.startsWith("x-amz-"));
  const signer = new AwsV4Signer({
    url,
    method,
    headers: required,
    body,
    ...credentials,
    region,
    service,
    datetime: new Date(nowMs).toISOString().replace(/[:-]|\.\d{3}/g, ""),
    cache: derivedKeys,
  });
  const signed = await signer.sign();
  return [...signed.headers];
}
