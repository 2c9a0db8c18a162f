ALTER TABLE "alerts" ADD COLUMN "keep_until" timestamp with time zone;--> statement-breakpoint
CREATE INDEX "alerts_by_end" ON "alerts" USING btree ("organization_id","keep_until");--> statement-breakpoint
CREATE INDEX "webhook_deliveries_ended" ON "webhook_deliveries" USING btree ("organization_id","created_at") WHERE due_at is null;--> statement-breakpoint

-- An id as the Worker makes them: Crockford's base 32 of a UUIDv7, so that ids sort by the time they were made.
CREATE FUNCTION tollgate_id(p_prefix text, p_now bigint) RETURNS text LANGUAGE sql VOLATILE AS $$
  SELECT p_prefix || '_' || string_agg(
    substr('0123456789abcdefghjkmnpqrstvwxyz', 1 + substring(u.bits FROM 1 + 5 * i FOR 5)::bit(5)::int, 1), '' ORDER BY i)
  FROM
    (SELECT ('x' || lpad(to_hex(p_now), 12, '0') || '7' || substr(replace(gen_random_uuid()::text, '-', ''), 14))::bit(128)
      || B'00' AS bits) u,
    generate_series(0, 25) i;
$$;
--> statement-breakpoint

CREATE FUNCTION tollgate_time(p_ms bigint) RETURNS text LANGUAGE sql IMMUTABLE AS $$
  SELECT to_char(to_timestamp(p_ms / 1000.0) AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"');
$$;
--> statement-breakpoint

-- An amount as the interface shows it: of usd a decimal text with at least two places, of other units a number.
CREATE FUNCTION tollgate_shown(p_unit text, p_amount bigint) RETURNS jsonb LANGUAGE sql IMMUTABLE AS $$
  SELECT CASE WHEN p_unit <> 'usd' THEN to_jsonb(p_amount) ELSE to_jsonb(
    CASE WHEN p_amount < 0 THEN '-' ELSE '' END || abs(p_amount) / 1000000000 || '.' || rpad(p.places, greatest(length(p.places), 2), '0'))
  END
  FROM (SELECT rtrim(lpad((abs(p_amount) % 1000000000)::text, 9, '0'), '0') AS places) p;
$$;
--> statement-breakpoint

-- Raises an alert, unless one of this occasion was raised: true. It is due at once at each endpoint that asked for its
-- type. p_ends: when its occasion can't come again, in milliseconds; null: never. On the way some of what is old goes:
-- alerts 90 days after that, deliveries 30 days after they began. An endpoint to which nothing gets through for so long
-- that 1,000 wait gets no more until some are given up.
CREATE FUNCTION tollgate_raise_alert(
  p_org text, p_occasion text, p_type text, p_data jsonb, p_now bigint, p_ends bigint
) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
  moment timestamptz := to_timestamp(p_now / 1000.0);
BEGIN
  INSERT INTO alerts (organization_id, occasion, id, type, data, at, keep_until)
    VALUES (p_org, p_occasion, tollgate_id('evt', p_now), p_type, p_data, moment,
      CASE WHEN p_ends IS NOT NULL THEN to_timestamp(greatest(p_ends, p_now) / 1000.0) + interval '90 days' END)
    ON CONFLICT (organization_id, occasion) DO NOTHING;
  IF NOT FOUND THEN
    RETURN false;
  END IF;
  INSERT INTO webhook_deliveries (id, organization_id, endpoint_id, type, payload, due_at, created_at, updated_at)
    SELECT tollgate_id('dlv', p_now), p_org, e.id, p_type,
      jsonb_build_object('type', p_type, 'timestamp', tollgate_time(p_now), 'data', p_data), moment, moment, moment
    FROM webhook_endpoints e
    WHERE e.organization_id = p_org AND e.enabled AND e.events ? p_type AND 1000 > (SELECT count(*) FROM (
      SELECT 1 FROM webhook_deliveries d
      WHERE d.organization_id = p_org AND d.due_at IS NOT NULL AND d.endpoint_id = e.id LIMIT 1000) waiting);
  DELETE FROM alerts a USING (
    SELECT o.occasion FROM alerts o WHERE o.organization_id = p_org AND o.keep_until < moment
    ORDER BY o.keep_until LIMIT 20 FOR UPDATE SKIP LOCKED) old
    WHERE a.organization_id = p_org AND a.occasion = old.occasion;
  DELETE FROM webhook_deliveries d USING (
    SELECT o.id FROM webhook_deliveries o
    WHERE o.organization_id = p_org AND o.due_at IS NULL AND o.created_at < moment - interval '30 days'
    ORDER BY o.created_at LIMIT 20 FOR UPDATE SKIP LOCKED) old
    WHERE d.id = old.id;
  RETURN true;
END;
$$;
--> statement-breakpoint

-- Raises what a booking leads to: budgets whose count has reached a share of their limit, and holds that lapsed. It looks at
-- where the totals stand, not at what moved them: what one look missed the next one finds. A limit that was changed, or
-- adjusted for a while, is an occasion of its own.
CREATE FUNCTION tollgate_detect(p_org text, p_entries jsonb, p_now bigint) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  reached record;
BEGIN
  FOR reached IN
    SELECT b.id, b.name, b.scope_kind, b.unit, b.enforcement, touched.period_start, t.spent, e.effective, s.share, o.occasion,
      coalesce(touched.instance, b.scope_id) AS scope_id,
      -- No period ends later than this; calendars have days of up to 25 hours, months of up to 31 days.
      CASE b.period->>'kind'
        WHEN 'total' THEN NULL
        WHEN 'duration' THEN touched.period_start + (b.period->>'seconds')::bigint * 1000
        ELSE touched.period_start + coalesce((b.period->>'every')::bigint, 1) * 86400000 * CASE b.period->>'kind'
          WHEN 'day' THEN 2 WHEN 'week' THEN 8 WHEN 'month' THEN 32 WHEN 'quarter' THEN 93 ELSE 367 END
      END AS ends
    FROM (
      SELECT DISTINCT line->>'counter' AS counter, line->>'id' AS id, line->>'instance' AS instance,
        (line->>'period_start')::bigint AS period_start
      FROM jsonb_array_elements(p_entries) entry, jsonb_array_elements(entry->'lines') line
    ) touched
    -- A count that a change of period ended is compared with no limit.
    JOIN budgets b ON b.id = touched.id AND b.organization_id = p_org AND b.unit <> 'concurrent'
      AND split_part(touched.counter, ':', 1) = b.id || CASE WHEN b.generation = 1 THEN '' ELSE '~' || b.generation END
    JOIN budget_totals t ON t.organization_id = p_org AND t.counter = touched.counter AND t.period_start = touched.period_start
    -- As the gate has it: effectiveLimit.
    CROSS JOIN LATERAL (
      SELECT least(greatest(b.limit_amount + coalesce(sum(a.amount), 0), 0), 9007199000000000)::bigint AS effective
      FROM adjustments a
      WHERE a.budget_id = b.id AND (a.until IS NULL OR a.until > to_timestamp(p_now / 1000.0))
    ) e
    CROSS JOIN LATERAL (SELECT value::numeric AS share FROM jsonb_array_elements_text(b.alert_at) UNION SELECT 1) s
    CROSS JOIN LATERAL (
      SELECT CASE WHEN s.share = 1 THEN 'exhausted:' ELSE 'threshold:' || trim_scale(s.share) || ':' END
        || touched.counter || ':' || touched.period_start || ':' || e.effective AS occasion
    ) o
    -- There are no shares of nothing: a limit of 0 is only exhausted.
    WHERE t.spent > 0 AND t.spent >= e.effective * s.share AND (e.effective > 0 OR s.share = 1)
      AND NOT EXISTS (SELECT 1 FROM alerts a WHERE a.organization_id = p_org AND a.occasion = o.occasion)
    ORDER BY o.occasion
  LOOP
    PERFORM tollgate_raise_alert(
      p_org,
      reached.occasion,
      CASE WHEN reached.share = 1 THEN 'budget.exhausted' ELSE 'budget.threshold' END,
      jsonb_strip_nulls(jsonb_build_object(
        'budget', reached.id,
        'name', reached.name,
        'organization_id', p_org,
        'scope', jsonb_build_object('kind', reached.scope_kind, 'id', reached.scope_id),
        'unit', reached.unit,
        'enforcement', reached.enforcement,
        'threshold', CASE WHEN reached.share < 1 THEN reached.share END,
        'spent', tollgate_shown(reached.unit, reached.spent),
        'limit', tollgate_shown(reached.unit, reached.effective),
        'period_start', tollgate_time(reached.period_start))),
      p_now,
      reached.ends);
  END LOOP;

  PERFORM tollgate_raise_alert(
    p_org,
    'lapse:' || l.hold_id,
    'hold.lapsed',
    jsonb_strip_nulls(jsonb_build_object(
      'hold_id', l.hold_id,
      'request_id', l.request_id,
      'key_id', l.key_id,
      'team_id', l.team_id,
      'user_id', l.user_id,
      'customer', l.customer,
      'organization_id', p_org,
      'amount', tollgate_shown('usd', l.amount),
      'budgets', (SELECT jsonb_agg(DISTINCT b->>'id') FROM jsonb_array_elements(l.budgets) b))),
    p_now,
    p_now)
  FROM jsonb_array_elements(p_entries) entry
  JOIN ledger_entries l ON l.organization_id = p_org AND l.id = entry->>'id' AND l.kind = 'lapsed'
  WHERE entry->>'kind' = 'l';
END;
$$;
--> statement-breakpoint

-- Books as the function above does, and raises what that leads to, in one step: an alert is told of if and only if what it tells is
-- booked. Whatever fails in the raising, the booking stands. alerts_due_at: when the organization's next delivery is due, in
-- milliseconds; null: none waits.
CREATE FUNCTION tollgate_book(
  p_org text, p_epoch bigint, p_tag text, p_out bigint, p_length bigint, p_entries jsonb, p_now bigint
) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
  booked jsonb := tollgate_book(p_org, p_epoch, p_tag, p_out, p_length, p_entries);
  due timestamptz;
  fault text;
BEGIN
  IF booked->>'result' = 'fenced' THEN
    RETURN booked;
  END IF;
  BEGIN
    PERFORM tollgate_detect(p_org, p_entries, p_now);
  EXCEPTION WHEN OTHERS THEN
    fault := SQLSTATE; -- The message may quote what a row has.
  END;
  SELECT min(d.due_at) INTO due FROM webhook_deliveries d WHERE d.organization_id = p_org AND d.due_at IS NOT NULL;
  RETURN booked || jsonb_build_object(
    'alerts_due_at', trunc(extract(epoch FROM due) * 1000), 'alerts_fault', fault);
END;
$$;
