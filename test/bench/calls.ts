import type { Call } from "./client.ts";

// The three kinds of call that the bench measures.

export const KINDS = ["unary", "stream", "stream, usage hidden"] as const;
export type Kind = (typeof KINDS)[number];

const QUESTION =
  "How is a budget kept when many calls come at once, and none of them knows its cost before its end? ";

/** A chat of about a kilobyte. */
export function callOf(kind: Kind, secret: string, headers: Record<string, string> = {}): Call {
  const body = JSON.stringify({
    model: "gpt-4o-mini",
    messages: [
      { role: "system", content: "You answer briefly, and say where you are not sure." },
      { role: "user", content: QUESTION.repeat(8) },
    ],
    max_completion_tokens: 500,
    ...(kind !== "unary" && { stream: true }),
    ...(kind === "stream" && { stream_options: { include_usage: true } }),
  });
  return {
    path: "/openai/v1/chat/completions",
    headers: {
      authorization: `Bearer ${secret}`,
      "content-type": "application/json",
      "content-length": String(body.length),
      "user-agent": "OpenAI/JS 6.49.0",
      accept: "application/json",
      ...headers,
    },
    body,
  };
}
