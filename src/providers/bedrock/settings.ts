import * as z from "zod";

// Where Bedrock is for this deployment, and what its calls are signed with, from AWS's own names of settings.

export interface AwsCredentials {
  accessKeyId: string;
  secretAccessKey: string;
  /** Of credentials that end after a while. */
  sessionToken?: string;
  region: string;
}

export const AWS_REGION = {
  pattern: /^[a-z]{2,4}(?:-[a-z]+)+-\d{1,2}$/,
  detail: "must be a region as us-east-1",
};

const text = z.string().min(1).optional();

/** One of the pair alone is a mistake, as is a base URL that is signed for and says no region. */
export const bedrockSchema = z
  .object({
    AWS_REGION: z.string().regex(AWS_REGION.pattern, AWS_REGION.detail).optional(),
    AWS_ACCESS_KEY_ID: text,
    AWS_SECRET_ACCESS_KEY: text,
    AWS_SESSION_TOKEN: text,
    BEDROCK_BASE_URL: text,
    BEDROCK_API_KEY: text,
  })
  .superRefine((settings, context) => {
    const missing = (name: string) =>
      context.addIssue({ code: "custom", path: [name], message: "is not set" });
    const { AWS_ACCESS_KEY_ID: id, AWS_SECRET_ACCESS_KEY: secret } = settings;
    if (id === undefined && secret !== undefined) missing("AWS_ACCESS_KEY_ID");
    if (id !== undefined && secret === undefined) missing("AWS_SECRET_ACCESS_KEY");
    const signed = id !== undefined && settings.BEDROCK_API_KEY === undefined;
    if (signed && settings.BEDROCK_BASE_URL !== undefined && settings.AWS_REGION === undefined) {
      missing("AWS_REGION");
    }
  });

export function bedrockBaseUrl(region: string): string {
  return `https://bedrock-runtime.${region}.amazonaws.com`;
}

/** What the provider's own settings leave out. With no region Bedrock is nowhere, unless its base URL is given. */
export function bedrockSettings(settings: z.infer<typeof bedrockSchema>): {
  baseUrl?: string;
  aws?: AwsCredentials;
} {
  const {
    AWS_REGION: region,
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
    AWS_SESSION_TOKEN: sessionToken,
  } = settings;
  if (region === undefined) return {};
  const baseUrl = bedrockBaseUrl(region);
  if (accessKeyId === undefined || secretAccessKey === undefined) return { baseUrl };
  const aws = { accessKeyId, secretAccessKey, region, ...(sessionToken !== undefined && { sessionToken }) };
  return { baseUrl, aws };
}
