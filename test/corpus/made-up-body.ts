import type { Case } from "./cases.ts";

/** The least body that a kind of API takes, for exchanges of which only the answer was recorded. */
export function madeUpBody({ kind, model, stream }: Case): Record<string, unknown> {
  const named = { model: model ?? "unknown" };
  const messages = [{ role: "user", content: "?" }];
  // With the usage asked for, so that nothing of the recorded answer is to be hidden.
  const streamed = stream ? { stream: true, stream_options: { include_usage: true } } : {};
  switch (kind) {
    case "openai.chat":
      return { ...named, messages, ...streamed };
    case "openai.completions":
      return { ...named, prompt: "?", ...streamed };
    case "anthropic.messages":
      return { ...named, messages, max_tokens: 4_096, ...(stream ? { stream: true } : {}) };
    case "openai.audio.speech":
      return { ...named, input: "?", voice: "alloy" };
    case "openai.images":
      return { ...named, prompt: "?" };
    case "gemini.generateContent":
    case "gemini.streamGenerateContent":
      return { contents: [{ role: "user", parts: [{ text: "?" }] }] };
    case "gemini.embedContent":
      return { content: { parts: [{ text: "?" }] } };
    case "gemini.batchEmbedContents":
      return { requests: [{ content: { parts: [{ text: "?" }] } }] };
    case "bedrock.converse":
    case "bedrock.converse-stream":
      return { messages: [{ role: "user", content: [{ text: "?" }] }] };
    case "vertex.predict":
      return { instances: [{ content: "?" }] };
    case "cohere.chat":
    case "ollama.chat":
      return { ...named, message: "?", messages, stream };
    case "cohere.embed":
      return { ...named, texts: ["?"] };
    case "ollama.generate":
      return { ...named, prompt: "?", stream };
    default:
      if (kind.endsWith("rerank")) return { ...named, query: "?", documents: ["?"] };
      return { ...named, input: "?", ...(stream ? { stream: true } : {}) };
  }
}
