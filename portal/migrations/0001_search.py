# ruff: noqa: S608, E501 - SQL of this file's own, best read unbroken
import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.contrib.postgres.search
from django.contrib.postgres.operations import TrigramExtension, UnaccentExtension
from django.db import migrations, models

from portal.search.triggers import TOOLS, TOOLS_UNDO, Watch, source_sql

# What the places, offices and words of a record's surroundings mean for it: the same in several sources.
THEMES = "array_agg(DISTINCT g.theme_id::text) FILTER (WHERE g.theme_id IS NOT NULL)"
THEME_NAMES = "string_agg(DISTINCT concat_ws(' ', t.code, t.label_id, t.label_en), ' ')"
POST_NAMES = "string_agg(DISTINCT concat_ws(' ', f.code, f.label_id, f.label_en), ' ')"
PROVINCE_OF_OFFICE = "CASE WHEN o.region_code <> '' THEN ARRAY[left(o.region_code, 2)] END"
AROUND = "o.region_code = r.code OR left(o.region_code, 2) = r.code"
PLACE = ("code", "name_id", "name_en", "capital")
CALLED = ("name_id", "name_en", "short_name", "region_code", "kind")
LABELS = ("label_id", "label_en")

NEED = f"""
    WITH called AS MATERIALIZED (
        SELECT o.id, search_organisation(o.id) AS names FROM accounts_organisation o
        WHERE o.id IN (SELECT office_id FROM regions_trainingneed WHERE id = ANY(ids))
    )
    SELECT n.id, n.status, {PROVINCE_OF_OFFICE}, x.themes, ARRAY[n.cycle_id], n.status_since, NULL::text[],
        ARRAY[n.code, n.national_number, c.number], NULL::text[],
        x.titles, called.names, x.posts, NULL, NULL
    FROM regions_trainingneed n
    JOIN accounts_organisation o ON o.id = n.office_id
    JOIN called ON called.id = o.id
    LEFT JOIN regions_coverletter c ON c.need_id = n.id
    LEFT JOIN LATERAL (
        SELECT {THEMES} AS themes, concat_ws(' ', {THEME_NAMES}, string_agg(DISTINCT g.competency_title, ' ')) AS titles,
            {POST_NAMES} AS posts
        FROM regions_needline l
        LEFT JOIN regions_functionalpost f ON f.code = l.post_id
        LEFT JOIN regions_competencygap g ON g.line_id = l.id
        LEFT JOIN regions_theme t ON t.code = g.theme_id
        WHERE l.need_id = n.id
    ) x ON true
    WHERE n.id = ANY(ids)
"""
OF_GAPS = "SELECT l.need_id FROM {rows} r JOIN regions_needline l ON l.id = r.line_id"
NEED_WATCHES = (
    Watch(
        "regions_trainingneed",
        "SELECT r.id FROM {rows} r",
        ("code", "national_number", "status", "office_id", "cycle_id"),
    ),
    Watch("regions_needline", "SELECT r.need_id FROM {rows} r", ("need_id", "post_id")),
    Watch("regions_competencygap", OF_GAPS, ("line_id", "theme_id", "competency_title")),
    Watch("regions_coverletter", "SELECT r.need_id FROM {rows} r", ("need_id", "number")),
    Watch(
        "regions_theme",
        "SELECT l.need_id FROM {rows} r JOIN regions_competencygap g ON g.theme_id = r.code "
        "JOIN regions_needline l ON l.id = g.line_id",
        LABELS,
        key="code",
    ),
    Watch(
        "regions_functionalpost",
        "SELECT l.need_id FROM {rows} r JOIN regions_needline l ON l.post_id = r.code",
        LABELS,
        key="code",
    ),
    Watch(
        "accounts_organisation",
        "SELECT n.id FROM {rows} r JOIN regions_trainingneed n ON n.office_id = r.id",
        CALLED,
    ),
    Watch(
        "regions_region",
        f"SELECT n.id FROM {{rows}} r JOIN accounts_organisation o ON {AROUND} "
        "JOIN regions_trainingneed n ON n.office_id = o.id",
        PLACE,
        key="code",
    ),
)

