import * as z from "zod";
import { bedrockSettings, bedrockSchema } from "./providers/bedrock/settings.ts";
import type { AwsCredentials } from "./providers/bedrock/settings.ts";
import { PROVIDERS } from "./providers/registry.ts";
import { parseServiceAccount, type ServiceAccount } from "./providers/vertex/service-account.ts";

// The Worker's bindings, parsed once. A missing or wrong one is named, never guessed.

const text = z.string().min(1);
const url = z.url({ protocol: /^https?$/ });
const seconds = (min: number, max: number, fallback: number) =>
  z.coerce.number().min(min).max(max).default(fallback);
const flag = (fallback: "true" | "false") =>
  z
    .enum(["true", "false"])
    .default(fallback)
    .transform((value) => value === "true");

const MIN_SECRET_LENGTH = 16;
const MEBIBYTE = 1_048_576;

const schema = z.object({
  ADMIN_KEY: text,
  KEY_SECRET: z.string().min(MIN_SECRET_LENGTH, `must have at least ${MIN_SECRET_LENGTH} characters`),
  /** The one before it, while keys and stored texts of its time still count. */
  KEY_SECRET_PREVIOUS: z
    .string()
    .min(MIN_SECRET_LENGTH, `must have at least ${MIN_SECRET_LENGTH} characters`)
    .optional(),
  UPSTASH_REDIS_REST_URL: url,
  UPSTASH_REDIS_REST_TOKEN: text,
  DATABASE_URL: z.string().regex(/^postgres(ql)?:\/\//, "must be a postgres:// URL"),
  /** Where Neon's SQL over HTTP is spoken, if not at the database's own host. */
  DATABASE_HTTP_URL: url.optional(),
  HOLD_LEASE_SECONDS: seconds(1, 86_400, 900),
  DISCONNECT_GRACE_SECONDS: seconds(0, 25, 20),
  LEDGER_FLUSH_SECONDS: seconds(0, 3_600, 0),
  PROVIDER_TIMEOUT_SECONDS: seconds(1, 3_600, 600),
  MAX_BODY_BYTES: z.coerce
    .number()
    .int()
    .min(1_024)
    .max(96 * MEBIBYTE)
    .default(32 * MEBIBYTE),
  DEFAULT_PROVIDER: z
    .enum(PROVIDERS.filter(({ compatiblePath }) => compatiblePath !== null).map(({ name }) => name))
    .default("openai"),
  ALLOW_PRIVATE_ADDRESSES: flag("false"),
  LOG_CALLS: flag("true"),
  METRICS_FLUSH_SECONDS: seconds(0, 3_600, 60),
  /** The JSON of Vertex's service account; it goes before VERTEX_API_KEY. */
  VERTEX_SERVICE_ACCOUNT: text
    .refine((json) => parseServiceAccount(json) !== null, "is not the JSON of a service account")
    .optional(),
  /** Where its token is fetched, if not at Google: for tests. */
  VERTEX_TOKEN_URL: url.optional(),
});

const providerSchema = z.object(
  Object.fromEntries(
    PROVIDERS.flatMap(({ name }) => [
      [baseUrlSetting(name), url.optional()],
      [apiKeySetting(name), text.optional()],
    ]),
  ),
);

/** A provider's own settings, by its name. */
export interface ProviderSettings {
  baseUrl?: string;
  apiKey?: string;
  aws?: AwsCredentials;
  serviceAccount?: ServiceAccount;
  /** Where the tokens of service accounts are fetched, if not at Google. */
  tokenUrl?: string;
}

export type Config = Omit<z.infer<typeof schema>, "VERTEX_SERVICE_ACCOUNT" | "VERTEX_TOKEN_URL"> & {
  providers: Record<string, ProviderSettings>;
};

export interface SettingProblem {
  setting: string;
  /** What is wrong with it; never its value. */
  detail: string;
}

/** Reads the bindings. An empty text counts as absent: that is how dashboards and shells clear a variable. */
export function parseEnv(
  bindings: Record<string, unknown>,
): { config: Config } | { problems: SettingProblem[] } {
  const given = Object.fromEntries(Object.entries(bindings).filter(([, value]) => value !== ""));
  const parsed = schema.safeParse(given);
  const providers = providerSchema.safeParse(given);
  const aws = bedrockSchema.safeParse(given);
  if (parsed.success && providers.success && aws.success) {
    const { VERTEX_SERVICE_ACCOUNT: json, VERTEX_TOKEN_URL: tokenUrl, ...config } = parsed.data;
    const providers = providerSettings(given);
    const serviceAccount = json === undefined ? null : parseServiceAccount(json, tokenUrl);
    providers["vertex"] = {
      ...providers["vertex"],
      ...(serviceAccount && { serviceAccount }),
      ...(tokenUrl !== undefined && { tokenUrl }),
    };
    providers["bedrock"] = { ...bedrockSettings(aws.data), ...providers["bedrock"] };
    return { config: { ...config, providers } };
  }
  const issues = [
    ...(parsed.error?.issues ?? []),
    ...(providers.error?.issues ?? []),
    ...(aws.error?.issues ?? []),
  ];
  const problems = issues.map((issue) => {
    const setting = String(issue.path[0] ?? "");
    return { setting, detail: given[setting] === undefined ? "is not set" : issue.message };
  });
  return { problems };
}

function baseUrlSetting(provider: string): string {
  return `${provider.toUpperCase()}_BASE_URL`;
}

function apiKeySetting(provider: string): string {
  return `${provider.toUpperCase()}_API_KEY`;
}

/** `given`: bindings that the schema has passed. */
function providerSettings(given: Record<string, unknown>): Config["providers"] {
  return Object.fromEntries(
    PROVIDERS.map(({ name }) => {
      const baseUrl = given[baseUrlSetting(name)];
      const apiKey = given[apiKeySetting(name)];
      return [
        name,
        {
          ...(typeof baseUrl === "string" && { baseUrl }),
          ...(typeof apiKey === "string" && { apiKey }),
        },
      ];
    }),
  );
}
