import * as z from "zod";
import { PROVIDER_KINDS } from "../../domain/policy.ts";
import { AWS_REGION } from "../../providers/bedrock/settings.ts";
import type { OwnCredential } from "../../providers/own-credential.ts";
import { parseServiceAccount } from "../../providers/vertex/service-account.ts";
import { oneOf, shortText } from "../frame/fields.ts";
import type { FieldError } from "../frame/problem.ts";

// The body of a PUT of a provider. A PUT is whole: null is absent.

const MAX_SECRET_LENGTH = 4_096;
const MAX_SERVICE_ACCOUNT_LENGTH = 16_384;

/** It goes into a header. */
const secret = z
  .string()
  .max(MAX_SECRET_LENGTH)
  .regex(/^[\x21-\x7e]+$/, "must be visible ASCII characters with no spaces");

const aws = z.strictObject({
  access_key_id: secret,
  secret_access_key: secret,
  session_token: secret.nullish(),
  region: z.string().regex(AWS_REGION.pattern, AWS_REGION.detail),
});

/** As Google hands it out: a JSON object, or its text. */
const serviceAccount = z
  .union([z.string(), z.record(z.string(), z.unknown())])
  .transform((given) => (typeof given === "string" ? given : JSON.stringify(given)))
  .refine((json) => json.length <= MAX_SERVICE_ACCOUNT_LENGTH, "is too long")
  .refine((json) => parseServiceAccount(json) !== null, "is not a service account's JSON");

export const providerPut = z.strictObject({
  kind: oneOf(PROVIDER_KINDS).nullish(),
  api_key: secret.nullish(),
  aws: aws.nullish(),
  service_account: serviceAccount.nullish(),
  base_url: z.string().nullish(),
  organization_id: shortText.nullish(),
  team_id: shortText.nullish(),
});
export type ProviderPut = z.infer<typeof providerPut>;

const CREDENTIALS = ["api_key", "aws", "service_account"] as const;
/** Who takes another credential than a key. */
const TAKEN_BY = { aws: "bedrock", service_account: "vertex" } as const;

/** What doesn't fit together, or this provider. `custom`: one that Tollgate doesn't know by its name. */
export function putFaults(
  value: ProviderPut,
  { name, custom }: { name: string; custom: boolean },
): FieldError[] {
  const faults: FieldError[] = [];
  const fault = (field: keyof ProviderPut, detail: string) => faults.push({ pointer: `/${field}`, detail });
  const [first, ...others] = CREDENTIALS.filter((field) => isGiven(value[field]));
  for (const other of others) fault(other, `can't stand beside ${first}`);
  for (const field of ["aws", "service_account"] as const) {
    if (isGiven(value[field]) && name !== TAKEN_BY[field]) fault(field, `is for ${TAKEN_BY[field]} only`);
  }
  if (custom) {
    if (!isGiven(value.kind)) fault("kind", "is required for a provider that Tollgate doesn't know");
    if (!isGiven(value.base_url)) fault("base_url", "is required for a provider that Tollgate doesn't know");
    return faults;
  }
  if (isGiven(value.kind))
    fault("kind", `is for providers that Tollgate doesn't know; ${name} is one that it does`);
  if (first === undefined && !isGiven(value.base_url))
    fault("api_key", "is required, or another credential, or base_url");
  return faults;
}

/** The credential to be sealed, and what it may be recognized by. */
export function credentialOf(value: ProviderPut): { credential: OwnCredential; hint: string | null } | null {
  const { api_key, aws: signing, service_account: json } = value;
  if (isGiven(api_key)) return { credential: { apiKey: api_key }, hint: hintOf(api_key) };
  if (isGiven(signing)) {
    const { access_key_id: accessKeyId, secret_access_key: secretAccessKey, session_token, region } = signing;
    const sessionToken = isGiven(session_token) ? { sessionToken: session_token } : {};
    // The id isn't the secret.
    return {
      credential: { aws: { accessKeyId, secretAccessKey, ...sessionToken, region } },
      hint: hintOf(accessKeyId),
    };
  }
  if (!isGiven(json)) return null;
  return {
    credential: { serviceAccount: json },
    hint: hintOf(parseServiceAccount(json)?.privateKeyId ?? ""),
  };
}

const HINT_LENGTH = 4;
/** Of a shorter text four characters would tell too much. */
const MIN_HINTED_LENGTH = 12;

function hintOf(text: string): string | null {
  return text.length < MIN_HINTED_LENGTH ? null : text.slice(-HINT_LENGTH);
}

function isGiven<T>(value: T | null | undefined): value is T {
  return value !== null && value !== undefined;
}
