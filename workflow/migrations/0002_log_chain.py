"""The log's promises, kept by the database: entries are numbered and sealed on insert, and never change."""

from django.db import migrations

SQL = r"""
CREATE FUNCTION workflow_log_hash(
    seq bigint, prev_hash text, at timestamptz, flow text, record_id bigint, record_code text, action text,
    source text, target text, actor_id bigint, role text, organisation text, comment text, data jsonb
) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT encode(sha256(convert_to(jsonb_build_array(
        seq, prev_hash, extract(epoch FROM at)::numeric::text, flow, record_id, record_code, action, source, target,
        actor_id, role, organisation, comment, data)::text, 'UTF8')), 'hex')
$$;

CREATE FUNCTION workflow_log_seal() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    last record;
BEGIN
    -- One writer at a time: the number and the seal of an entry depend on the entry before it.
    PERFORM pg_advisory_xact_lock(7220000);
    SELECT l.seq, l.hash INTO last FROM workflow_logentry l ORDER BY l.seq DESC LIMIT 1;
    NEW.seq := coalesce(last.seq, 0) + 1;
    NEW.prev_hash := coalesce(last.hash, '');
    NEW.hash := workflow_log_hash(NEW.seq, NEW.prev_hash, NEW.at, NEW.flow, NEW.record_id, NEW.record_code,
        NEW.action, NEW.source, NEW.target, NEW.actor_id, NEW.role, NEW.organisation, NEW.comment, NEW.data);
    RETURN NEW;
END $$;

CREATE TRIGGER workflow_log_seal BEFORE INSERT ON workflow_logentry
    FOR EACH ROW EXECUTE FUNCTION workflow_log_seal();

CREATE FUNCTION workflow_log_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the log is write-once: % is refused', TG_OP USING ERRCODE = 'insufficient_privilege';
END $$;

CREATE TRIGGER workflow_log_refuse_row BEFORE UPDATE OR DELETE ON workflow_logentry
    FOR EACH ROW EXECUTE FUNCTION workflow_log_refuse();
CREATE TRIGGER workflow_log_refuse_truncate BEFORE TRUNCATE ON workflow_logentry
    FOR EACH STATEMENT EXECUTE FUNCTION workflow_log_refuse();
"""

UNDO = """
DROP TRIGGER workflow_log_seal ON workflow_logentry;
DROP TRIGGER workflow_log_refuse_row ON workflow_logentry;
DROP TRIGGER workflow_log_refuse_truncate ON workflow_logentry;
DROP FUNCTION workflow_log_seal();
DROP FUNCTION workflow_log_refuse();
DROP FUNCTION workflow_log_hash(bigint, text, timestamptz, text, bigint, text, text, text, text, bigint, text, text,
    text, jsonb);
"""


class Migration(migrations.Migration):
    dependencies = [("workflow", "0001_initial")]
    operations = [migrations.RunSQL(SQL, UNDO)]
