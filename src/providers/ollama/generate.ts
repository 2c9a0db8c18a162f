import {
  booleanField,
  firstInvalid,
  MAX_OUTPUT_TOKENS,
  modelField,
  objectField,
  valueOf,
  type Field,
} from "../fields.ts";
import type { BodyEdit } from "../framing/json-edit.ts";
import type { CallFacts, InvalidBody, JsonObject, Wire } from "../wire.ts";
import { ollamaExtras } from "./generate-extras.ts";
import { ollamaReader, readOllamaBody } from "./generate-reader.ts";

/** Ollama's own chat and completions. https://docs.ollama.com/api */
export const ollamaGenerate: Wire = {
  name: "ollama-generate",
  envelope: "ollama",
  understand,
  usageEdits: () => [],
  clampEdits,
  inputExtras: ollamaExtras,
  streamReader: () => ollamaReader(),
  readBody: readOllamaBody,
};

function understand(body: JsonObject): { facts: CallFacts } | { invalid: InvalidBody } {
  const model = modelField(body);
  const stream = booleanField(body, "stream");
  const options = objectField(body, "options");
  const limit = predictField(valueOf(options) ?? {});
  const fault = firstInvalid([model, stream, options, limit]);
  if (fault) return { invalid: fault };
  const outputLimit = valueOf(limit);
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

/** Zero, too, is no limit to Ollama, as are -1 and -2. https://docs.ollama.com/modelfile#valid-parameters-and-values */
function predictField(options: JsonObject): Field<number> {
  const value = options["num_predict"] ?? undefined;
  if (value === undefined || value === 0 || value === -1 || value === -2) return { value: undefined };
  if (typeof value === "number" && Number.isInteger(value) && value >= 1 && value <= MAX_OUTPUT_TOKENS) {
    return { value };
  }
  const message = `'options.num_predict' must be an integer from -2 to ${MAX_OUTPUT_TOKENS}.`;
  return { invalid: { param: "options.num_predict", message } };
}

function clampEdits(_: JsonObject, { outputLimit }: CallFacts, outputTokens: number): BodyEdit[] {
  const path: BodyEdit["path"] = ["options", "num_predict"];
  return (outputLimit ?? Number.MAX_VALUE) > outputTokens ? [{ path, value: outputTokens }] : [];
}
