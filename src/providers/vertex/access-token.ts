import * as z from "zod";
import { signAssertion } from "./assertion.ts";
import type { ServiceAccount } from "./service-account.ts";

// Access tokens of service accounts, kept in the isolate until shortly before they end.

interface Token {
  text: string;
  /** Not to be used from then on. */
  endsAtMs: number;
}

/** A call may take minutes to be answered, but its token is looked at when it comes in. */
const MARGIN_MS = 300_000;
const EXCHANGE_TIMEOUT_MS = 10_000;
/** A deployment has one account, or one a provider that is stored. */
const MAX_ACCOUNTS = 100;

const kept = new Map<string, Token>();
const underway = new Map<string, { token: Promise<Token | null>; sinceMs: number }>();

const answer = z.object({ access_token: z.string().min(1), expires_in: z.number().positive() });

/** A token that is good for now; null where Google gives none. Calls that come together share one exchange. */
export async function accessToken(
  account: ServiceAccount,
  { fetcher, nowMs }: { fetcher: typeof fetch; nowMs: number },
): Promise<string | null> {
  const id = [account.email, account.privateKey, account.tokenUrl].join("\n");
  const known = kept.get(id);
  if (known && nowMs < known.endsAtMs) return known.text;
  const shared = underway.get(id);
  // One whose request was given up may never end.
  if (shared && nowMs - shared.sinceMs < EXCHANGE_TIMEOUT_MS) return textIn(await inTime(shared.token));
  const token = exchange(account, { fetcher, nowMs });
  const own = { token, sinceMs: nowMs };
  underway.set(id, own);
  const fetched = await token;
  if (underway.get(id) === own) underway.delete(id);
  if (fetched) {
    if (kept.size >= MAX_ACCOUNTS) kept.clear();
    kept.set(id, fetched);
  }
  return textIn(fetched);
}

/** Null on any failure: its cause may quote the assertion, so it goes no further than here. */
async function exchange(
  account: ServiceAccount,
  { fetcher, nowMs }: { fetcher: typeof fetch; nowMs: number },
): Promise<Token | null> {
  try {
    const response = await fetcher(account.tokenUrl, {
      method: "POST",
      // A form, as OAuth has it: https://www.rfc-editor.org/rfc/rfc7523#section-2.1
      body: new URLSearchParams({
        grant_type: "urn:ietf:params:oauth:grant-type:jwt-bearer",
        assertion: await signAssertion(account, nowMs),
      }),
      redirect: "manual",
      signal: AbortSignal.timeout(EXCHANGE_TIMEOUT_MS),
    });
    const parsed = answer.safeParse(await response.json());
    if (!response.ok || !parsed.success) return null;
    const { access_token: text, expires_in: seconds } = parsed.data;
    return { text, endsAtMs: nowMs + seconds * 1_000 - MARGIN_MS };
  } catch {
    return null;
  }
}

async function inTime(token: Promise<Token | null>): Promise<Token | null> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<null>((resolve) => {
    timer = setTimeout(() => resolve(null), EXCHANGE_TIMEOUT_MS);
  });
  try {
    return await Promise.race([token, late]);
  } finally {
    clearTimeout(timer);
  }
}

function textIn(token: Token | null): string | null {
  return token?.text ?? null;
}
