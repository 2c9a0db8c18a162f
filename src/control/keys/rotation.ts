import { and, eq } from "drizzle-orm";
import { mintSecret } from "../../gate/secret.ts";
import { keys } from "../../ledger/policy-schema.ts";
import { commit, demand, isUnmet } from "../frame/commit.ts";
import { rotationBody } from "../frame/fields.ts";
import { findKey } from "../frame/find.ts";
import { answerOnce } from "../frame/idempotency.ts";
import { pathId } from "../frame/input.ts";
import { operation } from "../frame/operation.ts";
import { keyDocument, keyDocuments, raiseKeyVersions, raiseVersion } from "../frame/policies.ts";
import { Problem } from "../frame/problem.ts";
import { rotatedKeyShape } from "./key-shapes.ts";
import { keyView } from "./key-views.ts";

/**
 * A key gets a new secret, and stays the same key: its id, budgets and counts don't change (R39). Two secrets work at
 * most: rotating again within the overlap ends the one before the last.
 */
export const rotate = operation({
  method: "POST",
  path: "/keys/{id}/rotate",
  summary: "Give a key a new secret",
  description:
    "For `overlap_seconds` (default 0) the secret before works, too, and both count as the one key that they are. The new secret is in this answer only.",
  access: "team",
  optionalBody: true,
  body: rotationBody,
  example: { overlap_seconds: 3600 },
  answers: { 200: { what: "The key, with its new secret", schema: rotatedKeyShape } },
  async handle(c, { body, text }) {
    const before = await findKey(c, pathId(c, "key", "key"));
    return answerOnce(c, text, async (remember) => {
      const { services } = c.var;
      const { database, config } = services;
      const nowMs = services.now();
      if (before.revokedAt) throw new Problem("key_is_revoked", "A revoked key gets no new secret");
      const { organizationId } = before;
      const { secret, digest, hint } = await mintSecret(config.KEY_SECRET, organizationId);
      const columns = {
        digest,
        hint,
        previousDigest: before.digest,
        previousEndsAt: new Date(nowMs + body.overlap_seconds * 1_000),
        updatedAt: new Date(nowMs),
      };
      const row = { ...before, ...columns };
      // The one before the last is nobody's any more, and its document has to say so.
      const gone = before.previousDigest === null ? [] : [keyDocument(before.previousDigest)];
      const documents = [...keyDocuments(row), ...gone];
      const answer = { status: 200, body: { ...keyView(row, nowMs), secret }, organizationId, documents };
      const statements = [
        database
          .update(keys)
          .set(columns)
          .where(and(eq(keys.id, row.id), eq(keys.digest, before.digest))),
        // Two rotations at once would leave one's new secret dead.
        demand(database, keys, and(eq(keys.id, row.id), eq(keys.digest, digest))),
        raiseKeyVersions(database, row.id),
        ...gone.map((document) => raiseVersion(database, organizationId, document)),
        ...(await remember(answer)),
      ] as const;
      try {
        await commit(c, statements);
      } catch (error) {
        if (!isUnmet(error)) throw error;
        throw new Problem("conflict", "The key was given another secret at the same time");
      }
      return answer;
    });
  },
});
