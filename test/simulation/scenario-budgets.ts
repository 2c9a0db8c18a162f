import type { Budget, Unit } from "../../src/domain/charged-budgets.ts";
import type { Period } from "../../src/domain/period.ts";
import { pick, type Random } from "../support/schedule.ts";
import type { KeyRow } from "./documents.ts";
import { TEAM, USER } from "./scenario-keys.ts";

// Budgets of all scopes, units and kinds, tight enough that calls compete for them.

const ANCHOR = "2041-03-13T23:54:00.000Z";
const PERIODS: Period[] = [
  { kind: "total" },
  { kind: "day" },
  { kind: "month" },
  { kind: "duration", seconds: 90, anchor: ANCHOR },
  { kind: "duration", seconds: 300, anchor: ANCHOR },
];
const UNITS: Unit[] = ["usd", "usd", "usd", "requests", "tokens", "concurrent"];
/** A call holds 30,000 to 200,000 nano-USD. */
const LIMITS: Record<Unit, number[]> = {
  usd: [90_000, 180_000, 300_000, 700_000, 2_000_000],
  requests: [1, 2, 4, 8],
  tokens: [150, 400, 1_000],
  concurrent: [1, 2, 4],
};
const ENFORCEMENTS = ["hard", "hard", "hard", "soft", "shadow"] as const;
const MODEL_LISTS = [null, null, null, ["gpt-4o-*"], ["openai/gpt-4.1-nano"]];

export function makeBudgets(random: Random, keys: KeyRow[]): Budget[] {
  const count = 1 + Math.floor(random() * 5);
  return Array.from({ length: count }, (_, i) => makeBudget(random, keys, `bud_${i + 1}`));
}

export function makeBudget(random: Random, keys: KeyRow[], id: string): Budget {
  const unit = pick(random, UNITS) ?? "usd";
  return {
    id,
    scope: makeScope(random, keys),
    unit,
    limit: random() < 0.06 ? 0 : (pick(random, LIMITS[unit]) ?? 1),
    period: pick(random, PERIODS) ?? { kind: "total" },
    models: pick(random, MODEL_LISTS) ?? null,
    enforcement: pick(random, ENFORCEMENTS) ?? "hard",
    onLapse: random() < 0.6 ? "charge" : "release",
    onStoreOutage: random() < 0.2 ? "open" : "closed",
    includeTeamSpend: random() < 0.3,
    adjustments: [],
    generation: 1,
  };
}

export const limitsOf = (unit: Unit): number[] => LIMITS[unit];

function makeScope(random: Random, keys: KeyRow[]): Budget["scope"] {
  const key = pick(random, keys)?.id ?? "key_1";
  const scopes: Budget["scope"][] = [
    { kind: "organization", id: "org_sim" },
    { kind: "organization", id: "org_sim" },
    { kind: "team", id: TEAM },
    { kind: "member", id: `${TEAM}/${USER}` },
    { kind: "user", id: USER },
    { kind: "key", id: key },
    { kind: "key", id: key },
    { kind: "customer", id: "ada" },
    { kind: "tag", id: "blue" },
    { kind: "key", id: "*" },
    { kind: "key", id: "*", teamId: TEAM },
    { kind: "user", id: "*" },
    { kind: "customer", id: "*" },
    { kind: "customer", id: "*" },
    { kind: "tag", id: "*" },
    { kind: "member", id: "*" },
  ];
  return pick(random, scopes) ?? { kind: "organization", id: "org_sim" };
}
