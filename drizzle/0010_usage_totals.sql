-- What reports count of one entry: the UTC day of its own time, whose usage it is, as a digest, and its counts; nothing
-- of a reset, which belongs to no call. A call is one request, whatever corrects it later. A cost so great that a day's sum
-- overflows is refused long before it is booked (law 13), but a count of tokens is what a provider reports: no single
-- one may stop an organization's books, so each is cut to what a thousand thousand of them can be summed with.
CREATE FUNCTION tollgate_usage_of(e ledger_entries)
RETURNS TABLE (day date, digest text, requests bigint, input_tokens bigint, output_tokens bigint) LANGUAGE sql STABLE AS $$
  SELECT
    (e.at AT TIME ZONE 'UTC')::date,
    -- As JSON, since the parts may have any character in them.
    md5(jsonb_build_array(e.provider, e.model, e.key_id, e.team_id, e.user_id, e.customer, e.tags)::text),
    CASE WHEN e.kind IN ('settled', 'lapsed') THEN 1::bigint ELSE 0 END,
    CASE WHEN jsonb_typeof(e.usage->'input_total') = 'number'
      THEN least(greatest(trunc((e.usage->>'input_total')::numeric), 0), 1e12)::bigint ELSE 0 END,
    CASE WHEN jsonb_typeof(e.usage->'output_total') = 'number'
      THEN least(greatest(trunc((e.usage->>'output_total')::numeric), 0), 1e12)::bigint ELSE 0 END
  WHERE e.kind <> 'reset';
$$;
--> statement-breakpoint

-- Whoever inserts an entry, and in whatever transaction: the totals are equal to the ledger (law 1). Rows of one
-- organization are only written under the lock of its books, so this waits for nobody.
CREATE FUNCTION tollgate_count_usage() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO usage_totals AS t (
    organization_id, day, digest, provider, model, key_id, team_id, user_id, customer, tags,
    requests, input_tokens, output_tokens, cost)
  SELECT NEW.organization_id, u.day, u.digest, NEW.provider, NEW.model, NEW.key_id, NEW.team_id, NEW.user_id, NEW.customer, NEW.tags,
    u.requests, u.input_tokens, u.output_tokens, NEW.amount
  FROM tollgate_usage_of(NEW) u
  ON CONFLICT (organization_id, day, digest) DO UPDATE SET
    requests = t.requests + excluded.requests,
    input_tokens = t.input_tokens + excluded.input_tokens,
    output_tokens = t.output_tokens + excluded.output_tokens,
    cost = t.cost + excluded.cost;
  RETURN NULL;
END;
$$;
--> statement-breakpoint

-- The trigger's lock keeps others from booking until both are done, so that each entry is counted once, here or there.
DO $$
BEGIN
  CREATE TRIGGER ledger_usage AFTER INSERT ON ledger_entries FOR EACH ROW EXECUTE FUNCTION tollgate_count_usage();
  INSERT INTO usage_totals
  SELECT e.organization_id, u.day, u.digest, e.provider, e.model, e.key_id, e.team_id, e.user_id, e.customer, e.tags,
    sum(u.requests), sum(u.input_tokens), sum(u.output_tokens), sum(e.amount)
  FROM ledger_entries e, tollgate_usage_of(e) u
  GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9, 10;
END;
$$;
