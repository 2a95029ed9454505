"""The log says in which capacity somebody acted and for whom, and the seal covers it.

Entries without a delegation are sealed exactly as before: what was sealed then still fits, and a capacity that is put in
or taken out afterwards breaks the seal.
"""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

SQL = r"""
CREATE FUNCTION workflow_log_hash(
    seq bigint, prev_hash text, at timestamptz, flow text, record_id bigint, record_code text, action text,
    source text, target text, actor_id bigint, role text, organisation text, comment text, data jsonb,
    capacity text, on_behalf_of_id bigint
) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT encode(sha256(convert_to((jsonb_build_array(
        seq, prev_hash, extract(epoch FROM at)::numeric::text, flow, record_id, record_code, action, source, target,
        actor_id, role, organisation, comment, data)
        || CASE WHEN capacity = '' AND on_behalf_of_id IS NULL THEN '[]'::jsonb
                ELSE jsonb_build_array(capacity, on_behalf_of_id) END)::text, 'UTF8')), 'hex')
$$;

CREATE OR REPLACE FUNCTION workflow_log_seal() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    last record;
BEGIN
    -- One writer at a time: the number and the seal of an entry depend on the entry before it.
    PERFORM pg_advisory_xact_lock(7220000);
    SELECT l.seq, l.hash INTO last FROM workflow_logentry l ORDER BY l.seq DESC LIMIT 1;
    NEW.seq := coalesce(last.seq, 0) + 1;
    NEW.prev_hash := coalesce(last.hash, '');
    NEW.hash := workflow_log_hash(NEW.seq, NEW.prev_hash, NEW.at, NEW.flow, NEW.record_id, NEW.record_code,
        NEW.action, NEW.source, NEW.target, NEW.actor_id, NEW.role, NEW.organisation, NEW.comment, NEW.data,
        NEW.capacity, NEW.on_behalf_of_id);
    RETURN NEW;
END $$;

DROP FUNCTION workflow_log_hash(bigint, text, timestamptz, text, bigint, text, text, text, text, bigint, text, text,
    text, jsonb);
"""


class Migration(migrations.Migration):
    dependencies = [
        ("workflow", "0002_log_chain"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]
    operations = [
        migrations.AddField(
            model_name="logentry",
            name="capacity",
            field=models.CharField(
                blank=True, default="", help_text="Kind of delegation; empty: holder of the post", max_length=5
            ),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="logentry",
            name="on_behalf_of",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.RunSQL(SQL),  # no way back: seals over a capacity would no longer fit
    ]
