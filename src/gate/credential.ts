import type { OwnProvider } from "../domain/policy.ts";
import { keySecretsOf } from "../key-secrets.ts";
import { openCredential, type OwnCredential } from "../providers/own-credential.ts";
import { authorize, type Outgoing, type Upstream } from "../providers/upstream.ts";
import { parseServiceAccount } from "../providers/vertex/service-account.ts";
import type { GateDeps } from "./gate-deps.ts";

/** Opened credentials that an isolate remembers: opening one takes three steps of cryptography. */
const MAX_OPENED = 1_000;

/**
 * Puts the provider's credential on a call. Returns the texts in it that no answer may carry to the client; null where it
 * can't be had, so that the call can't be sent: another one never takes its place.
 */
export async function putCredential(
  deps: GateDeps,
  upstream: Upstream,
  outgoing: Outgoing,
): Promise<string[] | null> {
  const whole = upstream.own ? await withOwn(deps, upstream, upstream.own) : upstream;
  if (whole === null) return null;
  return authorize(whole, outgoing, { fetcher: deps.fetch, nowMs: deps.books.now() });
}

async function withOwn(deps: GateDeps, upstream: Upstream, own: OwnProvider): Promise<Upstream | null> {
  if (own.sealed === null) return upstream;
  try {
    const credential = await opened(deps, own, own.sealed);
    if ("apiKey" in credential) return { ...upstream, apiKey: credential.apiKey };
    if ("aws" in credential) return { ...upstream, aws: credential.aws };
    const serviceAccount = parseServiceAccount(credential.serviceAccount, upstream.tokenUrl);
    return serviceAccount && { ...upstream, serviceAccount };
  } catch {
    // Another KEY_SECRET is in place, without the one before it. The cause could quote what was opened.
    const { organizationId, teamId, name } = own;
    deps.books.report("credential_unreadable", {
      organization: organizationId,
      team: teamId,
      provider: name,
    });
    return null;
  }
}

async function opened(
  { config, books }: GateDeps,
  own: OwnProvider,
  sealed: NonNullable<OwnProvider["sealed"]>,
): Promise<OwnCredential> {
  const { credentials } = books.memory;
  const { organizationId, teamId, name, baseUrl } = own;
  const id = JSON.stringify([organizationId, teamId, name, baseUrl, sealed.iv, sealed.data]);
  const known = credentials.get(id);
  if (known) return known;
  const credential = await openCredential(sealed, own, keySecretsOf(config));
  if (credentials.size >= MAX_OPENED) credentials.clear();
  credentials.set(id, credential);
  return credential;
}
