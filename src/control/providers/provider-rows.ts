import { and, asc, eq } from "drizzle-orm";
import { providerCredentials } from "../../ledger/control-schema.ts";
import type { Database } from "../../ledger/database.ts";
import type { ProviderRow } from "../../ledger/rows.ts";
import type { PolicyRef } from "../../services.ts";
import { scopeDocument } from "../frame/policies.ts";

/** Whose providers: an organization's, or one of its teams'. */
export interface Place {
  organizationId: string;
  /** Empty: all of the organization. */
  teamId: string;
}

/** In the order of their names. */
export async function providersOf(database: Database, place: Place): Promise<ProviderRow[]> {
  return database
    .select()
    .from(providerCredentials)
    .where(isOf(place))
    .orderBy(asc(providerCredentials.name));
}

/** What a place's keys call by a name: the team's own, or else the organization's. */
export async function ownProviders(
  database: Database,
  place: Place,
): Promise<{ team: ProviderRow[]; organization: ProviderRow[] }> {
  const [organization, team] = await Promise.all([
    providersOf(database, { ...place, teamId: "" }),
    place.teamId === "" ? [] : providersOf(database, place),
  ]);
  return { team, organization };
}

export function isOf({ organizationId, teamId }: Place) {
  return and(eq(providerCredentials.organizationId, organizationId), eq(providerCredentials.teamId, teamId));
}

/** The document that its providers stand in. */
export function placeDocument({ organizationId, teamId }: Place): PolicyRef {
  return teamId === "" ? scopeDocument("organization", organizationId) : scopeDocument("team", teamId);
}
