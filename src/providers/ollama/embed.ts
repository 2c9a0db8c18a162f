import { asArray, asObject, asText } from "../fields.ts";
import { modelOnly } from "../model-only.ts";
import { plainExtras, spare } from "../plain-extras.ts";
import type { JsonObject, Reading, Wire } from "../wire.ts";
import { isError, ollamaUsage } from "./generate-reader.ts";

/** Ollama's own embeddings, by the newer path and the older, which states no usage. https://docs.ollama.com/api/embed */
export const ollamaEmbed: Wire = {
  name: "ollama-embed",
  envelope: "ollama",
  ...modelOnly,
  inputExtras: (body) => ({ ...plainExtras(), ...spare(TOKENS_PER_INPUT * inputsIn(body)) }),
  readBody: readEmbed,
};

/** A text is read with a beginning, an end, and what its model's template puts around it. */
const TOKENS_PER_INPUT = 64;

function inputsIn(body: JsonObject): number {
  return Math.max(1, asArray(body["input"]).length);
}

function readEmbed(status: number, body: unknown): Reading {
  const answer = asObject(body);
  const stated = answer && ollamaUsage(answer);
  const model = asText(answer?.["model"]);
  return {
    // There is no output, so none is stated as such.
    usage: stated && { ...stated, output_total: 0 },
    complete: answer !== null,
    failed: status >= 400 || (answer !== null && isError(answer)),
    generatedBytes: 0,
    ...(model !== undefined && { model }),
  };
}
