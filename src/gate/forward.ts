import type { Outgoing } from "../providers/upstream.ts";
import type { ClientWatch } from "./client-watch.ts";

// Sends a call to its provider. No other change to it than its headers and the edits that were made to its body.

/** A dispatched call. `abort` ends it, whether the answer has begun or not. */
export type Dispatched =
  | { response: Response; abort: () => void }
  | { failed: "provider_unreachable" | "provider_timeout" | "client_gone" };

/**
 * Dispatches, and waits for the answer's head for at most `timeoutMs`, or until the client has left and its grace is over.
 */
export async function forward(
  fetcher: typeof fetch,
  { url, method, headers, body }: Outgoing,
  { timeoutMs, client }: { timeoutMs: number; client: ClientWatch },
): Promise<Dispatched> {
  const controller = new AbortController();
  const abort = () => controller.abort();
  let late = false;
  const timer = setTimeout(() => {
    late = true;
    abort();
  }, timeoutMs);
  client.onStop(abort);
  try {
    // A redirect would carry our credential to wherever it points: it is the client's to read.
    const response = await fetcher(url, {
      method,
      headers,
      body,
      redirect: "manual",
      signal: controller.signal,
    });
    return { response, abort };
  } catch {
    // The cause names hosts and addresses, which are no client's business; the outcome says what matters.
    if (late) return { failed: "provider_timeout" };
    return { failed: client.stopped ? "client_gone" : "provider_unreachable" };
  } finally {
    clearTimeout(timer);
  }
}
