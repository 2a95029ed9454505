"""SQL that keeps one source of the search up to date inside the database. Migrations use it; nothing else does.

A source is a query that says what the search should know of some records, and a list of tables whose changes concern
it. For each table triggers per statement (not per row, so that an import of thousands costs one refresh) find
the records concerned and write their entries anew.
"""

# ruff: noqa: S608, E501 - SQL, built from this module's own words; what people type travels as parameters

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Watch:
    """A table that a source reads from."""

    table: str
    concerned: str
    """SELECT of the ids of the source's records that rows of the table belong to; {rows} stands for the rows."""
    columns: tuple[str, ...] = ()
    """The columns that matter; without any, every column does."""
    key: str = "id"


def function_of(kind: str) -> str:
    """The function that says what the search knows of a source's records."""
    return f"search_{kind.replace('.', '_')}"


def source_sql(kind: str, query: str, watches: tuple[Watch, ...]) -> tuple[str, str]:
    """(SQL that installs a source and fills its entries, SQL that takes it away).

    `query` selects, for the records in the array `ids`: record_id, status, provinces, themes, years, at, names (text[]),
    codes (text[]), inner_codes (text[]), title, place, words, body, inner_words. Empty values may be NULL.
    """
    name = function_of(kind)
    made = [
        f"""
CREATE FUNCTION {name}(ids bigint[]) RETURNS SETOF search_found LANGUAGE sql STABLE
AS $source$ {query} $source$;
"""
    ]
    undone = []
    for watch in watches:
        made.append(_watch_sql(kind, watch))
        undone.append(_unwatch_sql(kind, watch))
    base = watches[0]
    made.append(f"SELECT search_refresh('{kind}', (SELECT array_agg({base.key}) FROM {base.table}));")
    undone.append(f"DELETE FROM portal_searchentry WHERE kind = '{kind}';\nDROP FUNCTION {name}(bigint[]);")
    return "\n".join(made), "\n".join(undone)


def _trigger(kind: str, watch: Watch) -> str:
    return f"{function_of(kind)}_{watch.table.split('_', 1)[1]}"


def _watch_sql(kind: str, watch: Watch) -> str:
    trigger = _trigger(kind, watch)
    new, old = (watch.concerned.replace("{rows}", rows) for rows in ("new_rows", "old_rows"))
    fresh, former = (f"({', '.join(f'{side}.{c}' for c in watch.columns)})" for side in "no")
    differs = f"{fresh} IS DISTINCT FROM {former}" if watch.columns else "n IS DISTINCT FROM o"
    changed = f"(SELECT {{side}}.* FROM new_rows n JOIN old_rows o USING ({watch.key}) WHERE {differs})"
    moved = " UNION ".join(watch.concerned.replace("{rows}", changed.format(side=side)) for side in "no")
    return f"""
CREATE FUNCTION {trigger}() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $watch$
DECLARE concerned bigint[];
BEGIN
    IF TG_OP = 'INSERT' THEN
        SELECT array_agg(DISTINCT c.id) INTO concerned FROM ({new}) AS c(id);
    ELSIF TG_OP = 'DELETE' THEN
        SELECT array_agg(DISTINCT c.id) INTO concerned FROM ({old}) AS c(id);
    ELSIF TG_OP = 'TRUNCATE' THEN
        SELECT array_agg(e.record_id) INTO concerned FROM portal_searchentry e WHERE e.kind = '{kind}';
    ELSE
        SELECT array_agg(DISTINCT c.id) INTO concerned FROM ({moved}) AS c(id);
    END IF;
    PERFORM search_refresh('{kind}', concerned);
    RETURN NULL;
END $watch$;
CREATE TRIGGER {trigger}_i AFTER INSERT ON {watch.table} REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION {trigger}();
CREATE TRIGGER {trigger}_u AFTER UPDATE ON {watch.table} REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION {trigger}();
CREATE TRIGGER {trigger}_d AFTER DELETE ON {watch.table} REFERENCING OLD TABLE AS old_rows
    FOR EACH STATEMENT EXECUTE FUNCTION {trigger}();
CREATE TRIGGER {trigger}_t AFTER TRUNCATE ON {watch.table}
    FOR EACH STATEMENT EXECUTE FUNCTION {trigger}();
"""


