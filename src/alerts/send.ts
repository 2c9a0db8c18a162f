import type { Config } from "../env.ts";
import { keySecretsOf } from "../key-secrets.ts";
import type { Attempt } from "../ledger/alerts.ts";
import type { Sealed } from "../sealed.ts";
import { openEndpointSecret } from "./endpoint-secret.ts";
import { failed, post } from "./post.ts";

export interface Sender {
  config: Pick<Config, "KEY_SECRET" | "KEY_SECRET_PREVIOUS" | "ALLOW_PRIVATE_ADDRESSES">;
  fetch: typeof fetch;
}

/** Opens the endpoint's secret and sends one delivery. Never throws. */
export async function send(
  { config, fetch: fetcher }: Sender,
  delivery: {
    id: string;
    payload: Record<string, unknown>;
    endpoint: { id: string; url: string; sealed: Sealed };
  },
  nowMs: number,
): Promise<Attempt> {
  const { id, payload, endpoint } = delivery;
  const allowPrivate = config.ALLOW_PRIVATE_ADDRESSES;
  try {
    const secret = await openEndpointSecret(keySecretsOf(config), endpoint.id, endpoint.sealed);
    return await post(fetcher, { id, url: endpoint.url, secret, payload }, { nowMs, allowPrivate });
  } catch {
    // Another KEY_SECRET is in place, without the one before it. The cause could quote what was opened.
    return failed("the endpoint's secret can't be opened");
  }
}
