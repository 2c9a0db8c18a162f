import { pick, type Random } from "../support/schedule.ts";
import type { KeyRow } from "./documents.ts";

export const TEAM = "team_1";
export const USER = "user_1";
export const CUSTOMERS = ["ada", "bob", "ü:;, ~"] as const;

/** A key's digest stands in its row once its secret is made: see secrets.ts. */
const NO_DIGEST = "";

/** A team's key, and with luck a personal one, one of a member, and one with nobody. */
export function makeKeys(random: Random): KeyRow[] {
  const places = [
    { teamId: TEAM, userId: null },
    { teamId: TEAM, userId: USER },
    { teamId: null, userId: USER },
    { teamId: null, userId: null },
  ];
  const count = 1 + Math.floor(random() * 3);
  const first = Math.floor(random() * places.length);
  return Array.from({ length: count }, (_, i) => ({
    id: `key_${i + 1}`,
    digest: NO_DIGEST,
    organizationId: "org_sim",
    ...(places[(first + i) % places.length] ?? { teamId: null, userId: null }),
    enabled: true,
    revoked: false,
    expiresAtMs: null,
    models: null,
    endpoints: null,
    providers: null,
    modelAliases: null,
    tags: random() < 0.3 ? ["red"] : [],
    whenShort: pick(random, ["clamp", "reject"] as const) ?? "clamp",
    minOutputTokens: 16,
    onDisconnect: pick(random, ["drain", "abort"] as const) ?? "drain",
    allowUnpriced: random() < 0.5,
  }));
}
