import { and, asc, eq, isNotNull, sql } from "drizzle-orm";
import { keySecretsOf } from "../../key-secrets.ts";
import { providerCredentials } from "../../ledger/control-schema.ts";
import { resealCredential } from "../../providers/own-credential.ts";
import { isOf, placeDocument } from "../providers/provider-rows.ts";
import type { SealedRows } from "./sealed-row.ts";

const { organizationId, teamId, name, sealed } = providerCredentials;

/** Credentials of providers. The gate reads them in policy documents. */
export const sealedProviders: SealedRows = async ({ config, database }, { after, limit }) => {
  const rows = await database
    .select()
    .from(providerCredentials)
    .where(
      and(
        isNotNull(sealed),
        after && sql`(${organizationId}, ${teamId}, ${name}) > (${after[0]}, ${after[1]}, ${after[2]})`,
      ),
    )
    .orderBy(asc(organizationId), asc(teamId), asc(name))
    .limit(limit);
  return rows.flatMap((row) => {
    const before = row.sealed;
    if (!before) return [];
    return [
      {
        key: [row.organizationId, row.teamId, row.name],
        named: {
          kind: "provider",
          name: row.name,
          organization_id: row.organizationId,
          ...(row.teamId !== "" && { team_id: row.teamId }),
        },
        organizationId: row.organizationId,
        document: placeDocument(row),
        reseal: () => resealCredential(before, row, keySecretsOf(config)),
        store: (anew) =>
          database
            .update(providerCredentials)
            .set({ sealed: anew })
            .where(and(isOf(row), eq(name, row.name), eq(sealed, before))),
      },
    ];
  });
};
