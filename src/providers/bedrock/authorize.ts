import { joinedBytes } from "../framing/joined-bytes.ts";
import type { Outgoing, Upstream } from "../upstream.ts";
import type { AwsCredentials } from "./settings.ts";
import { signatureHeaders } from "./signature.ts";

/** What a client that signs by itself sends along: made with its own secret over another call. */
const CLIENT_SIGNATURE = ["authorization", "x-amz-date", "x-amz-security-token", "x-amz-content-sha256"];

/** A body that has to be signed is held in memory. The gate's own limit stands before it for metered calls. */
const MAX_SIGNED_BYTES = 96 * 1_048_576;

/**
 * Puts Bedrock's credential on: its API key as bearer, else a signature over the call as it will be sent. Returns the
 * texts that no answer may carry to the client. https://docs.aws.amazon.com/bedrock/latest/userguide/api-keys-use.html
 */
export async function authorizeBedrock(
  { apiKey, aws }: Pick<Upstream, "apiKey" | "aws">,
  outgoing: Outgoing,
  nowMs: number,
): Promise<string[]> {
  const { headers } = outgoing;
  for (const name of CLIENT_SIGNATURE) headers.delete(name);
  if (apiKey !== undefined) {
    headers.set("authorization", `Bearer ${apiKey}`);
    return [apiKey];
  }
  if (!aws) return [];
  // A stream can be read once: what was signed is what is sent.
  const body = await bytesOf(outgoing.body);
  outgoing.body = body;
  const signed = await signatureHeaders({ ...outgoing, body }, aws, { service: "bedrock", nowMs });
  for (const [name, value] of signed) headers.set(name, value);
  return secretsOf(aws);
}

function secretsOf({ secretAccessKey, sessionToken }: AwsCredentials): string[] {
  return sessionToken === undefined ? [secretAccessKey] : [secretAccessKey, sessionToken];
}

async function bytesOf(body: BodyInit | null): Promise<Uint8Array<ArrayBuffer> | null> {
  if (body === null) return null;
  if (typeof body === "string") return new Uint8Array(new TextEncoder().encode(body));
  if (body instanceof Uint8Array) return body as Uint8Array<ArrayBuffer>; // A body is never of shared memory.
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of new Response(body).body ?? []) {
    size += chunk.length;
    if (size > MAX_SIGNED_BYTES) throw new Error("the body is too large to be signed");
    chunks.push(chunk);
  }
  return joinedBytes(chunks);
}
