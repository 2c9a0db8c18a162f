import { eq } from "drizzle-orm";
import type { BatchItem } from "drizzle-orm/batch";
import * as z from "zod";
import { keySecretsOf } from "../../key-secrets.ts";
import { idempotencyKeys } from "../../ledger/control-schema.ts";
import { seal, unseal } from "../../sealed.ts";
import type { PolicyRef, Services } from "../../services.ts";
import { type Claim, claimOf, claimedBy, giveBack, unansweredBy } from "./claims.ts";
import { demand, isUnmet } from "./commit.ts";
import type { ControlContext } from "./context.ts";
import { digestOf } from "./digest.ts";
import { json } from "./operation.ts";
import { publishAll } from "./policies.ts";
import { Problem } from "./problem.ts";

// Idempotency-Key: a POST claims its key, does its work and stores its answer in one transaction, and a second POST
// gets that answer. An answer may hold a key's secret, so it lies in Postgres sealed.

const HEADER = /^[\x21-\x7e]{1,255}$/;
const PURPOSE = "tollgate: answers kept for Idempotency-Key";

export interface Answer {
  status: number;
  body: unknown;
  organizationId: string;
  /** What has to be published before the answer is true (law 10); a replay publishes it again. */
  documents: PolicyRef[];
}

/** The statements that store the answer: they go last into the batch that does the work. */
export type Remember = (answer: Answer) => Promise<BatchItem<"pg">[]>;

const storedAnswer = z.object({
  organizationId: z.string(),
  documents: z.array(z.object({ kind: z.enum(["key", "scope"]), id: z.string() })),
  sealed: z.object({ iv: z.string(), data: z.string() }),
});

/** Runs a POST once for each Idempotency-Key; without the header, each time. `text`: the body as it came. */
export async function answerOnce(
  c: ControlContext,
  text: string,
  run: (remember: Remember) => Promise<Answer>,
): Promise<Response> {
  const { services } = c.var;
  const header = c.req.header("idempotency-key");
  if (header === undefined) return published(services, await run(async () => []));
  if (!HEADER.test(header)) {
    throw new Problem("invalid_request", "Idempotency-Key must have 1 to 255 visible ASCII characters");
  }

  const id = await digestOf(JSON.stringify([c.var.principal.actor, c.req.path, header]));
  // The query says what is asked, as the body does.
  const bodyDigest = await digestOf(JSON.stringify([text, new URL(c.req.url).search]));
  const claim = await claimOf(services, { id, bodyDigest });
  if (!claim) return replay(services, id, bodyDigest);
  try {
    return await published(services, await run((answer) => storing(services, claim, answer)));
  } catch (error) {
    if (isUnmet(error)) throw inProgress(); // The claim was taken over.
    // Without an answer the claim is given back, so that a retry doesn't wait for it. Where the answer is stored,
    // or the batch is still on its way, this finds nothing or makes the batch fail: never two answers.
    const returned = giveBack(services.database, claim).catch(() => undefined); // It runs out by itself.
    if (error instanceof Problem) await returned;
    else services.waitUntil(returned);
    throw error;
  }
}

async function published(services: Services, answer: Answer): Promise<Response> {
  await publishAll(services, answer.organizationId, answer.documents);
  return json(answer.body, answer.status);
}

async function storing(services: Services, claim: Claim, answer: Answer): Promise<BatchItem<"pg">[]> {
  const { database } = services;
  const sealed = await seal(JSON.stringify(answer.body), sealPlace(services, claim.id));
  const { status, organizationId, documents } = answer;
  return [
    database
      .update(idempotencyKeys)
      .set({ status, response: { organizationId, documents, sealed } })
      .where(unansweredBy(claim)),
    // If the claim was taken over meanwhile, nothing commits.
    demand(database, idempotencyKeys, claimedBy(claim)),
  ];
}

async function replay(services: Services, id: string, bodyDigest: string): Promise<Response> {
  const [row] = await services.database.select().from(idempotencyKeys).where(eq(idempotencyKeys.id, id));
  if (!row) throw inProgress(); // Given back between the two statements: a retry will claim it.
  if (row.bodyDigest !== bodyDigest) {
    throw new Problem("idempotency_key_reused", "This Idempotency-Key came with another body before");
  }
  if (row.status === null) throw inProgress();
  const { organizationId, documents, sealed } = storedAnswer.parse(row.response);
  await publishAll(services, organizationId, documents);
  const body: unknown = JSON.parse(await unseal(sealed, sealPlace(services, id)));
  return json(body, row.status, { "idempotency-replayed": "true" });
}

function inProgress(): Problem {
  const detail = "The first request with this Idempotency-Key is in progress";
  return new Problem("idempotency_in_progress", detail, { headers: { "retry-after": "1" } });
}

function sealPlace(services: Services, id: string) {
  return { keySecrets: keySecretsOf(services.config), purpose: PURPOSE, context: id };
}
