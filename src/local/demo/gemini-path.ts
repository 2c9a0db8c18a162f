// What Google's paths at the demo provider name. Pure.

const VERSION = /^\/v1(?:alpha|beta)?\//;
const CALL = /^models\/([^/:]+):([A-Za-z]+)$/;
const MODEL = /^models\/([^/:]+)$/;

export type GeminiPath =
  | { kind: "call"; model: string; call: string }
  | { kind: "models" }
  | { kind: "model"; model: string }
  | { kind: "other" };

/** Null for a path of other providers. What both have (`/v1/models`) is theirs: Google's SDK calls `/v1beta`. */
export function geminiPath(path: string): GeminiPath | null {
  const rest = VERSION.test(path) ? path.replace(VERSION, "") : null;
  if (rest === null || rest.startsWith("openai/")) return null;
  const [, model, call] = CALL.exec(rest) ?? [];
  if (model !== undefined && call !== undefined) return { kind: "call", model, call };
  if (path.startsWith("/v1/")) return null;
  if (rest === "models") return { kind: "models" };
  const named = MODEL.exec(rest)?.[1];
  return named === undefined ? { kind: "other" } : { kind: "model", model: named };
}
