export const KEY_SECRET = "a secret of the corpus bench";
/** Of every provider: what no recorded answer contains. */
export const PROVIDER_SECRET = "upstream-secret-of-the-corpus-bench";
export const UPSTREAM = "https://upstream.invalid";

const PROVIDERS = [
  "OPENAI",
  "ANTHROPIC",
  "GOOGLE",
  "VERTEX",
  "AZURE",
  "BEDROCK",
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
  "OLLAMA",
  "VOYAGE",
];

/** A Worker's bindings, with every provider at one place. */
export function bindings(): Record<string, string> {
  const providers = PROVIDERS.flatMap((name) => [
    [`${name}_BASE_URL`, UPSTREAM],
    [`${name}_API_KEY`, PROVIDER_SECRET],
  ]);
  return {
    ADMIN_KEY: "admin",
    KEY_SECRET,
    UPSTASH_REDIS_REST_URL: "http://redis.invalid",
    UPSTASH_REDIS_REST_TOKEN: "token",
    DATABASE_URL: "postgres://user:pass@postgres.invalid/db",
    AWS_REGION: "us-east-1",
    ...(Object.fromEntries(providers) as Record<string, string>),
  };
}
