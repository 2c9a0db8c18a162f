import { responseBytes, type Case } from "./cases.ts";

// A recorded answer as it would be from a provider that reports no usage.

const USAGE_FIELDS = new Set([
  "usage",
  "x_groq",
  "usageMetadata",
  "billed_units",
  "tokens",
  "prompt_eval_count",
  "eval_count",
  "amazon-bedrock-invocationMetrics",
]);
const USAGE_HEADERS = /token/i;

/** Null where the answer's format isn't text that can be taken apart. */
export function withoutUsage(recorded: Case): Case | null {
  const text = new TextDecoder().decode(responseBytes(recorded));
  const taken = takenFrom(text, recorded.wire);
  if (taken === null) return null;
  return {
    ...recorded,
    response_body: taken,
    response_body_encoding: "utf8",
    response_headers: recorded.response_headers.filter(([name]) => !USAGE_HEADERS.test(name)),
  };
}

function takenFrom(text: string, wire: string): string | null {
  switch (wire) {
    case "json":
    case "json-array":
      return strippedJson(text);
    case "ndjson":
      return text
        .split("\n")
        .map((line) => strippedJson(line) ?? line)
        .join("\n");
    case "sse":
      return text.replace(
        /^(data: ?)(\{.*\})(\r?)$/gm,
        (_, head: string, data: string, end: string) => head + (strippedJson(data) ?? data) + end,
      );
    default:
      return null;
  }
}

function strippedJson(text: string): string | null {
  try {
    return JSON.stringify(JSON.parse(text), (key, value: unknown) =>
      USAGE_FIELDS.has(key) ? undefined : value,
    );
  } catch {
    return null; // Not JSON: it has no usage to be taken out.
  }
}
