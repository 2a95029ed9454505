# ruff: noqa: S608, E501 - SQL of this file's own, best read unbroken
from django.db import migrations

from portal.search.triggers import Watch, source_sql

AROUND = "o.region_code = r.code OR left(o.region_code, 2) = r.code"

# Messages that were deleted say nothing any more. Of a very long conversation the newest hundred thousand characters
# are found: PostgreSQL holds no more in one vector of words. What is said about a nomination may name the person, and
# nobody finds a nomination by anything about the person.
THREAD = """
    SELECT t.id, NULL, CASE WHEN t.province <> '' THEN ARRAY[t.province] END,
        CASE WHEN t.theme_id IS NOT NULL THEN ARRAY[t.theme_id::text] END,
        ARRAY[extract(year FROM t.opened_at)::int], said.last, ARRAY[t.title], ARRAY[t.code], ARRAY[t.record_code],
        t.title, search_organisation(t.organisation_id), concat_ws(' ', g.code, g.label_id, g.label_en), said.texts, NULL
    FROM forum_thread t
    LEFT JOIN regions_theme g ON g.code = t.theme_id
    LEFT JOIN LATERAL (
        SELECT max(m.made_at) AS last,
            left(string_agg(m.text, ' ' ORDER BY m.id DESC) FILTER (
                WHERE m.deleted_at IS NULL AND m.kind = 'TEXT' AND t.flow <> 'participants.nomination'), 100000) AS texts
        FROM forum_message m WHERE m.thread_id = t.id
    ) said ON true
    WHERE t.id = ANY(ids)
"""
THREAD_WATCHES = (
    Watch(
        "forum_thread",
        "SELECT r.id FROM {rows} r",
        ("code", "title", "province", "theme_id", "organisation_id", "record_code", "opened_at"),
    ),
    Watch("forum_message", "SELECT r.thread_id FROM {rows} r", ("thread_id", "text", "deleted_at", "kind", "made_at")),
    Watch(
        "regions_theme",
        "SELECT t.id FROM {rows} r JOIN forum_thread t ON t.theme_id = r.code",
        ("label_id", "label_en"),
        key="code",
    ),
    Watch(
        "accounts_organisation",
        "SELECT t.id FROM {rows} r JOIN forum_thread t ON t.organisation_id = r.id",
        ("name_id", "name_en", "short_name", "region_code"),
    ),
    Watch(
        "regions_region",
        f"SELECT t.id FROM {{rows}} r JOIN accounts_organisation o ON {AROUND} JOIN forum_thread t ON t.organisation_id = o.id",
        ("code", "name_id", "name_en", "capital"),
        key="code",
    ),
)


class Migration(migrations.Migration):
    dependencies = [("portal", "0001_search"), ("forum", "0001_initial")]

    operations = [migrations.RunSQL(*source_sql("forum.thread", THREAD, THREAD_WATCHES))]
