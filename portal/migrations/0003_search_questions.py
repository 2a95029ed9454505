# ruff: noqa: S608, E501 - SQL of this file's own, best read unbroken
from django.db import migrations

from portal.search.triggers import Watch, source_sql

# Never the office that asked, and days instead of moments: neither the words nor the order may point at it.
QUESTION = """
    SELECT q.id, q.status, NULL::text[], NULL::text[], ARRAY[extract(year FROM q.created_at)::int],
        date_trunc('day', coalesce(q.answered_at, q.created_at), 'Asia/Jakarta'), NULL::text[], ARRAY[q.code], NULL::text[],
        q.text, NULL, concat_ws(' ', p.title_id, p.title_en), q.answer, NULL
    FROM forum_question q
    JOIN programs_program p ON p.id = q.program_id
    WHERE q.id = ANY(ids)
"""
QUESTION_WATCHES = (
    Watch(
        "forum_question",
        "SELECT r.id FROM {rows} r",
        ("code", "status", "text", "answer", "answered_at", "created_at", "program_id"),
    ),
    Watch(
        "programs_program",
        "SELECT q.id FROM {rows} r JOIN forum_question q ON q.program_id = r.id",
        ("title_id", "title_en"),
    ),
)


class Migration(migrations.Migration):
    dependencies = [("portal", "0002_search_threads")]

    operations = [migrations.RunSQL(*source_sql("forum.question", QUESTION, QUESTION_WATCHES))]
