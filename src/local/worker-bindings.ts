// The bindings of the local Worker: what was given, completed by what the stack started. Pure.

import type { LocalSecrets } from "./local-secrets.ts";
import type { Stores } from "./stores.ts";

const PROVIDERS = [
  "OPENAI",
  "ANTHROPIC",
  "GOOGLE",
  "MISTRAL",
  "GROQ",
  "DEEPSEEK",
  "XAI",
  "OPENROUTER",
  "COHERE",
  "TOGETHER",
  "FIREWORKS",
  "CEREBRAS",
  "PERPLEXITY",
  "MOONSHOT",
  "VOYAGE",
  "OLLAMA",
  "AZURE",
  "BEDROCK",
  "VERTEX",
];
const DEMO_PROVIDERS = ["OPENAI", "ANTHROPIC", "GOOGLE"];
const OTHER_CREDENTIALS = ["AWS_ACCESS_KEY_ID", "VERTEX_SERVICE_ACCOUNT"];
/** What an own base URL is called with where no key was given: most stand-ins and local models take any. */
const ANY_KEY = "local";

type Values = Record<string, string>;

/** Every text binding; what was given comes before what the stack makes itself. */
export function workerBindings(from: Stores & { given: Values; secrets: LocalSecrets }): Values {
  const { given, secrets, redis, postgres, demoUrl } = from;
  return {
    ADMIN_KEY: secrets.adminKey,
    KEY_SECRET: secrets.keySecret,
    UPSTASH_REDIS_REST_URL: redis.restUrl,
    UPSTASH_REDIS_REST_TOKEN: redis.token,
    DATABASE_URL: postgres.url,
    ...(postgres.httpUrl !== undefined && { DATABASE_HTTP_URL: postgres.httpUrl }),
    ALLOW_PRIVATE_ADDRESSES: "true",
    ...completeProviders(given, demoUrl),
  };
}

/** True where no provider has a key, and one that the demo provider can stand in for has no base URL either. */
export function needsDemoProvider(given: Values): boolean {
  const credentials = [...PROVIDERS.map((name) => `${name}_API_KEY`), ...OTHER_CREDENTIALS];
  if (credentials.some((name) => given[name] !== undefined)) return false;
  return DEMO_PROVIDERS.some((name) => given[`${name}_BASE_URL`] === undefined);
}

/** Completes the given keys and base URLs: the demo provider where there is neither, a key where there is only a URL. */
export function completeProviders(given: Values, demoUrl: string | undefined): Values {
  const complete = { ...given };
  if (demoUrl !== undefined) {
    for (const name of DEMO_PROVIDERS) complete[`${name}_BASE_URL`] ??= demoUrl;
  }
  for (const name of PROVIDERS) {
    // A key would go before the signature.
    if (name === "BEDROCK" && complete["AWS_ACCESS_KEY_ID"] !== undefined) continue;
    if (complete[`${name}_BASE_URL`] !== undefined) complete[`${name}_API_KEY`] ??= ANY_KEY;
  }
  return complete;
}
