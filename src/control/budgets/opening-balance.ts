import { type SQL, and, eq, gte, isNull, ne, or, sql, sum } from "drizzle-orm";
import { type Unit, counterName, windowOf } from "../../domain/charged-budgets.ts";
import type { ScopeKind } from "../../domain/scope.ts";
import { type BudgetRow, budgetFromRow } from "../../ledger/rows.ts";
import { ledgerEntries } from "../../ledger/books-schema.ts";
import type { Services } from "../../services.ts";

/**
 * Lets a new budget with `count_from: "period_start"` start at what the ledger has for its scope since its period began.
 * Returns that amount. It is booked before the budget is stored, so that no budget is ever without it; a count that no
 * budget came to is in nobody's way. Throws StoreUnavailable.
 */
export async function openBalance(services: Services, row: BudgetRow): Promise<number> {
  if (row.countFrom !== "period_start") return 0;
  const { organizationId } = row;
  const budget = budgetFromRow(row);
  const periodStartMs = windowOf(budget, services.now()).startMs;
  await services.bringLedgerUpToDate(organizationId);
  const amount = await spentSince(services, row, periodStartMs);
  if (amount > 0) {
    const counter = counterName(budget);
    await services.openBalance(organizationId, { counter, periodStartMs, amount });
  }
  return amount;
}

async function spentSince(
  { database }: Pick<Services, "database">,
  row: BudgetRow,
  periodStartMs: number,
): Promise<number> {
  const since = new Date(periodStartMs);
  const holds = database
    .select({ amount: ofHold(row.unit).as("amount") })
    .from(ledgerEntries)
    .where(
      and(
        eq(ledgerEntries.organizationId, row.organizationId),
        ne(ledgerEntries.kind, "reset"),
        // A call counts in the period in which it began (law 6). No entry is older than its call: the index is on `at`.
        gte(ledgerEntries.startedAt, since),
        gte(ledgerEntries.at, since),
        onScope(row),
        row.models === null ? undefined : or(...row.models.map(ofModel)),
      ),
    )
    .groupBy(ledgerEntries.holdId)
    .as("holds");
  const [total] = await database.select({ amount: sum(holds.amount).mapWith(Number) }).from(holds);
  return Math.max(0, total?.amount ?? 0);
}

/** What the entries of one hold come to, in a unit. */
function ofHold(unit: Unit): SQL<number> {
  const { id, amount, usage, holdId, kind } = ledgerEntries;
  const tokens = (name: "input_total" | "output_total") => sql`coalesce((${usage}->>${name})::bigint, 0)`;
  const sums: Record<Unit, SQL<number>> = {
    usd: sql`sum(${amount})`,
    tokens: sql`sum(${tokens("input_total")} + ${tokens("output_total")})`,
    // One that was voided was none, unless it was settled after all.
    requests: sql`case when bool_or(${kind} = 'void') and not bool_or(${id} = ${holdId} || '.s') then 0 else 1 end`,
    concurrent: sql`0`, // What is over takes no slot.
  };
  return sums[unit];
}

function onScope({ scopeKind, scopeId, includeTeamSpend }: BudgetRow): SQL | undefined {
  const { teamId, userId, keyId, customer, tags } = ledgerEntries;
  const conditions: Record<ScopeKind, SQL | undefined> = {
    organization: undefined,
    team: eq(teamId, scopeId),
    member: sql`${teamId} || '/' || ${userId} = ${scopeId}`,
    // A team key's spend never reaches its user's personal budgets (law 8).
    user: and(eq(userId, scopeId), includeTeamSpend ? undefined : isNull(teamId)),
    key: eq(keyId, scopeId),
    customer: eq(customer, scopeId),
    tag: sql`${tags} @> ${JSON.stringify([scopeId])}::jsonb`,
  };
  return conditions[scopeKind];
}

/**
 * As the gate matches: on `provider/model` or the model alone, of the model that was asked for. The ledger has that as the
 * client wrote it; where the answer's model doesn't begin with it, it was an alias, and the answer's model stands for it.
 */
function ofModel(pattern: string): SQL {
  const { provider, model, modelRequested } = ledgerEntries;
  const prefix = sql`${provider} || '/'`;
  const asked = sql`case when starts_with(${modelRequested}, ${prefix}) then substr(${modelRequested}, length(${prefix}) + 1) else ${modelRequested} end`;
  const target = sql`case when starts_with(${model}, ${asked}) then ${asked} else ${model} end`;
  const like = likeOf(pattern);
  return sql`(${target} like ${like} or ${prefix} || ${target} like ${like})`;
}

/** A glob has `*` only, which is LIKE's `%`. */
function likeOf(pattern: string): string {
  return pattern.replaceAll(/[\\%_]/g, "\\$&").replaceAll("*", "%");
}
