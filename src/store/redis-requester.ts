import type { Requester, UpstashRequest, UpstashResponse } from "@upstash/redis/cloudflare";

// How commands of @upstash/redis go over HTTP. The client's own way merges headers, copies options and keeps a timer for
// each command until long after its answer, which costs more than all else that a Worker does to ask Redis.

/** https://upstash.com/docs/redis/features/restapi: of a global database, the state that a later command must see. */
const SYNC_TOKEN = "upstash-sync-token";

/**
 * One attempt for each request, given up `timeoutMs` after it was sent, its reply's body included. Rejects where there is
 * no answer, or none in JSON; an error that Redis states is a reply.
 */
export function createRequester(
  { url, token }: { url: string; token: string },
  timeoutMs: number,
): Requester {
  const address = url.replace(/\/$/, "");
  const headers = new Headers({ authorization: `Bearer ${token}`, "content-type": "application/json" });
  return {
    async request<T>({ path = [], body }: UpstashRequest): Promise<UpstashResponse<T>> {
      const controller = new AbortController();
      const timer = setTimeout(() => controller.abort(new Error("Redis didn't answer in time")), timeoutMs);
      try {
        const response = await fetch([address, ...path].join("/"), {
          method: "POST",
          headers,
          body: JSON.stringify(body),
          // Followed, a redirect would make a GET of a script, and could carry the token elsewhere.
          redirect: "manual",
          signal: controller.signal,
        });
        const stated = response.headers.get(SYNC_TOKEN);
        if (stated !== null) headers.set(SYNC_TOKEN, stated);
        return await response.json<UpstashResponse<T>>().catch((error: unknown) => {
          // That one's message would quote what came, which may be anybody's page.
          if (error instanceof SyntaxError) throw new Error(`Redis answered ${response.status} with no JSON`);
          throw error;
        });
      } finally {
        clearTimeout(timer);
      }
    },
  };
}
