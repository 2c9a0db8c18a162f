// What a call at a Google API may ask for that would keep its cost from being read: a mask that leaves the usage out of
// the answer, or another encoding of it. https://cloud.google.com/apis/docs/system-parameters

/** Google refuses parameters that it doesn't know; of those that it does, these change nothing that is metered. */
const KNOWN_PARAMETERS = /^(?:\$?key|\$?alt|\$?prettyPrint|quotaUser|\$\.xgafv|\$apiVersion)$/;
const ENCODING = /^(?:json|sse)(?:;.*)?$/;
/** What the last one of these would do to the answer isn't documented; SDKs for browsers send it. */
const MASKING_HEADERS = [
  "x-goog-fieldmask",
  "x-http-method-override",
  "x-goog-encode-response-if-executable",
];
/** Vertex takes the dearer service by a header. https://cloud.google.com/vertex-ai/generative-ai/docs/priority-paygo */
const SERVICE_HEADERS = ["x-vertex-ai-llm-shared-request-type", "x-vertex-ai-llm-request-type"];

/** The parameter or the header at fault, or null. */
export function hiddenUsage({ query, headers }: { query: URLSearchParams; headers: Headers }): string | null {
  for (const [name, value] of query) {
    if (!KNOWN_PARAMETERS.test(name)) return name;
    if (/^\$?alt$/.test(name) && !ENCODING.test(value)) return name;
  }
  const masked = MASKING_HEADERS.find((name) => headers.has(name));
  const priority = SERVICE_HEADERS.find((name) => /priority/i.test(headers.get(name) ?? ""));
  return masked ?? priority ?? null;
}
