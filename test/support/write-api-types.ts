// `npm run api:types` writes the types of the REST interface, which the tests' client is made of, from its document.

import { writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import openapiTS, { astToString, type OpenAPI3 } from "openapi-typescript";
import { openApiDocument } from "../../src/control/docs/openapi.ts";

export const API_TYPES_FILE = fileURLToPath(import.meta.resolve("./api-types.ts"));

const HEADER = "// Written by `npm run api:types` from /openapi.json: change the schemas in src/control.\n\n";

/** The whole text of the file. */
export async function apiTypes(): Promise<string> {
  const document = openApiDocument() as unknown as OpenAPI3; // Two libraries' types of the same OpenAPI 3.1.
  return HEADER + astToString(await openapiTS(document));
}

if (import.meta.main) await writeFile(API_TYPES_FILE, await apiTypes());