PROGRAM = f"""
    SELECT p.id, p.status, CASE WHEN p.host_province <> '' THEN ARRAY[p.host_province] END, x.themes,
        coalesce(
            (SELECT array_agg(DISTINCT extract(year FROM i.starts)::int) FROM programs_intake i WHERE i.program_id = p.id),
            ARRAY[extract(year FROM p.created_at)::int]
        ),
        p.status_since, ARRAY[p.title_id, p.title_en], ARRAY[p.code, p.partner_reference],
        ARRAY[p.source_letter_number],
        concat_ws(' ', p.title_id, p.title_en),
        concat_ws(' ', search_organisation(p.partner_id), p.host, search_place(p.host_province), country.label_id,
            country.label_en,
            (SELECT string_agg(DISTINCT i.place, ' ') FROM programs_intake i WHERE i.program_id = p.id)),
        concat_ws(' ', s.label_id, s.label_en, x.titles,
            (SELECT {POST_NAMES} FROM programs_program_posts pp JOIN regions_functionalpost f
                ON f.code = pp.functionalpost_id WHERE pp.program_id = p.id)),
        concat_ws(' ', p.summary_id, p.summary_en, p.objectives_id, p.objectives_en), NULL
    FROM programs_program p
    JOIN programs_scheme s ON s.code = p.scheme_id
    LEFT JOIN regions_term country ON country.vocabulary = 'country' AND country.code = p.country
    LEFT JOIN LATERAL (
        SELECT {THEMES} AS themes, {THEME_NAMES} AS titles
        FROM programs_programtheme g JOIN regions_theme t ON t.code = g.theme_id WHERE g.program_id = p.id
    ) x ON true
    WHERE p.id = ANY(ids)
"""
PROGRAM_COLUMNS = (
    "code status host_province title_id title_en partner_reference source_letter_number partner_id host country scheme_id "
    "summary_id summary_en objectives_id objectives_en"
)
PROGRAM_WATCHES = (
    Watch("programs_program", "SELECT r.id FROM {rows} r", tuple(PROGRAM_COLUMNS.split())),
    Watch("programs_programtheme", "SELECT r.program_id FROM {rows} r", ("program_id", "theme_id")),
    Watch("programs_program_posts", "SELECT r.program_id FROM {rows} r"),
    Watch("programs_intake", "SELECT r.program_id FROM {rows} r", ("program_id", "starts", "place")),
    Watch(
        "programs_scheme",
        "SELECT p.id FROM {rows} r JOIN programs_program p ON p.scheme_id = r.code",
        LABELS,
        key="code",
    ),
    Watch(
        "regions_theme",
        "SELECT g.program_id FROM {rows} r JOIN programs_programtheme g ON g.theme_id = r.code",
        LABELS,
        key="code",
    ),
    Watch(
        "regions_functionalpost",
        "SELECT p.program_id FROM {rows} r JOIN programs_program_posts p ON p.functionalpost_id = r.code",
        LABELS,
        key="code",
    ),
    Watch("accounts_organisation", "SELECT p.id FROM {rows} r JOIN programs_program p ON p.partner_id = r.id", CALLED),
    Watch(
        "regions_term",
        "SELECT p.id FROM {rows} r JOIN programs_program p ON p.country = r.code AND r.vocabulary = 'country'",
        LABELS,
    ),
    Watch(
        "regions_region",
        "SELECT p.id FROM {rows} r JOIN programs_program p ON p.host_province = r.code",
        PLACE,
        key="code",
    ),
)

LINE_OF = f"""
    LEFT JOIN LATERAL (
        SELECT {THEMES} AS themes, {THEME_NAMES} AS titles, string_agg(DISTINCT g.competency_title, ' ') AS own_words
        FROM regions_competencygap g JOIN regions_theme t ON t.code = g.theme_id WHERE g.line_id = l.id
    ) x ON true
"""
PROPOSAL = f"""
    SELECT u.id, u.status, {PROVINCE_OF_OFFICE}, x.themes, ARRAY[n.cycle_id], u.status_since, NULL::text[], ARRAY[u.code],
        ARRAY[n.code, n.national_number, p.code],
        concat_ws(' ', p.title_id, p.title_en),
        concat_ws(' ', search_organisation(o.id), search_organisation(u.partner_id)),
        concat_ws(' ', f.code, f.label_id, f.label_en, x.titles),
        u.tailor_made_request, x.own_words
    FROM partnerships_proposal u
    JOIN regions_needline l ON l.id = u.line_id
    JOIN regions_trainingneed n ON n.id = l.need_id
    JOIN accounts_organisation o ON o.id = n.office_id
    JOIN regions_functionalpost f ON f.code = l.post_id
    LEFT JOIN programs_intake i ON i.id = u.intake_id
    LEFT JOIN programs_program p ON p.id = i.program_id
    {LINE_OF}
    WHERE u.id = ANY(ids)
"""
NOMINATION = f"""
    SELECT m.id, m.status, {PROVINCE_OF_OFFICE}, x.themes, ARRAY[n.cycle_id], m.status_since, NULL::text[], ARRAY[m.code],
        ARRAY[u.code, n.code, n.national_number, p.code],
        concat_ws(' ', p.title_id, p.title_en),
        concat_ws(' ', search_organisation(o.id), search_organisation(u.partner_id)),
        x.titles, NULL, x.own_words
    FROM participants_nomination m
    JOIN partnerships_proposal u ON u.id = m.proposal_id
    JOIN regions_needline l ON l.id = u.line_id
    JOIN regions_trainingneed n ON n.id = l.need_id
    JOIN accounts_organisation o ON o.id = n.office_id
    LEFT JOIN programs_intake i ON i.id = u.intake_id
    LEFT JOIN programs_program p ON p.id = i.program_id
    {LINE_OF}
    WHERE m.id = ANY(ids)
"""


