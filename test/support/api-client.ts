// The REST interface through a client that is made from its document: what the document doesn't have doesn't compile.

import createClient, { type Client } from "openapi-fetch";
import type { components, paths } from "./api-types.ts";

export type Api = Client<paths>;
export type Schemas = components["schemas"];

/** What a call takes. */
type BodyOf<Path extends keyof paths, Method extends "post" | "put" | "patch"> =
  paths[Path] extends Record<Method, { requestBody?: { content: { "application/json": infer Body } } }>
    ? Body
    : never;
export type PostOf<Path extends keyof paths> = BodyOf<Path, "post">;
export type PutOf<Path extends keyof paths> = BodyOf<Path, "put">;
export type PatchOf<Path extends keyof paths> = BodyOf<Path, "patch">;

/** `credential`: ADMIN_KEY, a management token, or for `/key` a client's own key. */
export function createApi(options: {
  url: string;
  credential: string;
  fetch?: (request: Request) => Promise<Response>;
}): Api {
  const { url, credential, ...rest } = options;
  return createClient<paths>({
    baseUrl: url,
    headers: { authorization: `Bearer ${credential}` },
    ...rest,
  });
}

/** What an answer shows; anything but a 2xx is thrown. */
export async function shown<T>(
  answering: Promise<{ data?: T; error?: unknown; response: Response }>,
): Promise<Exclude<T, undefined>> {
  const { data, error, response } = await answering;
  if (!response.ok) throw new Error(`${response.url}: ${response.status} ${JSON.stringify(error)}`);
  return data as Exclude<T, undefined>; // A 2xx has it, as the document says.
}
