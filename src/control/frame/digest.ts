import { base32 } from "../../ids.ts";

/** The SHA-256 of a text. */
export async function digestOf(text: string): Promise<string> {
  return base32(new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text))));
}
