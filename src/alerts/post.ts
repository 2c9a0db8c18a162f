import { Webhook } from "standardwebhooks";
import { publicUrlProblem } from "../public-url.ts";
import type { Attempt } from "../ledger/alerts.ts";
import type { EndpointSecret } from "./endpoint-secret.ts";

/** A receiver has this long for the head of its answer. Its body is for nobody to read. */
export const ANSWER_TIMEOUT_MS = 10_000;

export interface Message {
  /** The same in each attempt: a receiver that has it already can tell. */
  id: string;
  url: string;
  secret: EndpointSecret;
  payload: Record<string, unknown>;
}

/**
 * Sends one message, signed as Standard Webhooks says: https://www.standardwebhooks.com. Any 2xx is a delivery; a
 * redirect is none, and isn't followed. What went wrong is in the attempt, in words that quote nobody. Throws where the secret is none.
 */
export async function post(
  fetcher: typeof fetch,
  { id, url, secret, payload }: Message,
  { nowMs, allowPrivate }: { nowMs: number; allowPrivate: boolean },
): Promise<Attempt> {
  // What was allowed when it was stored may not be now.
  const problem = publicUrlProblem(url, { allowPrivate });
  if (problem !== null) return failed(`the URL ${problem}`);
  const body = JSON.stringify(payload);
  const headers = {
    "content-type": "application/json",
    "user-agent": "tollgate",
    ...signature(id, body, secret, nowMs),
  };
  const controller = new AbortController();
  let late = false;
  const timer = setTimeout(() => {
    late = true;
    controller.abort();
  }, ANSWER_TIMEOUT_MS);
  try {
    const { signal } = controller;
    const response = await fetcher(url, { method: "POST", headers, body, redirect: "manual", signal });
    void response.body?.cancel().catch(() => undefined); // It may be broken already: nobody wants it.
    return { delivered: response.ok, status: response.status, error: null };
  } catch {
    // The cause names hosts and addresses.
    return failed(late ? `no answer within ${ANSWER_TIMEOUT_MS / 1_000} s` : "the receiver can't be reached");
  } finally {
    clearTimeout(timer);
  }
}

/** Signed by the secret before this one, too, while that counts: the receiver may know either. */
function signature(id: string, body: string, { secret, previous }: EndpointSecret, nowMs: number) {
  const secrets = previous && nowMs < previous.endsAtMs ? [secret, previous.secret] : [secret];
  const at = new Date(nowMs);
  return {
    "webhook-id": id,
    "webhook-timestamp": String(Math.floor(nowMs / 1_000)),
    "webhook-signature": secrets.map((each) => new Webhook(each).sign(id, at, body)).join(" "),
  };
}

export function failed(error: string): Attempt {
  return { delivered: false, status: null, error };
}
