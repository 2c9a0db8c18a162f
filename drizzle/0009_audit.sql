-- Who changed what: one event for each row that a change touches, in the change's own transaction, so that none is
-- missing and none tells of what didn't happen. The REST interface says who it is in the setting `tollgate.actor`
-- ({actor, request_id, at}), until the transaction's end; a change from elsewhere is the `database`'s.

-- TG_ARGV[0]: the columns that make the id, by commas. TG_ARGV[1]: secrets, by commas, that are left out.
CREATE FUNCTION tollgate_audit() RETURNS trigger LANGUAGE plpgsql AS $$
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
--> statement-breakpoint
CREATE TRIGGER audit AFTER INSERT OR UPDATE OR DELETE ON organizations
  FOR EACH ROW EXECUTE FUNCTION tollgate_audit('id', '');
--> statement-breakpoint
CREATE TRIGGER audit AFTER INSERT OR UPDATE OR DELETE ON teams
  FOR EACH ROW EXECUTE FUNCTION tollgate_audit('id', '');
--> statement-breakpoint
CREATE TRIGGER audit AFTER INSERT OR UPDATE OR DELETE ON users
  FOR EACH ROW EXECUTE FUNCTION tollgate_audit('id', '');
--> statement-breakpoint
CREATE TRIGGER audit AFTER INSERT OR UPDATE OR DELETE ON team_members
  FOR EACH ROW EXECUTE FUNCTION tollgate_audit('team_id,user_id', '');
--> statement-breakpoint
CREATE TRIGGER audit AFTER INSERT OR UPDATE OR DELETE ON customers
  FOR EACH ROW EXECUTE FUNCTION tollgate_audit('id', '');
--> statement-breakpoint
CREATE TRIGGER audit AFTER INSERT OR UPDATE OR DELETE ON keys
  FOR EACH ROW EXECUTE FUNCTION tollgate_audit('id', 'digest,previous_digest');
--> statement-breakpoint
CREATE TRIGGER audit AFTER INSERT OR UPDATE OR DELETE ON budgets
  FOR EACH ROW EXECUTE FUNCTION tollgate_audit('id', '');
--> statement-breakpoint
CREATE TRIGGER audit AFTER INSERT OR UPDATE OR DELETE ON adjustments
  FOR EACH ROW EXECUTE FUNCTION tollgate_audit('id', '');
--> statement-breakpoint
CREATE TRIGGER audit AFTER INSERT OR UPDATE OR DELETE ON price_overrides
  FOR EACH ROW EXECUTE FUNCTION tollgate_audit('provider,model', '');
--> statement-breakpoint
CREATE TRIGGER audit AFTER INSERT OR UPDATE OR DELETE ON provider_credentials
  FOR EACH ROW EXECUTE FUNCTION tollgate_audit('team_id,name', 'sealed');
--> statement-breakpoint
CREATE TRIGGER audit AFTER INSERT OR UPDATE OR DELETE ON webhook_endpoints
  FOR EACH ROW EXECUTE FUNCTION tollgate_audit('id', 'sealed');
--> statement-breakpoint
CREATE TRIGGER audit AFTER INSERT OR UPDATE OR DELETE ON management_tokens
  FOR EACH ROW EXECUTE FUNCTION tollgate_audit('id', 'digest');
