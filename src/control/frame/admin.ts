import { equalTexts } from "../../gate/secret.ts";
import type { ControlContext } from "./context.ts";
import { Problem } from "./problem.ts";

const BEARER = /^Bearer +([\x21-\x7e]+) *$/i;

/** The token of `Authorization: Bearer <token>`. */
function bearerToken(c: ControlContext): string | undefined {
  return BEARER.exec(c.req.header("authorization") ?? "")?.[1];
}

/** Ends the request unless it carries ADMIN_KEY. Both sides are hashed first, so that not even the length shows. */
export async function requireAdmin(c: ControlContext): Promise<void> {
  const [given, expected] = await Promise.all([
    sha256(bearerToken(c) ?? ""),
    sha256(c.var.services.config.ADMIN_KEY),
  ]);
  if (!equalTexts(given, expected)) throw unauthorized("The admin key is missing or wrong");
}

export function unauthorized(detail: string): Problem {
  return new Problem("invalid_key", detail, { headers: { "www-authenticate": "Bearer" } });
}

async function sha256(text: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return String.fromCharCode(...new Uint8Array(digest));
}
