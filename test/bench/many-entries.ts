// A ledger of many calls, made in Postgres itself.

export const ORGANIZATION = "org_default";
export const DAYS = 90;
/** The day after the last one. */
export const END_MS = Date.UTC(2026, 5, 1);
/**
 * Who calls what: one customer's use of one key, model and set of tags. Those of low numbers call more often, and each day
 * about half of all.
 */
const CLIENTS = 5_000;
const CUSTOMERS = 2_000;
const DAY_MS = 86_400_000;

/**
 * Entries `from` to `to` of `all`: of 40 keys in 8 teams and of 25 users, 10 models of 3 providers, 13 tags, in the order of
 * their time. Of a thousand 985 are settled, 10 lapsed, 4 voided, 1 reset.
 */
export const INSERT = `
insert into ledger_entries (id, organization_id, hold_id, request_id, kind, amount, budgets, key_id, team_id, user_id, customer, tags,
  provider, model_requested, model, endpoint, stream, usage, outcome, status, hold, started_at, first_byte_ms, duration_ms, at, sequence_epoch, sequence_n)
select 'hold_' || n || '.s', '${ORGANIZATION}', 'hold_' || n, 'req_' || n,
  case when r < 0.001 then 'reset' when r < 0.005 then 'void' when r < 0.015 then 'lapsed' else 'settled' end,
  case when r < 0.001 then 0 when r < 0.005 then -amount else amount end,
  jsonb_build_array(jsonb_build_object('id', 'bud_' || key, 'counter', 'bud_' || key, 'period_start', 0, 'amount', amount)),
  case when r < 0.001 then '' else 'key_' || key end,
  case when key % 5 > 0 then 'team_' || key % 8 end, case when key % 3 > 0 then 'user_' || key % 25 end,
  case when client % 4 > 0 then 'customer_' || client % ${CUSTOMERS} end,
  case client % 3 when 0 then '[]' when 1 then jsonb_build_array('tag_' || client % 12)
    else jsonb_build_array('env_prod', 'tag_' || client % 12) end,
  (array['openai', 'anthropic', 'google'])[1 + model % 3], 'model_' || model, 'model_' || model,
  'chat', client % 2 = 0, jsonb_build_object('input_total', amount / 10000, 'output_total', amount / 50000),
  'completed', 200, amount * 2, at, 100, 900, at, 1, n
from (
  select n, client, random() as r, (1000 + floor(random() * 30000000))::bigint as amount,
    floor(40 * power((client * 7919 % ${CLIENTS}) / ${CLIENTS}.0, 1.5))::int as key,
    floor(10 * power((client * 3571 % ${CLIENTS}) / ${CLIENTS}.0, 2))::int as model,
    to_timestamp((${END_MS - DAYS * DAY_MS} + n * (${DAYS * DAY_MS} / $3::bigint)) / 1000.0) as at
  from (select n, floor(${CLIENTS} * power(random(), 2))::int as client from generate_series($1::bigint, $2::bigint) n) who
) x`;

/** A trigger for each of many rows takes minutes; the totals are made of all at once, as the migration does that brought them. */
export const WITHOUT_TRIGGER = "alter table ledger_entries disable trigger ledger_usage";
export const TOTALS = `
insert into usage_totals
select e.organization_id, u.day, u.digest, e.provider, e.model, e.key_id, e.team_id, e.user_id, e.customer, e.tags,
  sum(u.requests), sum(u.input_tokens), sum(u.output_tokens), sum(e.amount)
from ledger_entries e, tollgate_usage_of(e) u
group by 1, 2, 3, 4, 5, 6, 7, 8, 9, 10`;
export const WITH_TRIGGER = "alter table ledger_entries enable trigger ledger_usage";
