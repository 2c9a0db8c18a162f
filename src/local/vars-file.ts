// The Worker's bindings as the file that `wrangler dev --env-file` reads, so that no secret stands on a command line.
// Wrangler parses it with dotenv, then dotenv-expand: a `$` is a reference unless a backslash stands before it, single
// quotes and backticks keep the rest as it is, double quotes turn \n and \r into line ends. Pure.

import { StackError } from "./stack-error.ts";

const NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;

export function formatVars(bindings: Record<string, string>): string {
  return Object.entries(bindings)
    .map(([name, value]) => `${name}=${quote(name, value)}\n`)
    .join("");
}

function quote(name: string, value: string): string {
  const escaped = value.replaceAll("$", String.raw`\$`);
  const mark = ["'", "`", '"'].find((mark) => !escaped.includes(mark));
  // The format has no escape for these; none is part of a key, a URL or a JSON document that any provider hands out.
  const isLost = value.includes("\r") || value.endsWith("\\") || (mark === '"' && /\\[nr]/.test(value));
  if (!NAME.test(name) || mark === undefined || isLost) {
    throw new StackError(
      `${name} can't be handed to wrangler: it has quotes or line ends that its format lacks`,
    );
  }
  return `${mark}${escaped}${mark}`;
}
