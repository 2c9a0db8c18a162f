import { asObject, firstInvalid, modelField, valueOf } from "../fields.ts";
import { unstreamed } from "../google/unstreamed.ts";
import type { CallFacts, InvalidBody, JsonObject, Reading, Wire } from "../wire.ts";
import { ollamaExtras } from "./ollama-extras.ts";
import { readOllamaBody } from "./ollama-reader.ts";

/** Embeddings, the newer way and the older, which states no usage. https://docs.ollama.com/api/embed */
export const ollamaEmbed: Wire = {
  name: "ollama-embed",
  envelope: "ollama",
  understand,
  usageEdits: () => [],
  clampEdits: () => [],
  inputExtras: ollamaExtras,
  streamReader: unstreamed(readEmbed),
  readBody: readEmbed,
};

function understand(body: JsonObject): { facts: CallFacts } | { invalid: InvalidBody } {
  const model = modelField(body);
  const fault = firstInvalid([model]);
  if (fault) return { invalid: fault };
  const facts = { model: valueOf(model) ?? "", stream: false, choices: 1, usageAsked: true };
  return { facts: { ...facts, outputLimit: 0, outputFloor: 0 } };
}

function readEmbed(status: number, body: unknown): Reading {
  const reading = readOllamaBody(status, asObject(body));
  return { ...reading, usage: reading.usage && { ...reading.usage, output_total: 0 }, generatedBytes: 0 };
}
