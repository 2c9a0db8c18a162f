import { and, asc, eq } from "drizzle-orm";
import { providerCredentials } from "../../ledger/control-schema.ts";
import type { Database } from "../../ledger/database.ts";
import type { ProviderRow } from "../../ledger/rows.ts";

/** Whose providers: an organization's, or one of its teams'. */
export interface Place {
  organizationId: string;
  /** Empty: all of the organization. */
  teamId: string;
}

/** In the order of their names. */
export async function providersOf(
  database: Database,
  { organizationId, teamId }: Place,
): Promise<ProviderRow[]> {
  return database
    .select()
    .from(providerCredentials)
    .where(
      and(eq(providerCredentials.organizationId, organizationId), eq(providerCredentials.teamId, teamId)),
    )
    .orderBy(asc(providerCredentials.name));
}
