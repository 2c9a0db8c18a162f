ALTER TABLE "organization_books" ADD COLUMN "entry_count" bigint DEFAULT 0 NOT NULL;
--> statement-breakpoint

-- Where the ledger stands goes with the totals, and back to Redis with each trim: a count that is greater than a
-- snapshot's proves that something was booked since. It counts from here on, whatever the ledger has already: only its
-- growth is ever compared.

-- The totals a rebuild starts from. p_counters: [[counter, period start], …]; the answer's period is the later of
-- that and the latest one booked. {watermark_epoch, watermark_n, watermark_tag, entry_count, totals: [{counter, period_start, spent}]}.
CREATE OR REPLACE FUNCTION tollgate_snapshot(p_org text, p_epoch bigint, p_counters jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
  books organization_books;
BEGIN
  books := tollgate_fence(p_org, p_epoch);
  RETURN jsonb_build_object(
    'watermark_epoch', books.watermark_epoch,
    'watermark_n', books.watermark_n,
    'watermark_tag', books.watermark_tag,
    'entry_count', books.entry_count,
    'totals', (
      SELECT jsonb_agg(jsonb_build_object(
        'counter', w.counter,
        'period_start', w.period_start,
        'spent', coalesce((
          SELECT t.spent FROM budget_totals t
          WHERE t.organization_id = p_org AND t.counter = w.counter AND t.period_start = w.period_start
        ), 0)
      ) ORDER BY w.ordinal)
      FROM (
        SELECT c.ordinal, c.value->>0 AS counter, greatest((c.value->>1)::bigint, (
          SELECT max(t.period_start) FROM budget_totals t
          WHERE t.organization_id = p_org AND t.counter = c.value->>0
        )) AS period_start
        FROM jsonb_array_elements(p_counters) WITH ORDINALITY AS c(value, ordinal)
      ) w
    )
  );
END;
$$;
--> statement-breakpoint

-- Books what a drain read of the outbox. p_epoch, p_tag, p_out: of the meta value, as read with the entries;
-- p_length: how many entries the outbox had. An entry: {id, tag, e, n, hold, kind: "s"|"l"|"v"|"z", to, delta, at (ms),
-- lines: [{counter, id, instance?, period_start, to, delta}], facts: {columns of ledger_entries}}.
-- Answers {result: "ok" | "fenced" | "suspect" | "broken", watermark: {e, n, tag} as before, entry_count as after, stranded}.
CREATE FUNCTION tollgate_book(
  p_org text, p_epoch bigint, p_tag text, p_out bigint, p_length bigint, p_entries jsonb
) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
  books organization_books;
  entry jsonb;
  line jsonb;
  lines jsonb;
  seq_e bigint;
  seq_n bigint;
  booked bigint;
  has_any boolean;
  has_settle boolean;
  line_period bigint;
  line_booked bigint;
  delta bigint;
  inserted bigint := 0;
  suspect boolean;
  broken boolean := p_out <> p_length;
BEGIN
  INSERT INTO organization_books (organization_id) VALUES (p_org) ON CONFLICT DO NOTHING;
  SELECT * INTO books FROM organization_books b WHERE b.organization_id = p_org FOR UPDATE;
  IF p_epoch < books.fence THEN
    RETURN jsonb_build_object('result', 'fenced');
  END IF;

  -- Redis fell back if it knows nothing of the last entry that was booked. A tag holds its sequence, so where Redis gave
  -- out fewer than that it can't know the tag.
  suspect := p_epoch < books.watermark_epoch
    OR (p_epoch = books.watermark_epoch AND p_tag <> books.watermark_tag AND NOT EXISTS (
      SELECT 1 FROM jsonb_array_elements(p_entries) x WHERE x->>'tag' = books.watermark_tag));

  FOR entry IN SELECT value FROM jsonb_array_elements(p_entries) LOOP
    CONTINUE WHEN EXISTS (
      SELECT 1 FROM ledger_entries l WHERE l.organization_id = p_org AND l.id = entry->>'id');
    seq_e := (entry->>'e')::bigint;
    seq_n := (entry->>'n')::bigint;
    SELECT count(*) > 0, coalesce(bool_or(l.id = l.hold_id || '.s'), false), coalesce(sum(l.amount), 0)
      INTO has_any, has_settle, booked
      FROM ledger_entries l WHERE l.organization_id = p_org AND l.hold_id = entry->>'hold';

    -- At or below the watermark and not in the ledger: two histories with one numbering.
    IF seq_e = p_epoch AND (seq_e, seq_n) <= (books.watermark_epoch, books.watermark_n) THEN
      broken := true;
    END IF;
    -- What was settled can't lapse or be voided.
    IF entry->>'kind' <> 's' AND has_settle THEN
      broken := broken OR seq_e = p_epoch;
      CONTINUE;
    END IF;

    delta := (entry->>'to')::bigint - booked;
    broken := broken OR (seq_e = p_epoch AND delta <> (entry->>'delta')::bigint);
    lines := '[]'::jsonb;
    FOR line IN SELECT value FROM jsonb_array_elements(entry->'lines') LOOP
      line_period := (line->>'period_start')::bigint;
      line_booked := 0;
      IF has_any THEN -- a correction counts where what it corrects was counted
        SELECT coalesce(max((b->>'period_start')::bigint), line_period), coalesce(sum((b->>'amount')::bigint), 0)
          INTO line_period, line_booked
          FROM ledger_entries l, jsonb_array_elements(l.budgets) b
          WHERE l.organization_id = p_org AND l.hold_id = entry->>'hold' AND b->>'counter' = line->>'counter';
      END IF;
      broken := broken OR (seq_e = p_epoch AND (
        line_period <> (line->>'period_start')::bigint
        OR (line->>'to')::bigint - line_booked <> (line->>'delta')::bigint));
      lines := lines || jsonb_build_array((line - 'to' - 'delta') || jsonb_build_object(
        'period_start', line_period, 'amount', (line->>'to')::bigint - line_booked));
      INSERT INTO budget_totals (organization_id, counter, period_start, spent)
        VALUES (p_org, line->>'counter', line_period, (line->>'to')::bigint - line_booked)
        ON CONFLICT (organization_id, counter, period_start)
        DO UPDATE SET spent = budget_totals.spent + excluded.spent;
    END LOOP;

    inserted := inserted + 1;
    -- A record takes no column defaults.
    INSERT INTO ledger_entries SELECT * FROM jsonb_populate_record(NULL::ledger_entries,
      '{"tags": [], "estimated": false, "overrun": 0, "shadow_refusals": []}' || (entry->'facts') || jsonb_build_object(
        'id', entry->>'id', 'organization_id', p_org, 'hold_id', entry->>'hold',
        'kind', CASE entry->>'kind' WHEN 'l' THEN 'lapsed' WHEN 'v' THEN 'void' WHEN 'z' THEN 'reset'
          ELSE CASE WHEN has_any THEN 'correction' ELSE 'settled' END END,
        'amount', delta, 'budgets', lines, 'sequence_epoch', seq_e, 'sequence_n', seq_n,
        'at', to_timestamp((entry->>'at')::bigint / 1000.0), 'booked_at', now()));
  END LOOP;

  entry := p_entries->-1;
  UPDATE organization_books b SET
    watermark_epoch = CASE WHEN later THEN (entry->>'e')::bigint ELSE b.watermark_epoch END,
    watermark_n = CASE WHEN later THEN (entry->>'n')::bigint ELSE b.watermark_n END,
    watermark_tag = CASE WHEN later THEN entry->>'tag' ELSE b.watermark_tag END,
    entry_count = b.entry_count + inserted,
    fence = CASE WHEN broken THEN greatest(b.fence, p_epoch + 1) ELSE b.fence END
  FROM (SELECT coalesce(
    ((entry->>'e')::bigint, (entry->>'n')::bigint) > (books.watermark_epoch, books.watermark_n), false) AS later) x
  WHERE b.organization_id = p_org;

  RETURN jsonb_build_object(
    'result', CASE WHEN broken THEN 'broken' WHEN suspect THEN 'suspect' ELSE 'ok' END,
    'watermark', jsonb_build_object('e', books.watermark_epoch, 'n', books.watermark_n, 'tag', books.watermark_tag),
    'entry_count', books.entry_count + inserted,
    'stranded', EXISTS (
      SELECT 1 FROM stranded_settles s WHERE s.organization_id = p_org AND s.done_at IS NULL));
END;
$$;
--> statement-breakpoint

-- As Workers of the version before call it, while they run beside those of this one.
CREATE OR REPLACE FUNCTION tollgate_book(
  p_org text, p_epoch bigint, p_n bigint, p_tag text, p_out bigint, p_length bigint, p_entries jsonb
) RETURNS jsonb LANGUAGE sql AS $$
  SELECT tollgate_book(p_org, p_epoch, p_tag, p_out, p_length, p_entries);
$$;
