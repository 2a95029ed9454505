"""One INSERT … SELECT per table: the rows of the scenario, once for each copy of the record they belong to."""

# ruff: noqa: S608 - SQL built from the names of our own tables and columns; nothing typed by anyone is in it

from __future__ import annotations

import io
from dataclasses import astuple, fields

from django.db import connection
from django.db.models import DateField, DateTimeField

from portal.seeding.plan import LAST_ACT, STEP, Copy, Plan
from portal.seeding.tables import FLOWS, NUMBERED, ROOTS, Copied, copied
from workflow.models import Counter

FAR = f"{STEP}::bigint"

COPIES = """
CREATE TEMP TABLE seed_copy (
    kind text, old bigint, n int, place int, code text, shift interval, status text, office bigint, province text,
    year int, head bigint, operator bigint, about bigint, about_code text
) ON COMMIT DROP;
CREATE TEMP TABLE seed_root (
    tab text, id bigint, kind text, old bigint, times int, PRIMARY KEY (tab, kind, id)
) ON COMMIT DROP;
CREATE TEMP TABLE seed_vocabulary (name text PRIMARY KEY, codes text[]) ON COMMIT DROP;
INSERT INTO seed_vocabulary
    SELECT 'post', array_agg(code ORDER BY code) FROM regions_functionalpost UNION ALL
    SELECT 'theme', array_agg(code ORDER BY code) FROM regions_theme;
"""


def write(plan: Plan) -> dict[str, int]:
    """Write every copy of the plan; rows per table. Inside a transaction."""
    tables = copied()
    names = list(dict.fromkeys(table.table for table in tables))
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for name in names:  # the search understands all of it at once afterwards; the log keeps its trigger
            cursor.execute(f'ALTER TABLE "{name}" DISABLE TRIGGER USER')
        cursor.execute(COPIES)
        _send(cursor, plan)
        for table in tables:
            _remember_roots(cursor, table, plan)
        cursor.execute("CREATE INDEX ON seed_copy (kind, old, n); ANALYZE seed_copy; ANALYZE seed_root")
        rows: dict[str, int] = {}
        for table in tables:
            cursor.execute(_statement(table))
            rows[table.table] = rows.get(table.table, 0) + cursor.rowcount
        rows["workflow_logentry"] = _log(cursor)
        for name in names:
            cursor.execute(f'ALTER TABLE "{name}" ENABLE TRIGGER USER')
        for model in {table.model for table in tables}:
            if model._meta.pk.column == "id":  # whose next row is numbered on from the copies
                name = model._meta.db_table
                cursor.execute(
                    f"SELECT setval(pg_get_serial_sequence(%s, 'id'), (SELECT max(id) FROM \"{name}\"))", [name]
                )
    _count_on(plan)
    return rows


def _send(cursor, plan: Plan) -> None:
    """The plan as a table."""
    lines = io.StringIO()
    for copy in plan.copies:
        values = ("\\N" if value in (None, "") else str(value) for value in astuple(copy))
        lines.write("\t".join(values) + "\n")
    lines.seek(0)
    columns = ", ".join(field.name for field in fields(Copy))
    cursor.copy_expert(f"COPY seed_copy ({columns}) FROM STDIN", lines)


def _joins(table: Copied) -> tuple[str, str]:
    """(JOINs from `t` up to the record it belongs to, the expression of that record's id)."""
    if table.roots:
        return f"JOIN ({table.roots}) AS up(row_id, root_id) ON up.row_id = t.{_key(table.model)}", "up.root_id"
    joins, model, alias = [], table.model, "t"
    path = [name for name in table.path.split(".") if name]
    for number, name in enumerate(path):
        field = model._meta.get_field(name)
        if number == len(path) - 1:
            return " ".join(joins), f"{alias}.{field.column}"
        model, above = field.related_model, f"u{number}"
        joins.append(f'JOIN "{model._meta.db_table}" {above} ON {above}.{_key(model)} = {alias}.{field.column}')
        alias = above
    return "", f"t.{_key(table.model)}"


def _key(model) -> str:
    return model._meta.pk.column


def _remember_roots(cursor, table: Copied, plan: Plan) -> None:
    """Which record each row belongs to, and how many of it there will be: keys from other records need that."""
    joins, root = _joins(table)
    cursor.execute(
        f"""INSERT INTO seed_root SELECT %s, t.{_key(table.model)}, %s, {root},
            1 + coalesce((SELECT max(n) FROM seed_copy WHERE kind = %s AND old = {root}), 0)
            FROM "{table.table}" t {joins} WHERE {root} IS NOT NULL""",
        [table.table, table.kind, table.kind],
    )


