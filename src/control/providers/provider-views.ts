import * as z from "zod";
import type { Config, ProviderSettings } from "../../env.ts";
import type { ProviderRow } from "../../ledger/rows.ts";
import { PROVIDERS } from "../../providers/registry.ts";
import { timeShape } from "../frame/shapes.ts";
import { withoutNulls } from "../frame/views.ts";
import type { Place } from "./provider-rows.ts";

// Providers as the API shows them: where the credential of each comes from, and never the credential. Pure.

/** Whose credential goes along with a call: `none` where there is none, so that the provider refuses it or needs none. */
const SOURCES = ["team", "organization", "deployment", "none"] as const;
type Source = (typeof SOURCES)[number];

export const providerShape = z
  .strictObject({
    name: z.string(),
    source: z.enum(SOURCES).meta({ description: "Whose credential goes along with a call." }),
    organization_id: z.string(),
    team_id: z.string().optional(),
    kind: z.string().optional(),
    hint: z.string().optional().meta({ description: "The last characters of the credential." }),
    base_url: z.string().optional(),
    created_at: timeShape.optional(),
    updated_at: timeShape.optional(),
  })
  .meta({ id: "Provider" });

export type ProviderView = ReturnType<typeof providerView>;

/** Every provider that calls of a place's keys can reach, in the order of their names. */
export function providerViews(
  place: Place,
  rows: { team: ProviderRow[]; organization: ProviderRow[] },
  config: Pick<Config, "providers">,
): ProviderView[] {
  const own = new Map([...rows.organization, ...rows.team].map((row) => [row.name, row]));
  const names = new Set([...PROVIDERS.map(({ name }) => name), ...own.keys()]);
  return [...names]
    .toSorted((one, other) => (one < other ? -1 : 1))
    .map((name) => providerView(name, place, own.get(name) ?? null, config));
}

/** `row`: the team's, or else the organization's. */
export function providerView(
  name: string,
  { organizationId }: Place,
  row: ProviderRow | null,
  config: Pick<Config, "providers">,
) {
  return {
    name,
    source: row ? sourceOf(row) : deploymentSource(config.providers[name]),
    organization_id: organizationId,
    ...(row &&
      withoutNulls({
        team_id: row.teamId === "" ? null : row.teamId,
        kind: row.kind,
        hint: row.hint,
        base_url: row.baseUrl,
        created_at: row.createdAt.toISOString(),
        updated_at: row.updatedAt.toISOString(),
      })),
  };
}

function sourceOf({ sealed, teamId }: ProviderRow): Source {
  if (sealed === null) return "none";
  return teamId === "" ? "organization" : "team";
}

/** Its hint and address are the deployment's own business. */
function deploymentSource(settings: ProviderSettings = {}): Source {
  const { apiKey, aws, serviceAccount } = settings;
  return apiKey !== undefined || aws || serviceAccount ? "deployment" : "none";
}
