// Which URLs of operators the Worker may call: a public https host (no SSRF). Pure. No I/O.
//
// A public name can still lead to a private address. The Worker can't resolve names before it connects, and needn't: its
// runtime's fetch leaves from the edge, where nobody's private network is.

const MAX_URL_LENGTH = 2_048;

/** Names that only a private resolver answers: RFC 6761, RFC 6762, RFC 8375, ICANN's `internal`, and what networks use by habit. */
const PRIVATE_SUFFIXES = [
  "localhost",
  "local",
  "internal",
  "localdomain",
  "home.arpa",
  "intranet",
  "private",
  "corp",
  "home",
  "lan",
];

/** IPv4 blocks that aren't global unicast, of the IANA special-purpose registry: first address and prefix length. */
const SPECIAL_IPV4: [address: string, bits: number][] = [
  ["0.0.0.0", 8],
  ["10.0.0.0", 8],
  ["100.64.0.0", 10],
  ["127.0.0.0", 8],
  ["169.254.0.0", 16],
  ["172.16.0.0", 12],
  ["192.0.0.0", 24],
  ["192.0.2.0", 24],
  ["192.88.99.0", 24],
  ["192.168.0.0", 16],
  ["198.18.0.0", 15],
  ["198.51.100.0", 24],
  ["203.0.113.0", 24],
  ["224.0.0.0", 3],
];

/**
 * What is wrong with the URL, in the words of a bad field; null where it may be called. Any port will do: what listens on
 * a public host is public. `allowPrivate`: http and private hosts will do too.
 */
export function publicUrlProblem(text: string, { allowPrivate }: { allowPrivate: boolean }): string | null {
  if (text.length > MAX_URL_LENGTH) return `must have at most ${MAX_URL_LENGTH} characters`;
  // The URL parser drops white space, so that what is stored wouldn't be what is called.
  if (/[\s\p{Cc}]/u.test(text) || !URL.canParse(text)) return "must be an absolute URL";
  const { protocol, username, password, hash, hostname } = new URL(text);
  if (protocol !== "https:" && !(allowPrivate && protocol === "http:")) return "must be an https URL";
  if (username !== "" || password !== "") return "must have no user name and no password";
  if (hash !== "") return "must have no fragment";
  return allowPrivate || isPublicHost(hostname) ? null : "must be of a public host";
}

/** `hostname`: as the URL parser writes it. It has turned decimal, octal, hex and full-width forms into dotted IPv4. */
function isPublicHost(hostname: string): boolean {
  if (hostname.startsWith("[")) return isGlobalIpv6(hostname.slice(1, -1));
  const address = ipv4Of(hostname);
  if (address !== null) return !SPECIAL_IPV4.some((block) => isInBlock(address, block));
  const name = hostname.replace(/\.$/, "");
  // A name of one label is completed by the resolver's own domain; one with an empty label is none.
  return (
    /^[^.]+(\.[^.]+)+$/.test(name) && !PRIVATE_SUFFIXES.some((suffix) => `.${name}`.endsWith(`.${suffix}`))
  );
}

function ipv4Of(hostname: string): number | null {
  if (!/^\d+\.\d+\.\d+\.\d+$/.test(hostname)) return null;
  return hostname.split(".").reduce((address, part) => address * 256 + Number(part), 0);
}

function isInBlock(address: number, [first, bits]: [string, number]): boolean {
  const size = 2 ** (32 - bits);
  return Math.floor(address / size) === Math.floor((ipv4Of(first) ?? 0) / size);
}

/**
 * Of what IANA has given out for global unicast, 2000::/3, all but the blocks that stand for something else: 2001::/23
 * (Teredo, benchmarks, ORCHID), 2001:db8::/32 and 3fff::/20 (documentation), 2002::/16 (6to4, around an IPv4 address). What
 * lies outside are loopback, link-local, unique-local, multicast, and the forms that hold an IPv4 address.
 */
function isGlobalIpv6(address: string): boolean {
  // The URL parser writes groups without leading zeros, and "::" for the longest run of zeros alone.
  const [first = 0, second = 0] = address.split(":").map((group) => Number.parseInt(group || "0", 16));
  if (first < 0x2000 || first > 0x3fff) return false;
  if (first === 0x2001) return second >= 0x200 && second !== 0xdb8;
  return first !== 0x2002 && !(first === 0x3fff && second < 0x1000);
}
