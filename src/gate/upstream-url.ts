import { CREDENTIAL_PARAMETER } from "./authenticate.ts";

/** Where a call goes: the provider's base, its own path, and the client's query without the client's key. */
export function upstreamUrl(baseUrl: string, path: string, client: URL): string {
  const query = new URLSearchParams(client.search);
  if (query.get(CREDENTIAL_PARAMETER)?.startsWith("tg_") !== true) return `${baseUrl}${path}${client.search}`;
  query.delete(CREDENTIAL_PARAMETER);
  return `${baseUrl}${path}${query.size > 0 ? `?${query.toString()}` : ""}`;
}