def around_a_line(joins: str, alias: str) -> tuple[Watch, ...]:
    """What a record about one line for one intake reads of the line, the need, the office, the programme and the partner.

    `joins` leads from partnerships_proposal u to the record, known as `alias`.
    """

    def watch(table: str, way: str, columns: tuple[str, ...], key: str = "id") -> Watch:
        return Watch(table, f"SELECT {alias}.id FROM {{rows}} r {way} {joins}", columns, key)

    line = "JOIN partnerships_proposal u ON u.line_id = l.id"
    need = f"JOIN regions_needline l ON l.need_id = n.id {line}"
    office = f"JOIN regions_trainingneed n ON n.office_id = o.id {need}"
    return (
        watch("regions_needline", "JOIN partnerships_proposal u ON u.line_id = r.id", ("need_id", "post_id")),
        watch(
            "regions_competencygap",
            "JOIN partnerships_proposal u ON u.line_id = r.line_id",
            ("line_id", "theme_id", "competency_title"),
        ),
        watch(
            "regions_trainingneed",
            f"JOIN regions_needline l ON l.need_id = r.id {line}",
            ("code", "national_number", "office_id", "cycle_id"),
        ),
        watch(
            "regions_theme",
            f"JOIN regions_competencygap g ON g.theme_id = r.code JOIN regions_needline l ON l.id = g.line_id {line}",
            LABELS,
            "code",
        ),
        Watch(
            "accounts_organisation",
            f"SELECT {alias}.id FROM {{rows}} r JOIN regions_trainingneed n ON n.office_id = r.id {need} {joins} "
            f"UNION SELECT {alias}.id FROM {{rows}} r JOIN partnerships_proposal u ON u.partner_id = r.id {joins}",
            CALLED,
        ),
        watch("regions_region", f"JOIN accounts_organisation o ON {AROUND} {office}", PLACE, "code"),
        watch(
            "programs_program",
            "JOIN programs_intake i ON i.program_id = r.id JOIN partnerships_proposal u ON u.intake_id = i.id",
            ("code", "title_id", "title_en"),
        ),
        watch("programs_intake", "JOIN partnerships_proposal u ON u.intake_id = r.id", ("program_id",)),
    )


PROPOSAL_WATCHES = (
    Watch(
        "partnerships_proposal",
        "SELECT r.id FROM {rows} r",
        ("code", "status", "line_id", "intake_id", "partner_id", "tailor_made_request"),
    ),
    *around_a_line("", "u"),
    Watch(
        "regions_functionalpost",
        "SELECT u.id FROM {rows} r JOIN regions_needline l ON l.post_id = r.code "
        "JOIN partnerships_proposal u ON u.line_id = l.id",
        LABELS,
        key="code",
    ),
)
NOMINATION_WATCHES = (
    Watch("participants_nomination", "SELECT r.id FROM {rows} r", ("code", "status", "proposal_id")),
    *around_a_line("JOIN participants_nomination m ON m.proposal_id = u.id", "m"),
    Watch(
        "partnerships_proposal",
        "SELECT m.id FROM {rows} r JOIN participants_nomination m ON m.proposal_id = r.id",
        ("code", "line_id", "intake_id", "partner_id"),
    ),
)

