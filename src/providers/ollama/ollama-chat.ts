import { booleanField, firstInvalid, modelField, objectField, arrayField, valueOf } from "../fields.ts";
import type { BodyEdit } from "../framing/json-edit.ts";
import { tokenCount } from "../../domain/usage.ts";
import type { CallFacts, InvalidBody, JsonObject, Wire } from "../wire.ts";
import { ollamaExtras } from "./ollama-extras.ts";
import { ollamaReader, readOllamaBody } from "./ollama-reader.ts";

/** Ollama's own chat and generate. https://docs.ollama.com/api/chat, https://docs.ollama.com/api/generate */
export const ollamaChat: Wire = {
  name: "ollama-chat",
  envelope: "ollama",
  understand,
  // The last line of every stream states its usage.
  usageEdits: () => [],
  clampEdits,
  inputExtras: ollamaExtras,
  streamReader: ollamaReader,
  readBody: readOllamaBody,
};

function understand(body: JsonObject): { facts: CallFacts } | { invalid: InvalidBody } {
  const model = modelField(body);
  const stream = booleanField(body, "stream");
  const options = objectField(body, "options");
  const lists = ["messages", "images"].map((param) => arrayField(body, param));
  const fault = firstInvalid([model, stream, options, ...lists]) ?? limitFault(valueOf(options));
  if (fault) return { invalid: fault };
  const outputLimit = limitOf(valueOf(options));
  return {
    facts: {
      model: valueOf(model) ?? "",
      // It streams unless it is told not to.
      stream: valueOf(stream) ?? true,
      choices: 1,
      ...(outputLimit !== undefined && { outputLimit }),
      usageAsked: true,
    },
  };
}

/** Zero and less are no limit: -1 writes on and on, -2 until the context is full. https://docs.ollama.com/modelfile#parameter */
function limitOf(options: JsonObject | undefined): number | undefined {
  return tokenCount(options?.["num_predict"]) || undefined;
}

/** A text would be a limit to us and none to Ollama, or the other way round. */
function limitFault(options: JsonObject | undefined): InvalidBody | null {
  const limit = options?.["num_predict"] ?? 0;
  if (typeof limit === "number" && Number.isInteger(limit)) return null;
  return { param: "options", message: "'options.num_predict' must be an integer." };
}

function clampEdits(_body: JsonObject, facts: CallFacts, outputTokens: number): BodyEdit[] {
  const stated = facts.outputLimit ?? Infinity;
  return stated > outputTokens ? [{ path: ["options", "num_predict"], value: outputTokens }] : [];
}
