// Gemini's wire format: the envelope of errors, and the chunks of an answer, of which a unary one is the only chunk.
// https://ai.google.dev/api/generate-content — pure builders.

export type GeminiFinish = "STOP" | "MAX_TOKENS";

export type GeminiPart = { text: string } | { functionCall: { name: string; args: unknown } };

export interface GeminiTokens {
  prompt: number;
  candidates: number;
}

export interface GeminiHead {
  id: string;
  model: string;
}

export function geminiError({ status, message }: { status: number; message: string }): object {
  return { error: { code: status, message, status: statusName(status) } };
}

/** Every chunk states the usage so far. Google leaves counts of zero out. */
export function geminiChunk(
  { id, model }: GeminiHead,
  { part, finish, usage }: { part: GeminiPart; finish?: GeminiFinish; usage: GeminiTokens },
): object {
  const candidate = {
    content: { parts: [part], role: "model" },
    ...(finish && { finishReason: finish }),
    index: 0,
  };
  return {
    candidates: [candidate],
    usageMetadata: {
      promptTokenCount: usage.prompt,
      ...(usage.candidates > 0 && { candidatesTokenCount: usage.candidates }),
      totalTokenCount: usage.prompt + usage.candidates,
      promptTokensDetails: [{ modality: "TEXT", tokenCount: usage.prompt }],
    },
    modelVersion: model,
    responseId: id,
  };
}

/** Google ends its lines with CRLF, and has no event after the last chunk. */
export function geminiEvent(chunk: object): string {
  return `data: ${JSON.stringify(chunk)}\r\n\r\n`;
}

/** Without `alt=sse` a stream is one JSON array, an element at a time. */
export function geminiArray(chunks: object[]): string[] {
  const elements = chunks.map((chunk, index) => `${index === 0 ? "[" : ",\r\n"}${JSON.stringify(chunk)}`);
  return [...elements, "\r\n]"];
}

/** https://cloud.google.com/apis/design/errors#handling_errors */
function statusName(status: number): string {
  if (status === 401) return "UNAUTHENTICATED";
  if (status === 403) return "PERMISSION_DENIED";
  if (status === 404) return "NOT_FOUND";
  if (status === 429) return "RESOURCE_EXHAUSTED";
  return status >= 500 ? "INTERNAL" : "INVALID_ARGUMENT";
}