AGREEMENT = """
    SELECT a.id, a.status,
        ARRAY(SELECT DISTINCT left(x, 2) FROM (
            SELECT jsonb_array_elements_text(a.region_codes) UNION SELECT nullif(o.region_code, '')
        ) y(x) WHERE x IS NOT NULL ORDER BY 1),
        (SELECT array_agg(DISTINCT g.theme_id::text) FROM programs_programtheme g WHERE g.program_id = a.program_id
            AND p.visibility = 'PUBLIC' AND p.published_at IS NOT NULL),
        ARRAY[extract(year FROM coalesce(a.signed_on, a.starts, a.created_at::date))::int], a.status_since,
        ARRAY[a.title_id, a.title_en], ARRAY[a.code],
        ARRAY[a.grant_register_no, a.bast_no, p.code] || ARRAY(
            SELECT unnest(ARRAY[e.ref_no, e.answer_no])::text FROM partnerships_externalstep e WHERE e.agreement_id = a.id
        ),
        concat_ws(' ', a.title_id, a.title_en),
        concat_ws(' ', search_organisation(a.partner_id), a.counterpart, country.label_id, country.label_en,
            search_organisation(a.office_id), u.name_id, u.name_en, u.short_name,
            (SELECT string_agg(search_place(c), ' ') FROM jsonb_array_elements_text(a.region_codes) c)),
        concat_ws(' ', CASE a.instrument
            WHEN 'LOI' THEN 'loi letter of intent pernyataan kehendak'
            WHEN 'MOU' THEN 'mou memorandum of understanding nota kesepahaman'
            WHEN 'PKS' THEN 'pks implementing arrangement perjanjian kerja sama'
            WHEN 'ROD' THEN 'rod record of discussions'
            WHEN 'PRODOC' THEN 'project document dokumen proyek'
            WHEN 'NOTA_KESEPAKATAN' THEN 'nota kesepakatan memorandum of agreement'
            WHEN 'EXCHANGE_OF_LETTERS' THEN 'exchange of letters pertukaran surat'
            WHEN 'AMENDMENT' THEN 'amendment adendum' END),
        a.subject, concat_ws(' ', p.title_id, p.title_en)
    FROM partnerships_agreement a
    LEFT JOIN accounts_organisation o ON o.id = a.office_id
    LEFT JOIN accounts_organisation u ON u.id = a.unit_id
    LEFT JOIN programs_program p ON p.id = a.program_id
    LEFT JOIN regions_term country ON country.vocabulary = 'country' AND country.code = a.counterpart_country
    WHERE a.id = ANY(ids)
"""
AGREEMENT_COLUMNS = (
    "code status region_codes office_id partner_id unit_id program_id title_id title_en counterpart counterpart_country "
    "instrument subject signed_on starts grant_register_no bast_no"
)
AGREEMENT_WATCHES = (
    Watch("partnerships_agreement", "SELECT r.id FROM {rows} r", tuple(AGREEMENT_COLUMNS.split())),
    Watch("partnerships_externalstep", "SELECT r.agreement_id FROM {rows} r", ("agreement_id", "ref_no", "answer_no")),
    Watch(
        "accounts_organisation",
        "SELECT a.id FROM {rows} r JOIN partnerships_agreement a ON r.id IN (a.partner_id, a.office_id, a.unit_id)",
        CALLED,
    ),
    Watch(
        "regions_region",
        f"SELECT a.id FROM {{rows}} r JOIN accounts_organisation o ON {AROUND} "
        "JOIN partnerships_agreement a ON a.office_id = o.id "
        "UNION SELECT a.id FROM {rows} r JOIN partnerships_agreement a ON EXISTS ("
        "SELECT 1 FROM jsonb_array_elements_text(a.region_codes) c WHERE r.code IN (c, left(c, 2)))",
        PLACE,
        key="code",
    ),
    Watch(
        "regions_term",
        "SELECT a.id FROM {rows} r JOIN partnerships_agreement a ON a.counterpart_country = r.code "
        "AND r.vocabulary = 'country'",
        LABELS,
    ),
    Watch(
        "programs_program",
        "SELECT a.id FROM {rows} r JOIN partnerships_agreement a ON a.program_id = r.id",
        ("code", "title_id", "title_en", "visibility", "published_at"),
    ),
    Watch(
        "programs_programtheme",
        "SELECT a.id FROM {rows} r JOIN partnerships_agreement a ON a.program_id = r.program_id",
        ("program_id", "theme_id"),
    ),
)