def _unwatch_sql(kind: str, watch: Watch) -> str:
    trigger = _trigger(kind, watch)
    drops = "".join(f"DROP TRIGGER {trigger}_{event} ON {watch.table};\n" for event in "iudt")
    return f"{drops}DROP FUNCTION {trigger}();"


# The ways a code is typed: "KB-2026-0041" -> kb20260041 20260041 0041. Written where it is needed, not called: a call
# costs ten times what it does, and an import makes three for each record.
CODES = """(SELECT to_tsvector('simple', coalesce(string_agg(array_to_string(parts[n:], ''), ' '), ''))
    FROM unnest({codes}) AS c(code), LATERAL string_to_array(search_plain(c.code), ' ') AS parts,
        LATERAL generate_subscripts(parts, 1) AS n)"""

TOOLS = r"""
CREATE TYPE search_found AS (
    record_id bigint, status text, provinces text[], themes text[], years int[], at timestamptz,
    names text[], codes text[], inner_codes text[], title text, place text, words text, body text, inner_words text
);

-- Without accents, capitals and marks: "Ma'rang, Pangkajene" -> "ma rang pangkajene".
CREATE FUNCTION search_plain(t text) RETURNS text LANGUAGE sql STABLE AS $$
    SELECT btrim(regexp_replace(lower(unaccent(coalesce(t, ''))), '[^[:alnum:]]+', ' ', 'g'))
$$;

-- The name of a place without its rank: "Kota Palangka Raya" -> "palangka raya".
CREATE FUNCTION search_bare(name text) RETURNS text LANGUAGE sql STABLE AS $$
    SELECT regexp_replace(search_plain(name), '^(provinsi|kabupaten|kota|city of|regency of) | (city|regency|province)$', '', 'g')
$$;

-- All names of a place and of the province around it, also written together: palangkaraya.
CREATE FUNCTION search_place(region_code text) RETURNS text LANGUAGE sql STABLE AS $$
    SELECT coalesce(string_agg(concat_ws(' ', r.name_id, r.name_en, replace(search_bare(r.name_id), ' ', ''),
        CASE WHEN r.code = region_code THEN r.capital || ' ' || r.code END), ' ' ORDER BY r.code), '')
    FROM regions_region r WHERE region_code <> '' AND r.code IN (region_code, left(region_code, 2))
$$;

-- An organisation as people call it, with its place.
CREATE FUNCTION search_organisation(organisation bigint) RETURNS text LANGUAGE sql STABLE AS $$
    SELECT concat_ws(' ', o.name_id, o.name_en, o.short_name, search_place(o.region_code))
    FROM accounts_organisation o WHERE o.id = organisation
$$;

-- Words in three ways: as they stand, and by the stems of both languages.
CREATE FUNCTION search_vector(t text) RETURNS tsvector LANGUAGE sql STABLE AS $$
    SELECT to_tsvector('simple', t) || to_tsvector('indonesian', t) || to_tsvector('english', t)
$$;

-- One typed word as a question: the beginning of a word as it stands, or its stem in either language.
CREATE FUNCTION search_word(w text) RETURNS tsquery LANGUAGE sql STABLE AS $$
    SELECT to_tsquery('simple', quote_literal(w) || CASE WHEN length(w) > 2 THEN ':*' ELSE '' END)
        || to_tsquery('indonesian', quote_literal(w)) || to_tsquery('english', quote_literal(w))
$$;

-- Words that must stand side by side: "nusa tenggara barat".
CREATE FUNCTION search_phrase(p text) RETURNS tsquery LANGUAGE sql STABLE AS $$
    SELECT phraseto_tsquery('simple', p)
$$;

-- The entries of some records as they should be. What many records share is understood once.
CREATE FUNCTION search_entries(source text, ids bigint[]) RETURNS TABLE (
    record_id bigint, status text, provinces varchar[], themes varchar[], years smallint[], at timestamptz, names text[],
    open_text tsvector, full_text tsvector, plain text
) LANGUAGE plpgsql STABLE SET search_path FROM CURRENT AS $$
BEGIN
    RETURN QUERY EXECUTE format($q$
        WITH found AS MATERIALIZED (SELECT * FROM %I($1)),
        said AS MATERIALIZED (
            SELECT x.said, x.plain, search_vector(x.plain) AS v
            FROM (
                SELECT d.said, search_plain(d.said) AS plain FROM (
                    SELECT title FROM found UNION SELECT place FROM found UNION SELECT words FROM found
                    UNION SELECT body FROM found UNION SELECT inner_words FROM found
                ) d(said) WHERE d.said <> '' OFFSET 0
            ) x
        ), open AS MATERIALIZED (
            SELECT f.*, concat_ws(' ', t.plain, p.plain, w.plain) AS plain,
                setweight({typed codes}, 'A') || setweight(coalesce(t.v, ''), 'A')
                || setweight(coalesce(p.v, ''), 'B') || setweight(coalesce(w.v, ''), 'C') || coalesce(b.v, '') AS v,
                setweight({typed inner_codes}, 'C') || setweight(coalesce(i.v, ''), 'C') AS inner_v
            FROM found f LEFT JOIN said t ON t.said = f.title LEFT JOIN said p ON p.said = f.place
            LEFT JOIN said w ON w.said = f.words LEFT JOIN said b ON b.said = f.body
            LEFT JOIN said i ON i.said = f.inner_words
        )
        SELECT o.record_id, coalesce(o.status, ''), coalesce(o.provinces, '{}')::varchar[],
            coalesce(o.themes, '{}')::varchar[], coalesce(o.years, '{}')::smallint[], o.at,
            ARRAY(SELECT search_plain(n) FROM unnest(o.names) n WHERE search_plain(n) <> ''
                  UNION SELECT replace(search_plain(c), ' ', '') FROM unnest(o.codes) c WHERE search_plain(c) <> ''
                  ORDER BY 1),
            CASE WHEN o.inner_v <> '' THEN o.v END, o.v || o.inner_v, o.plain
        FROM open o
    $q$, 'search_' || replace(source, '.', '_')) USING ids;
END $$;

-- Write the entries of some records anew. Entries are locked first: whoever waited here reads what the other wrote.
CREATE FUNCTION search_refresh(source text, ids bigint[]) RETURNS void LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    IF coalesce(cardinality(ids), 0) = 0 THEN
        RETURN;
    END IF;
    PERFORM 1 FROM portal_searchentry e WHERE e.kind = source AND e.record_id = ANY(ids) ORDER BY e.id FOR UPDATE;
    WITH found AS MATERIALIZED (
        SELECT * FROM search_entries(source, ids)
    ), gone AS (
        DELETE FROM portal_searchentry e WHERE e.kind = source AND e.record_id = ANY(ids)
            AND NOT EXISTS (SELECT 1 FROM found WHERE found.record_id = e.record_id)
    ), learnt AS (
        INSERT INTO portal_searchword (word)
        SELECT x FROM (
            SELECT DISTINCT x FROM (SELECT DISTINCT f.plain FROM found f) d, string_to_table(d.plain, ' ') AS x
        ) w WHERE length(x) BETWEEN 4 AND 40 AND x !~ '[0-9]'
            AND NOT EXISTS (SELECT 1 FROM portal_searchword s WHERE s.word = x)
    )
    INSERT INTO portal_searchentry AS e
        (kind, record_id, status, provinces, themes, years, at, names, open_text, full_text)
    SELECT source, f.record_id, f.status, f.provinces, f.themes, f.years, f.at, f.names, f.open_text, f.full_text
    FROM found f ORDER BY f.record_id
    ON CONFLICT (kind, record_id) DO UPDATE SET status = excluded.status, provinces = excluded.provinces,
        themes = excluded.themes, years = excluded.years, at = excluded.at, names = excluded.names,
        open_text = excluded.open_text, full_text = excluded.full_text
    WHERE (e.status, e.provinces, e.themes, e.years, e.at, e.names, e.open_text, e.full_text)
        IS DISTINCT FROM (excluded.status, excluded.provinces, excluded.themes, excluded.years, excluded.at,
            excluded.names, excluded.open_text, excluded.full_text);
END $$;
""".replace("{typed codes}", CODES.format(codes="f.codes")).replace(
    "{typed inner_codes}", CODES.format(codes="f.inner_codes")
)

TOOLS_UNDO = """
DROP FUNCTION search_refresh(text, bigint[]);
DROP FUNCTION search_entries(text, bigint[]);
DROP FUNCTION search_phrase(text);
DROP FUNCTION search_word(text);
DROP FUNCTION search_vector(text);
DROP FUNCTION search_organisation(bigint);
DROP FUNCTION search_place(text);
DROP FUNCTION search_bare(text);
DROP FUNCTION search_plain(text);
DROP TYPE search_found;
"""
