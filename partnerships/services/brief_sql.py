"""How a demand brief is counted: a few statements inside PostgreSQL, however many needs there are.

What every need line says stands in a temporary table first: with figures of its own to plan by, PostgreSQL does not
guess how many rows a statement will meet, and needs one pass over the needs for lines, wishes and sources.
"""

CLEAR = (
    "DELETE FROM partnerships_briefsource source USING partnerships_briefline line "
    "WHERE line.id = source.line_id AND line.brief_id = %(brief)s",
    "DELETE FROM partnerships_briefline WHERE brief_id = %(brief)s",
    "DELETE FROM partnerships_briefchange WHERE brief_id = %(brief)s",
)
"""What was counted before is thrown away."""

FORGET = "DROP TABLE IF EXISTS pg_temp.brief_gap"

GATHER = """
CREATE TEMPORARY TABLE brief_gap ON COMMIT DROP AS
WITH RECURSIVE roots(id, root) AS (
    SELECT id, id FROM regions_needline WHERE continues_id IS NULL
    UNION ALL
    SELECT line.id, roots.root FROM regions_needline line JOIN roots ON line.continues_id = roots.id
),
held AS (
    -- Seats stay with the line they were given to, also when a revision takes its place.
    SELECT roots.root, jsonb_object_agg(p.code, p.seats_allotted) AS seats, SUM(p.seats_allotted) AS given
    FROM partnerships_proposal p JOIN roots ON roots.id = p.line_id
    WHERE p.status = ANY(%(holding)s)
    GROUP BY roots.root
),
facts AS (
    SELECT line.id AS need_line, roots.root, need.id AS need, need.office_id AS office,
        LEFT(office.region_code, 2) AS province, need.urgency, line.post_id AS post,
        need.preferred_mode AS mode, line.language_level AS language,
        line.requested_total AS requested, line.people_trained AS trained, COALESCE(held.seats, '{}') AS seats,
        LEAST(GREATEST(COALESCE(held.given, 0), line.people_trained), line.requested_total) AS met
    FROM regions_needline line
    JOIN regions_trainingneed need ON need.id = line.need_id
    JOIN accounts_organisation office ON office.id = need.office_id
    JOIN roots ON roots.id = line.id
    LEFT JOIN held ON held.root = roots.root
    WHERE need.status = ANY(%(open)s)
),
gaps AS (
    SELECT facts.*, requested - met AS people, gap.theme_id AS theme, gap.current_level, gap.target_level,
        ROW_NUMBER() OVER (PARTITION BY facts.need_line ORDER BY gap.id) = 1 AS counts
    FROM facts JOIN regions_competencygap gap ON gap.line_id = facts.need_line
),
sized AS (
    SELECT gaps.*,
        SUM(people) OVER (PARTITION BY theme, post, current_level, target_level, province, urgency) AS in_cell
    FROM gaps
)
SELECT DENSE_RANK() OVER (
        ORDER BY in_cell DESC, theme, post, current_level, target_level, province, urgency
    )::integer AS number, sized.*
FROM sized
"""
"""Every competency of every line that is asked for, with the number of the row it stands in: most people first."""

ANALYZE = "ANALYZE pg_temp.brief_gap"

TOTALS = """
SELECT COALESCE(SUM(requested), 0), COALESCE(SUM(people), 0),
    COUNT(DISTINCT office) FILTER (WHERE people > 0), COUNT(DISTINCT province) FILTER (WHERE people > 0)
FROM brief_gap WHERE counts
"""
"""The country in a few numbers: a line counts once."""

COUNT = """
WITH wishes AS (
    SELECT number,
        jsonb_object_agg(value, people) FILTER (WHERE name = 'mode') AS modes,
        jsonb_object_agg(value, people) FILTER (WHERE name = 'language') AS languages
    FROM (
        SELECT number, wish.name, wish.value, SUM(people) AS people
        FROM brief_gap CROSS JOIN LATERAL (VALUES ('mode', mode), ('language', language)) AS wish(name, value)
        WHERE people > 0
        GROUP BY number, wish.name, wish.value
    ) AS summed
    GROUP BY number
),
cells AS (
    SELECT number, theme, post, current_level, target_level, province, urgency,
        SUM(requested) AS requested, SUM(met) AS met, SUM(people) AS people,
        SUM(CASE WHEN counts THEN people ELSE 0 END) AS people_once,
        COUNT(DISTINCT need) AS needs, COUNT(DISTINCT office) AS offices
    FROM brief_gap
    GROUP BY number, theme, post, current_level, target_level, province, urgency
),
lines AS (
    INSERT INTO partnerships_briefline (
        brief_id, number, theme_id, post_id, current_level, target_level, province, island_group, urgency,
        requested, met, people, people_once, needs, offices, modes, languages, audience
    )
    -- A row that nobody waits on is for the comparison with the next edition alone.
    SELECT %(brief)s, number, theme, post, current_level, target_level, province, COALESCE(region.island_group, ''),
        urgency, requested, met, people, people_once, needs, offices,
        COALESCE(wishes.modes, '{}'), COALESCE(wishes.languages, '{}'),
        CASE WHEN people > 0 THEN 'ALL' ELSE 'CENTRE' END
    FROM cells LEFT JOIN wishes USING (number) LEFT JOIN regions_region region ON region.code = cells.province
    RETURNING id, number
)
INSERT INTO partnerships_briefsource (line_id, need_line_id, root, requested, trained, seats, people, counts)
SELECT lines.id, need_line, root, requested, trained, seats, people, counts
FROM brief_gap JOIN lines USING (number)
"""
"""Lines with the wishes of their people, and their sources: asked for, on seats or trained, and without either."""

LOOK_AT = "ANALYZE partnerships_briefline, partnerships_briefsource"
"""What follows joins both tables, which have just grown by as many rows as there are needs."""

GONE = """
WITH RECURSIVE chain(id, root) AS (
    SELECT id, id FROM regions_needline WHERE id = ANY(%(roots)s)
    UNION ALL
    SELECT line.id, chain.root FROM regions_needline line JOIN chain ON line.continues_id = chain.id
),
held AS (
    SELECT chain.root, jsonb_object_agg(p.code, p.seats_allotted) AS seats
    FROM partnerships_proposal p JOIN chain ON chain.id = p.line_id
    WHERE p.status = ANY(%(holding)s)
    GROUP BY chain.root
)
SELECT DISTINCT ON (chain.root)
    chain.root, need.status, line.requested_total, line.people_trained, COALESCE(held.seats, '{}')::text
FROM chain
JOIN regions_needline line ON line.id = chain.id
JOIN regions_trainingneed need ON need.id = line.need_id
LEFT JOIN held ON held.root = chain.root
WHERE need.approved_at IS NOT NULL
ORDER BY chain.root, chain.id DESC
"""
"""Where lines went that are no longer counted: the last approved revision of each, with the seats of all of them."""

WITHHOLD = """
UPDATE partnerships_briefline line SET audience = 'CENTRE', within_id = held.total
FROM unnest(%(parts)s::bigint[], %(totals)s::bigint[]) AS held(part, total)
WHERE line.id = held.part
"""
"""Which lines only the centre reads, and the sum that stands in their place for others."""