ALLOCATION = """
    SELECT r.id, r.status, NULL::text[], NULL::text[], ARRAY[d.cycle_id], r.status_since, NULL::text[], ARRAY[r.code, d.code],
        NULL::text[],
        concat_ws(' ', 'alokasi allocation', d.cycle_id,
            CASE r.kind WHEN 'NATIONAL' THEN 'nasional national' ELSE 'sisa kursi remainder' END),
        NULL, NULL, NULL, NULL
    FROM partnerships_allocationrun r JOIN partnerships_allocationround d ON d.id = r.round_id
    WHERE r.id = ANY(ids)
"""
ALLOCATION_WATCHES = (
    Watch("partnerships_allocationrun", "SELECT r.id FROM {rows} r", ("code", "status", "kind", "round_id")),
    Watch(
        "partnerships_allocationround",
        "SELECT a.id FROM {rows} r JOIN partnerships_allocationrun a ON a.round_id = r.id",
        ("code", "cycle_id"),
    ),
)

ORGANISATION = """
    SELECT o.id, NULL, CASE WHEN o.region_code <> '' THEN ARRAY[left(o.region_code, 2)] END, NULL::text[], NULL::int[],
        NULL::timestamptz,
        ARRAY[o.name_id, o.name_en, o.short_name, g.name_id, g.name_en, search_bare(g.name_id), search_bare(g.name_en),
            replace(search_bare(g.name_id), ' ', ''), g.code],
        ARRAY[o.code], NULL::text[],
        concat_ws(' ', o.name_id, o.name_en, o.short_name, search_place(o.region_code)),
        NULL, NULL, NULL, NULL
    FROM accounts_organisation o
    LEFT JOIN regions_region g ON g.code = o.region_code AND o.kind = 'OFFICE'
    WHERE o.id = ANY(ids) AND o.kind IN ('OFFICE', 'CENTRE', 'PARTNER')
"""
ORGANISATION_WATCHES = (
    Watch("accounts_organisation", "SELECT r.id FROM {rows} r", ("code", *CALLED)),
    Watch(
        "regions_region",
        f"SELECT o.id FROM {{rows}} r JOIN accounts_organisation o ON {AROUND}",
        PLACE,
        key="code",
    ),
)

SOURCES = (
    ("regions.need", NEED, NEED_WATCHES),
    ("programs.program", PROGRAM, PROGRAM_WATCHES),
    ("partnerships.proposal", PROPOSAL, PROPOSAL_WATCHES),
    ("partnerships.agreement", AGREEMENT, AGREEMENT_WATCHES),
    ("partnerships.allocation", ALLOCATION, ALLOCATION_WATCHES),
    ("participants.nomination", NOMINATION, NOMINATION_WATCHES),
    ("accounts.organisation", ORGANISATION, ORGANISATION_WATCHES),
)


def _texts(size: int):
    return django.contrib.postgres.fields.ArrayField(
        base_field=models.CharField(max_length=size), blank=True, default=list, size=None
    )


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0005_saved_views"),
        ("regions", "0004_drafts"),
        ("programs", "0002_exchange_rates"),
        ("partnerships", "0007_reviews"),
        ("participants", "0006_evaluation"),
    ]

    operations = [
        TrigramExtension(),
        UnaccentExtension(),
        migrations.CreateModel(
            name="SearchEntry",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(max_length=40)),
                ("record_id", models.BigIntegerField()),
                ("status", models.CharField(blank=True, max_length=20)),
                ("provinces", _texts(2)),
                ("themes", _texts(4)),
                (
                    "years",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.PositiveSmallIntegerField(), blank=True, default=list, size=None
                    ),
                ),
                ("at", models.DateTimeField(null=True)),
                (
                    "names",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.TextField(), blank=True, default=list, size=None
                    ),
                ),
                ("open_text", django.contrib.postgres.search.SearchVectorField(null=True)),
                ("full_text", django.contrib.postgres.search.SearchVectorField()),
            ],
            options={
                "indexes": [
                    django.contrib.postgres.indexes.GinIndex(fields=["full_text"], name="search_by_full_text"),
                    django.contrib.postgres.indexes.GinIndex(fields=["names"], name="search_by_names"),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("kind", "record_id"), name="one_search_entry_per_record")
                ],
            },
        ),
        migrations.CreateModel(
            name="SearchWord",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("word", models.CharField(db_index=True, max_length=40)),
            ],
            options={
                "indexes": [
                    django.contrib.postgres.indexes.GinIndex(
                        fields=["word"], name="search_word_by_letters", opclasses=["gin_trgm_ops"]
                    )
                ],
            },
        ),
        migrations.RunSQL(TOOLS, TOOLS_UNDO),
        *(migrations.RunSQL(*source_sql(*source)) for source in SOURCES),
    ]
