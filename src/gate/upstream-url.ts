const VERSION = "/v\\d+(?:(?:alpha|beta)\\d*)?";
const ENDS_IN_VERSION = new RegExp(`${VERSION}$`);
const STARTS_WITH_VERSION = new RegExp(`^${VERSION}(?=/)`);

/**
 * Where a call goes: the provider's base, its own path, and the client's query, byte for byte, but for the client's key.
 * A base that ends in a version, as those that SDKs are given do, has it in place of the path's.
 */
export function upstreamUrl(baseUrl: string, path: string, client: URL): string {
  const { search } = client;
  const pairs = search === "" ? [] : search.slice(1).split("&");
  const kept = pairs.filter((pair) => !holdsKey(pair)).join("&");
  const behind = ENDS_IN_VERSION.test(baseUrl) ? path.replace(STARTS_WITH_VERSION, "") : path;
  return `${baseUrl}${behind}${kept === "" ? "" : `?${kept}`}`;
}

const VIRTUAL_KEY = /tg_[0-9a-z]{1,40}_[0-9a-z]{32}_[0-9a-z]{26}/i;

/** In any parameter, however it is written: no provider has a use for one of our keys. */
function holdsKey(pair: string): boolean {
  return [...new URLSearchParams(pair)].some(
    ([name, value]) => VIRTUAL_KEY.test(name) || VIRTUAL_KEY.test(value),
  );
}
