import { CREDENTIAL_PARAMETER } from "./authenticate.ts";

/** Where a call goes: the provider's base, its own path, and the client's query, byte for byte, but for the client's key. */
export function upstreamUrl(baseUrl: string, path: string, client: URL): string {
  const pairs = client.search.slice(1).split("&");
  const kept = pairs.filter((pair) => !holdsKey(pair)).join("&");
  return `${baseUrl}${path}${kept === "" ? "" : `?${kept}`}`;
}

/** A parameter may be given twice, of which only one is ours. */
function holdsKey(pair: string): boolean {
  return new URLSearchParams(pair).get(CREDENTIAL_PARAMETER)?.startsWith("tg_") === true;
}
