import type { OwnProvider } from "../domain/policy.ts";
import type { Config } from "../env.ts";
import { authorizeBedrock } from "./bedrock/authorize.ts";
import type { AwsCredentials } from "./bedrock/settings.ts";
import type { AuthScheme, Provider } from "./provider.ts";
import { accessToken } from "./vertex/access-token.ts";
import type { ServiceAccount } from "./vertex/service-account.ts";

// Where a provider is called, and how its credential goes along.

export interface Upstream {
  baseUrl: string;
  auth: AuthScheme;
  /** Undefined where none is set: the provider then says so itself. */
  apiKey: string | undefined;
  /** What a token is fetched with: it goes before a key. */
  serviceAccount?: ServiceAccount;
  /** What a call is signed with where there is no key. */
  aws?: AwsCredentials;
  /** Whose credential is still to be opened; it stands in place of all above. */
  own?: OwnProvider;
  /** Where the token of its service account is fetched, if not at Google. */
  tokenUrl?: string;
}

/** A call as it will be sent, but for its credential. */
export interface Outgoing {
  url: string;
  method: string;
  headers: Headers;
  body: BodyInit | null;
}

/**
 * Null where nobody says where the provider is. `own`: the organization's or team's. With one, nothing of the deployment's
 * credential goes along: its base URL could be anybody's.
 */
export function upstreamOf(
  config: Config,
  provider: Provider,
  { auth, path }: { auth: AuthScheme; path: string },
  own: OwnProvider | null = null,
): Upstream | null {
  const { apiKey, serviceAccount, aws, tokenUrl, ...settings } = config.providers[provider.name] ?? {};
  const baseUrl = own?.baseUrl ?? settings.baseUrl ?? provider.baseUrlFor?.(path) ?? provider.baseUrl;
  if (baseUrl === null) return null;
  const trimmed = baseUrl.replace(/\/+$/, "");
  if (own)
    return { baseUrl: trimmed, auth, apiKey: undefined, own, ...(tokenUrl !== undefined && { tokenUrl }) };
  return {
    baseUrl: trimmed,
    auth,
    apiKey,
    ...(serviceAccount && { serviceAccount }),
    ...(aws && { aws }),
  };
}

/**
 * Puts the credential on. Returns the texts in it that no answer may carry to the client; null where one that has to be
 * fetched can't be had, so that the call can't be sent.
 */
export async function authorize(
  upstream: Upstream,
  outgoing: Outgoing,
  from: { fetcher: typeof fetch; nowMs: number },
): Promise<string[] | null> {
  const { auth, apiKey, serviceAccount } = upstream;
  const { headers } = outgoing;
  if (auth === "bedrock") return authorizeBedrock(upstream, outgoing, from.nowMs);
  if (auth === "vertex" && serviceAccount) {
    const token = await accessToken(serviceAccount, from);
    if (token === null) return null;
    headers.set("authorization", `Bearer ${token}`);
    return [token];
  }
  if (apiKey === undefined) return [];
  switch (auth) {
    case "bearer":
    case "vertex":
      headers.set("authorization", `Bearer ${apiKey}`);
      break;
    case "x-api-key":
    case "x-goog-api-key":
    case "api-key":
      headers.set(auth, apiKey);
      break;
  }
  return [apiKey];
}
