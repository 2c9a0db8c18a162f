import type { Budget, Unit } from "../../src/domain/charged-budgets.ts";
import type { KeyPolicy, ScopePolicy } from "../../src/domain/policy.ts";

// What a call must count in, written anew from the design's words (section 4), so that the gate is held to them and not
// to itself. Pure.

export interface DueLine {
  counter: string;
  unit: Unit;
  hard: boolean;
  open: boolean;
  limit: number;
  periodStartMs: number;
  onLapse: "c" | "r";
}

export interface CalledWith {
  provider: string;
  model: string;
  customer: string | null;
  tags: string[];
}

/** The scopes that a call charges, as "kind:id". */
export function dueScopes(key: KeyPolicy, call: CalledWith): string[] {
  const { teamId: team, userId: user } = key;
  return [
    `organization:${key.organizationId}`,
    ...(team ? [`team:${team}`] : []),
    ...(team && user ? [`member:${team}/${user}`] : []),
    ...(user ? [`user:${user}`] : []),
    `key:${key.id}`,
    ...(call.customer === null ? [] : [`customer:${call.customer}`]),
    ...[...new Set([...key.tags, ...call.tags])].map((tag) => `tag:${tag}`),
  ];
}

/** The lines of a call, given what the documents say; by counter. */
export function dueLines(
  key: KeyPolicy,
  call: CalledWith,
  policies: { of: (scope: string) => ScopePolicy; nowMs: number },
): Map<string, DueLine> {
  const lines = new Map<string, DueLine>();
  const { wildcards } = policies.of(`organization:${key.organizationId}`);
  for (const scope of dueScopes(key, call)) {
    const kind = scope.slice(0, scope.indexOf(":"));
    const id = scope.slice(kind.length + 1);
    const own = policies.of(scope).budgets;
    const replaced = ({ unit, period }: Budget) =>
      own.some((other) => other.unit === unit && other.period.kind === period.kind);
    const each = wildcards.filter(
      (budget) =>
        budget.scope.kind === kind &&
        (!budget.scope.teamId || budget.scope.teamId === key.teamId) &&
        !replaced(budget),
    );
    for (const budget of [...own, ...each]) {
      if (kind === "user" && key.teamId && !budget.includeTeamSpend) continue;
      if (!isFor(budget, call)) continue;
      const base = budget.generation === 1 ? budget.id : `${budget.id}~${budget.generation}`;
      const counter = budget.scope.id === "*" ? `${base}:${encodeURIComponent(id)}` : base;
      lines.set(counter, dueLine(budget, counter, policies.nowMs));
    }
  }
  return lines;
}

export function dueLine(budget: Budget, counter: string, nowMs: number): DueLine {
  const raises = budget.adjustments.filter(({ untilMs }) => untilMs === null || untilMs > nowMs);
  return {
    counter,
    unit: budget.unit,
    hard: budget.enforcement === "hard",
    open: budget.onStoreOutage === "open",
    limit: Math.max(0, budget.limit + raises.reduce((sum, { amount }) => sum + amount, 0)),
    periodStartMs: duePeriod(budget, nowMs),
    onLapse: budget.unit === "concurrent" || budget.onLapse === "release" ? "r" : "c",
  };
}

function duePeriod({ unit, period }: Budget, nowMs: number): number {
  const now = new Date(nowMs);
  if (unit === "concurrent" || period.kind === "total") return 0;
  if (period.kind === "month") return Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), 1);
  if (period.kind === "day") return Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), now.getUTCDate());
  if (period.kind !== "duration") throw new Error("a period that the simulation doesn't make");
  const anchorMs = Date.parse(period.anchor);
  return (
    nowMs -
    ((((nowMs - anchorMs) % (period.seconds * 1_000)) + period.seconds * 1_000) % (period.seconds * 1_000))
  );
}

function isFor({ models }: Budget, { provider, model }: CalledWith): boolean {
  if (models === null) return true;
  return models.some((glob) =>
    [model, `${provider}/${model}`].some((name) =>
      glob.endsWith("*") ? name.startsWith(glob.slice(0, -1)) : name === glob,
    ),
  );
}

/** The lines of a call under these budgets, whatever the documents say of them. */
export function linesUnder(
  world: { keys: KeyPolicy[]; budgets: Budget[] },
  planned: { key: number; model: string; customer: string | null; tags: string[] },
): DueLine[] {
  const key = world.keys[planned.key];
  if (!key) return [];
  const of = (scope: string): ScopePolicy => ({
    budgets: world.budgets.filter((budget) => `${budget.scope.kind}:${budget.scope.id}` === scope),
    wildcards: world.budgets.filter((budget) => budget.scope.id === "*"),
    blocked: false,
    labelled: [],
    modelAliases: null,
  });
  const lines = dueLines(key, { provider: "openai", ...planned }, { of, nowMs: 0 });
  return [...lines.values()];
}

/** USD per million tokens as nano-USD a token. A model without a price costs nothing that can be booked. */
const RATES: Record<string, [input: number, output: number]> = {
  "gpt-4o-mini": [150, 600],
  "gpt-4.1-nano": [100, 400],
};

export function dueCost(model: string, usage: { input: number; output: number }): number {
  const [input, output] = RATES[model] ?? [0, 0];
  return usage.input * input + usage.output * output;
}
