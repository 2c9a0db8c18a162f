import type { Config } from "../env.ts";
import { authorizeBedrock } from "./bedrock/authorize.ts";
import type { AwsCredentials } from "./bedrock/settings.ts";
import type { AuthScheme, Provider } from "./provider.ts";

// Where a provider is called in this deployment, and how its credential goes along.

export interface Upstream {
  baseUrl: string;
  auth: AuthScheme;
  /** Undefined where none is set: the provider then says so itself. */
  apiKey: string | undefined;
  /** What a call is signed with where there is no key. */
  aws?: AwsCredentials;
}

/** A call as it will be sent, but for its credential. */
export interface Outgoing {
  url: string;
  method: string;
  headers: Headers;
  body: BodyInit | null;
}

/** Null where the deployment doesn't say where the provider is. */
export function upstreamOf(config: Config, provider: Provider, auth = provider.auth): Upstream | null {
  const { baseUrl = provider.baseUrl, apiKey, aws } = config.providers[provider.name] ?? {};
  if (baseUrl === null) return null;
  return { baseUrl: baseUrl.replace(/\/+$/, ""), auth, apiKey, ...(aws && { aws }) };
}

/** Puts the credential on. Returns the texts in it that no answer may carry to the client. */
export async function authorize(upstream: Upstream, outgoing: Outgoing): Promise<string[]> {
  const { auth, apiKey } = upstream;
  const { headers } = outgoing;
  if (auth === "bedrock") return authorizeBedrock(upstream, outgoing, Date.now());
  if (apiKey === undefined) return [];
  switch (auth) {
    case "bearer":
      headers.set("authorization", `Bearer ${apiKey}`);
      return [apiKey];
    case "x-api-key":
    case "x-goog-api-key":
    case "api-key":
      headers.set(auth, apiKey);
      return [apiKey];
    case "vertex":
  }
  throw new Error(`${auth} isn't built`);
}
