import { and, eq, or } from "drizzle-orm";
import { authenticate as provenKey } from "../../gate/authenticate.ts";
import { keySecretsOf } from "../../key-secrets.ts";
import { type KeyRow, endOfSecret, keyStatus } from "../../ledger/rows.ts";
import { keys } from "../../ledger/policy-schema.ts";
import { unauthorized } from "../frame/access.ts";
import type { ControlContext } from "../frame/context.ts";
import { type Operation, json, operation } from "../frame/operation.ts";
import { Problem } from "../frame/problem.ts";
import { fullKeyView } from "./full-key.ts";
import { fullKeyShape } from "./key-shapes.ts";

export function ownKeyOperations(): Operation[] {
  return [show];
}

const WRONG = "The key is missing or wrong";

const show = operation({
  method: "GET",
  path: "/key",
  summary: "Ask with a client's own key what it is",
  description: "With every budget that it is under, live. The key goes where an LLM call would have it.",
  access: "key",
  answers: { 200: { what: "The key", schema: fullKeyShape } },
  async handle(c) {
    const { services } = c.var;
    const row = await authenticate(c);
    return json(await fullKeyView(services, row));
  },
});

async function authenticate(c: ControlContext): Promise<KeyRow> {
  const { services } = c.var;
  const { raw, url } = c.req;
  const proven = await provenKey(raw.headers, new URL(url), keySecretsOf(services.config));
  if (!proven) throw unauthorized(WRONG);
  const ofSecret = or(eq(keys.digest, proven.digest), eq(keys.previousDigest, proven.digest));
  const [row] = await services.database
    .select()
    .from(keys)
    .where(and(ofSecret, eq(keys.organizationId, proven.organizationId)));
  if (!row) throw unauthorized(WRONG);
  const status = keyStatus({ ...row, expiresAt: endOfSecret(row, proven.digest) }, services.now());
  if (status === "active") return row;
  throw new Problem(`key_${status}`, `The key is ${status}`, { headers: { "www-authenticate": "Bearer" } });
}