def _statement(table: Copied) -> str:
    """The rows of a table, written for every copy."""
    known = {t.table for t in copied()}
    joins, root = _joins(table)
    columns = {}
    for field in table.model._meta.concrete_fields:
        name = field.column
        if name in table.changed:
            columns[name] = table.changed[name].replace("STEP", FAR)
        elif field.primary_key and not field.is_relation:
            columns[name] = f"t.{name} + {FAR} * c.n"
        elif field.is_relation and field.related_model._meta.db_table in known:
            above = field.related_model._meta.db_table
            columns[name] = (
                f"t.{name} + {FAR} * (c.n % coalesce((SELECT max(r.times) FROM seed_root r "
                f"WHERE r.tab = '{above}' AND r.id = t.{name}), 1))"
            )
        elif not table.path and not table.roots and name == "code":
            columns[name] = "c.code"
        elif not table.path and not table.roots and name == "status":
            columns[name] = "coalesce(c.status, t.status)"
        elif isinstance(field, DateTimeField):
            columns[name] = f"t.{name} + c.shift"
        elif isinstance(field, DateField):
            columns[name] = f"(t.{name} + c.shift)::date"
        else:
            columns[name] = f"t.{name}"
    names = ", ".join(f'"{name}"' for name in columns)
    return f"""INSERT INTO "{table.table}" ({names}) SELECT {", ".join(columns.values())}
        FROM "{table.table}" t {joins} JOIN seed_copy c ON c.kind = '{table.kind}' AND c.old = {root}
        ORDER BY c.n, t.{_key(table.model)}"""


LOG = """
INSERT INTO workflow_logentry (seq, prev_hash, hash, at, flow, record_id, record_code, action, source, target, actor_id,
    role, capacity, on_behalf_of_id, organisation, comment, data)
SELECT 0, '', '', made.* FROM (
    SELECT e.at + c.shift AS at, e.flow, e.record_id + {step} * c.n AS record,
        CASE WHEN f.tab = ANY(%(roots)s) THEN c.code ELSE {code} END,
        e.action, e.source, e.target,
        CASE e.role WHEN 'DINAS_OP' THEN coalesce(c.operator, e.actor_id)
            WHEN 'DINAS_HEAD' THEN coalesce(c.head, e.actor_id) ELSE e.actor_id END,
        e.role, e.capacity, e.on_behalf_of_id,
        CASE WHEN e.role IN ('DINAS_OP', 'DINAS_HEAD') THEN coalesce(o.name_id, e.organisation) ELSE e.organisation END,
        e.comment, e.data
    FROM workflow_logentry e
    JOIN unnest(%(flows)s::text[], %(kinds)s::text[], %(tables)s::text[]) AS f(flow, kind, tab) ON f.flow = e.flow
    JOIN seed_root r ON r.tab = f.tab AND r.kind = f.kind AND r.id = e.record_id
    JOIN seed_copy c ON c.kind = f.kind AND c.old = r.old
    LEFT JOIN accounts_organisation o ON o.id = c.office
    UNION ALL
    SELECT t.status_since + c.shift + interval '1 hour', 'regions.need', t.id + {step} * c.n, c.code,
        a.action, t.status, c.status, NULL, 'CLOCK', '', NULL, '', '', '{{}}'::jsonb
    FROM seed_copy c JOIN regions_trainingneed t ON t.id = c.old
    JOIN unnest(%(ends)s::text[], %(acts)s::text[]) AS a(status, action) ON a.status = c.status
    WHERE c.kind = 'need'
) made ORDER BY 1, 3
"""


def _log(cursor) -> int:
    """What happened to the records, once more for each copy, in the order of time; the trigger seals every entry."""
    flows = [(flow, kind, model._meta.db_table) for flow, (kind, model) in FLOWS.items()]
    names, kinds, tables = map(list, zip(*flows, strict=True))
    cursor.execute(
        LOG.format(step=FAR, code=NUMBERED.format("e.record_code")),
        {
            "roots": [model._meta.db_table for _series, model in ROOTS.values()],
            "flows": names, "kinds": kinds, "tables": tables,
            "ends": list(LAST_ACT), "acts": list(LAST_ACT.values()),
        },
    )  # fmt: skip
    return cursor.rowcount


def _count_on(plan: Plan) -> None:
    """New records are numbered on from the copies."""
    last: dict[str, int] = {}
    for copy in plan.copies:
        series, number = copy.code.rsplit("-", 1)
        last[series] = max(last.get(series, 0), int(number))
    for name, value in last.items():
        counter, _made = Counter.objects.get_or_create(name=name)
        counter.value = max(counter.value, value)
        counter.save()
