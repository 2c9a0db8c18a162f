// What `npm start` prints once everything runs. Pure.

import type { Stack } from "./stack.ts";

type Shown = Pick<Stack, "url" | "adminKey" | "firstKey" | "bindings">;

export function banner({ url, adminKey, firstKey, bindings }: Shown): string {
  const lines = [
    "",
    `Tollgate runs at ${url}`,
    "",
    ...("secret" in firstKey ? firstCalls(url, firstKey.secret, bindings) : withoutKey(firstKey.problem)),
    `Make more keys at ${url}/api/v1/keys with the admin key`,
    `  ${adminKey}`,
    "",
    "Ctrl-C stops everything; the data stays.",
  ];
  return lines.join("\n");
}

function firstCalls(url: string, key: string, bindings: Record<string, string>): string[] {
  return [
    "A first key, with 10 USD a month, is ready. Call through it:",
    "",
    ...call(url, key, bindings),
    "",
    "and see what it has left:",
    "",
    `  curl ${url}/api/v1/key -H "authorization: Bearer ${key}"`,
    "",
  ];
}

/** To a provider that this stack can reach: a key for Anthropic alone makes the example Anthropic's. */
function call(url: string, key: string, bindings: Record<string, string>): string[] {
  if (bindings["OPENAI_API_KEY"] === undefined && bindings["ANTHROPIC_API_KEY"] !== undefined) {
    return curl(`${url}/anthropic/v1/messages`, [`x-api-key: ${key}`, "anthropic-version: 2023-06-01"], {
      model: "claude-haiku-4-5",
      max_tokens: 100,
      messages: [{ role: "user", content: "Say hello." }],
    });
  }
  return curl(`${url}/openai/v1/chat/completions`, [`authorization: Bearer ${key}`], {
    model: "gpt-4o-mini",
    messages: [{ role: "user", content: "Say hello." }],
  });
}

function curl(url: string, headers: string[], body: object): string[] {
  const options = [...headers, "content-type: application/json"].map((header) => `    -H "${header}" \\`);
  return [`  curl ${url} \\`, ...options, `    -d '${JSON.stringify(body)}'`];
}

function withoutKey(problem: string): string[] {
  return [`There is no first key: ${problem}`, ""];
}
