-- What is done to a sealed secret has a word of its own, as before and after show nothing of it: sealed anew under another
-- KEY_SECRET it is the same one, so that its row wasn't updated; a webhook's is else a new one. All else is as in 0009.
CREATE OR REPLACE FUNCTION tollgate_audit() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  actor jsonb := nullif(current_setting('tollgate.actor', true), '')::jsonb;
  whole_before jsonb := CASE WHEN TG_OP <> 'INSERT' THEN to_jsonb(OLD) END;
  whole_after jsonb := CASE WHEN TG_OP <> 'DELETE' THEN to_jsonb(NEW) END;
  one jsonb := coalesce(whole_after, whole_before);
  secrets text[] := string_to_array(TG_ARGV[1], ',');
  organization text;
BEGIN
  IF whole_before - 'updated_at' = whole_after - 'updated_at' THEN
    RETURN NULL; -- Nothing changed.
  END IF;
  organization := CASE TG_TABLE_NAME
    WHEN 'organizations' THEN one->>'id'
    WHEN 'team_members' THEN (SELECT t.organization_id FROM teams t WHERE t.id = one->>'team_id')
    ELSE one->>'organization_id'
  END;
  INSERT INTO audit_events (at, organization_id, team_id, actor, request_id, action, resource, resource_id, before, after)
  VALUES (
    coalesce((actor->>'at')::timestamptz, now()),
    organization,
    CASE TG_TABLE_NAME WHEN 'teams' THEN one->>'id' ELSE nullif(one->>'team_id', '') END,
    coalesce(actor->>'actor', 'database'),
    actor->>'request_id',
    CASE
      WHEN TG_OP = 'INSERT' THEN 'created'
      WHEN TG_OP = 'DELETE' THEN 'deleted'
      WHEN whole_before->>'revoked_at' IS NULL AND whole_after->>'revoked_at' IS NOT NULL THEN 'revoked'
      WHEN whole_before->>'digest' <> whole_after->>'digest' THEN 'rotated'
      WHEN whole_before->'sealed' <> whole_after->'sealed' AND whole_before->'updated_at' = whole_after->'updated_at' THEN 'resealed'
      WHEN TG_TABLE_NAME = 'webhook_endpoints' AND whole_before->'sealed' <> whole_after->'sealed' THEN 'rotated'
      ELSE 'changed'
    END,
    TG_TABLE_NAME,
    (SELECT string_agg(one->>c.name, '/' ORDER BY c.place)
      FROM unnest(string_to_array(TG_ARGV[0], ',')) WITH ORDINALITY AS c(name, place) WHERE one->>c.name <> ''),
    whole_before - secrets,
    whole_after - secrets
  );
  RETURN NULL;
END;
$$;
