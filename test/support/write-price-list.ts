// `npm run prices:list` writes the price list that the Worker carries, from the library that is installed.

import { writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { findProvider, type MatchLogic, type ModelInfo } from "@pydantic/genai-prices";
import { LIBRARY_IDS } from "../../src/providers/prices/library-price.ts";

export const PRICE_LIST_FILE = fileURLToPath(import.meta.resolve("../../src/providers/prices/price-list.ts"));

const HEADER = `// Written by \`npm run prices:list\` from https://github.com/pydantic/genai-prices, MIT licence, (c) Pydantic Services Inc.
// A text for each of its providers: JSON.parse reads one when it is first asked for, and a start none of them.

export interface ListedProvider {
  /** Where a model is looked for that isn't among its own: other providers of the list. */
  fallbacks: readonly string[];
  /** JSON of \`ListedModel[]\`. The texts of \`match\` are in lower case. */
  models: string;
}

`;

/** The whole text of the file. */
export function priceListSource(): string {
  const ids = [...new Set(Object.values(LIBRARY_IDS))].toSorted();
  const entries = ids.map((id) => {
    const provider = findProvider({ providerId: id });
    if (!provider) throw new Error(`the library has no provider ${id}`);
    const models = provider.models.map((model) => escaped(JSON.stringify(listed(model))));
    const fallbacks = JSON.stringify(provider.fallback_model_providers ?? []);
    return `  ${JSON.stringify(id)}: {\n    fallbacks: ${fallbacks},\n    models: \`[\\\n${models.join(",\\\n")}]\`,\n  },\n`;
  });
  return `${HEADER}export const PRICE_LIST: Readonly<Record<string, ListedProvider>> = {\n${entries.join("")}};\n`;
}

/** What prices are read from; the library compares texts without their case. */
function listed({ id, match, prices }: ModelInfo): Pick<ModelInfo, "id" | "match" | "prices"> {
  return { id, match: inLowerCase(match), prices };
}

function inLowerCase(match: MatchLogic): MatchLogic {
  if ("or" in match) return { or: match.or.map(inLowerCase) };
  if ("and" in match) return { and: match.and.map(inLowerCase) };
  if ("regex" in match) return match;
  return Object.fromEntries(
    Object.entries(match).map(([how, text]) => [how, text.toLowerCase()]),
  ) as MatchLogic; // The same member, of the same kind.
}

function escaped(text: string): string {
  return text.replace(/[\\`]|\$\{/g, "\\$&");
}

if (import.meta.main) await writeFile(PRICE_LIST_FILE, priceListSource());
