// The key of the first curl: made through the Worker's own REST interface, once, and kept for the next runs.

import * as z from "zod";

const TIMEOUT_MS = 20_000;
const MAX_SHOWN_CHARS = 300;
const REQUEST = { name: "first key", budgets: [{ unit: "usd", limit: "10.00", period: "month" }] };

const created = z.object({ secret: z.string() });

export type FirstKey = { secret: string } | { problem: string };

type Options = { url: string; adminKey: string; kept: string | undefined };

/** The kept key if the Worker still takes it, else a new one; or why there is none. */
export async function obtainFirstKey({ url, adminKey, kept }: Options): Promise<FirstKey> {
  if (kept !== undefined) {
    const answer = await call(`${url}/api/v1/key`, { headers: { authorization: `Bearer ${kept}` } });
    if (answer.status === 200) return { secret: kept };
    if (answer.status !== 401) return { problem: `GET /api/v1/key answers ${shown(answer)}` };
  }
  const answer = await call(`${url}/api/v1/keys`, {
    method: "POST",
    headers: { authorization: `Bearer ${adminKey}`, "content-type": "application/json" },
    body: JSON.stringify(REQUEST),
  });
  const key = created.safeParse(answer.json);
  return key.success ? key.data : { problem: `POST /api/v1/keys answers ${shown(answer)}` };
}

type Answer = { status: number; text: string; json: unknown };

async function call(url: string, init: RequestInit): Promise<Answer> {
  try {
    const response = await fetch(url, { ...init, signal: AbortSignal.timeout(TIMEOUT_MS) });
    const text = await response.text();
    return { status: response.status, text, json: parseJson(text) };
  } catch (error) {
    return { status: 0, text: error instanceof Error ? error.message : String(error), json: undefined };
  }
}

function shown({ status, text }: Answer): string {
  return `${status === 0 ? "nothing" : status} (${text.slice(0, MAX_SHOWN_CHARS)})`;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // The schema refuses it, and the message shows the text.
  }
}
