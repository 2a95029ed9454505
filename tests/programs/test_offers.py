"""Filling in an offer: starting, copying, five sections, papers, the review page."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from programs.models import Intake, Program, ProgramFile
from programs.services import open_program
from tests import factories, program_factories
from workflow.models import LogEntry

TODAY = timezone.localdate()


def soon(days: int) -> str:
    return (TODAY + dt.timedelta(days=days)).isoformat()


def rows(prefix: str, *given: dict, initial: int = 0) -> dict:
    """POST data of a formset."""
    data = {f"{prefix}-TOTAL_FORMS": len(given), f"{prefix}-INITIAL_FORMS": initial}
    for number, row in enumerate(given):
        data |= {f"{prefix}-{number}-{name}": value for name, value in row.items()}
    return data


def page(code: str, part: str) -> str:
    return f"/mitra/program/{code}/isi/{part}/"


@pytest.fixture
def empty(jica, jica_liaison, words):
    """A draft in which nothing was filled in yet."""
    scheme = program_factories.scheme("JICA_YL", jica, route="SETNEG")
    return open_program(partner=jica, scheme=scheme, actor=jica_liaison)


@pytest.fixture
def liaison(client, jica_liaison):
    client.force_login(jica_liaison)
    return client


def test_an_empty_offer_takes_over_what_the_scheme_says(liaison, jica, words):
    scheme = program_factories.scheme("JICA_YL", jica, route="SETNEG", needs_agreement=True)
    response = liaison.post("/mitra/program/baru/", {"scheme": scheme.pk})
    found = Program.objects.get()
    assert response.url == f"/mitra/program/{found.code}/isi/"
    assert found.code == f"PR-{TODAY.year}-0001"
    assert (
        found.status,
        found.partner,
        found.route,
        found.funding_mode,
        found.needs_agreement,
        found.on_behalf,
    ) == (
        "DRAFT",
        jica,
        "SETNEG",
        "FULL",
        True,
        False,
    )
    assert LogEntry.objects.get(record_id=found.pk).action == "create"


def test_an_offer_without_scheme_or_with_a_foreign_one_is_not_started(liaison, jica, koica, words):
    foreign = program_factories.scheme("KOICA_SP", koica)
    answers = [liaison.post("/mitra/program/baru/", {"scheme": value}) for value in ("", foreign.pk, "NIX")]
    assert [a.status_code for a in answers] == [400, 400, 400]
    assert Program.objects.count() == 0


@pytest.mark.parametrize("name", ["bali_operator", "bali_verifier", "ppsdm_verifier", "auditor", "administrator"])
def test_nobody_else_starts_an_offer(client, request, name):
    client.force_login(request.getfixturevalue(name))
    assert client.get("/mitra/program/baru/").status_code == 403


def test_the_bureau_starts_an_offer_in_a_partners_name(client, biroks_officer, jica, koica, words):
    shared = program_factories.scheme("KEMNAKER_INCOUNTRY", None, route="PPSDM")
    client.force_login(biroks_officer)
    nobody = client.post("/mitra/program/baru/", {"scheme": shared.pk})
    done = client.post("/mitra/program/baru/", {"scheme": shared.pk, "partner": koica.pk})
    found = Program.objects.get()
    assert (nobody.status_code, done.status_code) == (400, 302)
    assert (found.partner, found.on_behalf) == (koica, True)


def test_a_copy_keeps_content_and_seats_and_moves_dates_by_a_year(liaison, jica, words):
    start = TODAY - dt.timedelta(days=30)
    old = program_factories.program(jica, "EVALUATED", starts=start, seats=12, title_id="Pemimpin Muda", min_years=3)
    Intake.objects.update(seats_taken=12)
    liaison.post("/mitra/program/baru/", {"source": old.pk})
    copy = Program.objects.exclude(pk=old.pk).get()
    intake = copy.intakes.get()
    assert (copy.title_id, copy.min_years, copy.copied_from, copy.status) == (
        "Pemimpin Muda",
        3,
        old,
        "DRAFT",
    )
    assert (intake.starts, intake.seats, intake.seats_taken) == (start + dt.timedelta(days=364), 12, 0)
    assert copy.partner_deadline > timezone.now()
    assert copy.internal_deadline is None
    assert list(copy.themes.values_list("theme_id", "entry_level", "exit_level")) == [("T07", 1, 3)]
    assert (copy.costs.count(), copy.rules.count(), copy.contacts.count(), copy.files.count()) == (1, 1, 1, 0)


def test_another_partners_programme_is_not_copied(liaison, koica, words):
    foreign = program_factories.program(koica, "OPEN", visibility="PUBLIC")
    assert liaison.post("/mitra/program/baru/", {"source": foreign.pk}).status_code == 400


BASICS = {
    "title_id": "Pemimpin Muda",
    "title_en": "Young Leaders",
    "host": "JICA Hokkaido",
    "partner_reference": "202512345",
    "summary_id": "Dua minggu.",
    "summary_en": "Two weeks.",
    "objectives_id": "Memahami.",
    "objectives_en": "Know.",
    "delivery_mode": "OVERSEAS",
    "country": "JP",
    "host_province": "",
}


def test_every_section_is_filled_in_and_the_offer_is_complete(liaison, empty, client):
    code = empty.code

    def save(part, data):
        version = Program.objects.get(pk=empty.pk).version
        response = liaison.post(page(code, part), {**data, "version": version})
        assert response.status_code == 302, response.context["form"].summary[0].errors
        return response.url

    assert save("dasar", {**BASICS, "scheme": empty.scheme_id}) == page(code, "kompetensi")
    competencies = rows(
        "themes",
        {"theme": "T07", "entry_level": "1", "exit_level": "3"},
        {"theme": "T08", "entry_level": "0", "exit_level": "2"},
    )
    assert save("kompetensi", {"posts": ["MEDHI"], **competencies}) == page(code, "angkatan")
    first = {
        "label": "Musim semi",
        "starts": soon(200),
        "ends": soon(214),
        "online_starts": soon(190),
        "online_ends": soon(195),
        "place": "Sapporo",
        "seats": "16",
        "min_cohort": "8",
    }
    assert save("angkatan", rows("intakes", first)) == page(code, "prasyarat")
    terms = {
        "min_rank": "AHLI_PERTAMA",
        "min_years": "3",
        "min_age": "20",
        "max_age": "35",
        "min_education": "S1_D4",
        "employment_statuses": ["PNS"],
        "office_types": ["DISNAKER_PROV"],
        "language": "EN",
        "min_language_level": "B1",
        "language_test": "TOEFL_ITP",
        "language_score": "500",
        "interpretation": "CONSECUTIVE",
        "share_outside_java": "40",
        "no_prior_visit": "on",
        "interview": "on",
        "funding_mode": "FULL",
        "route": "SETNEG",
        "needs_agreement": "on",
        "agreement_note": "R/D 2025",
        **rows("rules", {"text_id": "Sehat", "text_en": "Healthy", "mandatory": "on"}),
        **rows(
            "costs",
            {"item": "TUITION", "payer": "PARTNER", "amount": "1.950.000", "currency": "JPY", "note": "±"},
        ),
    }
    assert save("prasyarat", terms) == page(code, "berkas")
    papers = {
        "deadline_day": soon(120),
        "deadline_time": "17:00",
        "partner_zone": "Asia/Tokyo",
        "opens_day": soon(10),
        "source_letter_number": "JICA/12",
        "source_letter_date": soon(-5),
        "gi": factories.pdf("gi.pdf"),
        "letter": factories.pdf("surat.pdf"),
        **rows("contacts", {"post": "Staf program", "email": "kccp@example.test", "phone": "021-555"}),
    }
    assert save("berkas", papers) == page(code, "periksa")

    found = Program.objects.get(pk=empty.pk)
    for name, value in {**BASICS, **terms}.items():
        if name.split("-")[0] in ("rules", "costs"):
            continue
        stored = getattr(found, name)
        wanted = {"on": True}.get(value, value) if isinstance(value, str) else value
        shown = stored if isinstance(stored, bool | list) else str(stored if stored is not None else "")
        assert shown == wanted or float(shown) == float(wanted), name
    intake, cost = found.intakes.get(), found.costs.get()
    assert (intake.number, intake.label, intake.seats, intake.min_cohort, intake.place) == (
        1,
        "Musim semi",
        16,
        8,
        "Sapporo",
    )
    assert (cost.item, cost.payer, int(cost.amount), cost.currency, cost.note) == (
        "TUITION",
        "PARTNER",
        1950000,
        "JPY",
        "±",
    )
    # 17.00 in Tokyo is 15.00 in Jakarta.
    assert timezone.localtime(found.partner_deadline).hour == 15
    assert set(found.files.values_list("kind", "name")) == {("GI", "gi.pdf"), ("LETTER", "surat.pdf")}
    review = liaison.get(page(code, "periksa"))
    assert review.context["missing"] == []
    assert [link.days for link in review.context["preview"].links][1:] == [3, 3, 5, 2, 2]
    tasks = liaison.get(f"/mitra/program/{code}/isi/")
    assert [item.get("done") for item in tasks.context["items"]] == [True] * 5 + [None]


@pytest.mark.parametrize(
    ("part", "data", "field"),
    [
        ("dasar", {**BASICS, "country": "JP", "host_province": "11"}, "host_province"),
        (
            "kompetensi",
            rows("themes", {"theme": "T07", "entry_level": "3", "exit_level": "3"}),
            "themes-0-exit_level",
        ),
        (
            "angkatan",
            rows("intakes", {"starts": soon(20), "ends": soon(10), "seats": "5"}),
            "intakes-0-ends",
        ),
        (
            "angkatan",
            rows("intakes", {"starts": soon(20), "ends": soon(30), "seats": "0"}),
            "intakes-0-seats",
        ),
        (
            "angkatan",
            rows("intakes", {"starts": soon(20), "ends": soon(30), "seats": "5", "min_cohort": "6"}),
            "intakes-0-min_cohort",
        ),
        (
            "angkatan",
            rows("intakes", {"starts": soon(20), "ends": soon(30), "seats": "5", "online_starts": soon(1)}),
            "intakes-0-online_ends",
        ),
        ("prasyarat", {"min_age": "40", "max_age": "30", **rows("rules"), **rows("costs")}, "max_age"),
        ("prasyarat", {"language_test": "TOEFL_ITP", **rows("rules"), **rows("costs")}, "language_score"),
        (
            "prasyarat",
            {**rows("rules"), **rows("costs", {"item": "TUITION", "payer": "PARTNER", "amount": "5"})},
            "costs-0-currency",
        ),
        (
            "prasyarat",
            {**rows("rules"), **rows("costs", {"item": "TUITION", "payer": "PARTNER", "amount": "lima"})},
            "costs-0-amount",
        ),
        (
            "berkas",
            {
                "deadline_day": soon(5),
                "partner_zone": "Asia/Jakarta",
                "opens_day": soon(6),
                **rows("contacts"),
            },
            "opens_day",
        ),
        (
            "berkas",
            {"partner_zone": "Asia/Jakarta", **rows("contacts", {"post": "Staf", "email": "bukan"})},
            "contacts-0-email",
        ),
    ],
)
def test_a_wrong_answer_is_kept_on_the_page_with_its_error(liaison, empty, part, data, field):
    response = liaison.post(page(empty.code, part), {"scheme": empty.scheme_id, **data})
    assert response.status_code == 400
    form = response.context["form"]
    found = set()
    for piece in form.summary:
        if hasattr(piece, "forms"):
            found |= {row.add_prefix(name) for row in piece for name in row.errors}
        else:
            found |= set(piece.errors)
    assert found == {field}
    assert b'class="sg-banner sg-banner-red sg-errors' in response.content
    assert response.content.decode().count("<title>") == 1
    assert Program.objects.get(pk=empty.pk).version == 1


def test_a_correct_file_is_kept_although_another_answer_is_wrong(liaison, empty):
    response = liaison.post(
        page(empty.code, "berkas"),
        {
            "partner_zone": "Asia/Jakarta",
            "gi": factories.pdf("gi.pdf"),
            **rows("contacts", {"post": "", "email": "x"}),
        },
    )
    assert response.status_code == 400
    assert empty.files.get().name == "gi.pdf"


def test_a_file_that_is_no_pdf_is_refused_with_the_way_out(liaison, empty):
    response = liaison.post(
        page(empty.code, "berkas"),
        {
            "partner_zone": "Asia/Jakarta",
            "gi": factories.ContentFile(b"MZ\x90\x00", name="gi.pdf"),
            **rows("contacts"),
        },
    )
    assert response.status_code == 400
    assert set(response.context["form"].main.errors) == {"gi"}
    assert empty.files.count() == 0


def test_a_paper_is_taken_off_a_draft_and_the_log_remembers_it(liaison, draft):
    gi = draft.files.get()
    data = {
        "partner_zone": "Asia/Jakarta",
        "remove": [gi.pk],
        "deadline_day": soon(60),
        "version": draft.version,
    }
    contact = draft.contacts.get()
    kept = rows("contacts", {"id": contact.pk, "post": "Staf program", "email": "program@example.test"}, initial=1)
    assert liaison.post(page(draft.code, "berkas"), {**data, **kept}).status_code == 302
    assert not ProgramFile.objects.filter(pk=gi.pk).exists()
    assert LogEntry.objects.get(record_id=draft.pk, action="detach").data["file"] == "gi.pdf"


def test_a_retyped_row_a_removed_row_and_a_new_row_are_saved_together(liaison, draft):
    theme = draft.themes.get()
    data = rows(
        "themes",
        {"id": theme.pk, "theme": "T07", "entry_level": "1", "exit_level": "3", "DELETE": "on"},
        {"theme": "T08", "entry_level": "2", "exit_level": "4"},
        initial=1,
    )
    assert liaison.post(page(draft.code, "kompetensi"), {"posts": ["MEDHI"], **data}).status_code == 302
    assert list(draft.themes.values_list("theme_id", "entry_level", "exit_level")) == [("T08", 2, 4)]


def test_one_competency_twice_is_refused_as_a_sentence(liaison, draft):
    row = {"theme": "T08", "entry_level": "1", "exit_level": "3"}
    theme = {"id": draft.themes.get().pk, "theme": "T07", "entry_level": "1", "exit_level": "3"}
    response = liaison.post(page(draft.code, "kompetensi"), rows("themes", theme, row, row, initial=1))
    assert response.status_code == 400


def test_open_to_every_post_means_every_post(liaison, draft):
    theme = {"id": draft.themes.get().pk, "theme": "T07", "entry_level": "1", "exit_level": "3"}
    liaison.post(page(draft.code, "kompetensi"), {"all_posts": "on", **rows("themes", theme, initial=1)})
    found = Program.objects.get(pk=draft.pk)
    assert (found.all_posts, set(found.posts.values_list("code", flat=True))) == (True, {"MEDHI", "WASNAK"})


def test_whoever_saves_second_is_told_and_keeps_what_was_typed(liaison, draft):
    data = {**BASICS, "scheme": draft.scheme_id, "version": draft.version}
    assert liaison.post(page(draft.code, "dasar"), data).status_code == 302
    late = liaison.post(page(draft.code, "dasar"), {**data, "title_id": "Judul saya"})
    assert late.status_code == 409
    assert 'value="Judul saya"' in late.content.decode()
    assert Program.objects.get(pk=draft.pk).title_id == "Pemimpin Muda"
    again = liaison.post(page(draft.code, "dasar"), {**data, "title_id": "Judul saya", "version": draft.version + 1})
    assert again.status_code == 302


def test_saving_can_add_a_row_or_go_back_to_the_list(liaison, draft):
    row = draft.intakes.get()
    data = rows(
        "intakes",
        {"id": row.pk, "starts": row.starts.isoformat(), "ends": row.ends.isoformat(), "seats": 10},
        initial=1,
    )
    url = page(draft.code, "angkatan")
    assert liaison.post(url, {**data, "next": "add:intakes"}).url == f"{url}?tambah=intakes#tambah-intakes"
    assert liaison.post(url, {**data, "next": "later"}).url == f"/mitra/program/{draft.code}/isi/"
    assert [len(liaison.get(u).context["form"].rows[0].forms) for u in (url, f"{url}?tambah=intakes")] == [
        1,
        2,
    ]


def test_a_second_intake_gets_the_next_number(liaison, draft):
    row = draft.intakes.get()
    data = rows(
        "intakes",
        {"id": row.pk, "starts": row.starts.isoformat(), "ends": row.ends.isoformat(), "seats": 10},
        {"starts": soon(300), "ends": soon(310), "seats": 5},
        initial=1,
    )
    liaison.post(page(draft.code, "angkatan"), data)
    assert list(draft.intakes.values_list("number", "seats")) == [(1, 10), (2, 5)]


def test_an_unknown_section_does_not_exist(liaison, draft):
    assert liaison.get(page(draft.code, "apa-saja")).status_code == 404


@pytest.mark.parametrize(
    ("name", "code"),
    [("koica_liaison", 404), ("bali_operator", 404), ("biroks_officer", 404), ("auditor", 403)],
)
def test_a_partners_draft_is_filled_in_by_its_people_only(client, draft, request, name, code):
    client.force_login(request.getfixturevalue(name))
    assert client.get(page(draft.code, "dasar")).status_code == code
    assert client.post(page(draft.code, "dasar"), BASICS).status_code == code


def test_the_bureau_does_not_edit_what_it_returned(client, jica, biroks_officer, words):
    returned = program_factories.program(jica, "RETURNED")
    filed = program_factories.program(jica, "RETURNED", on_behalf=True)
    client.force_login(biroks_officer)
    assert [client.get(page(p.code, "dasar")).status_code for p in (returned, filed)] == [403, 200]


def test_a_published_programme_is_no_longer_filled_in(liaison, published):
    assert liaison.get(page(published.code, "dasar")).status_code == 403


def test_an_offer_before_publishing_has_no_public_page(client, draft, jica_liaison):
    assert client.get(f"/program/{draft.slug}/").status_code == 404
    client.force_login(jica_liaison)
    assert draft.get_absolute_url() == f"/mitra/program/{draft.code}/"
    assert client.get(draft.get_absolute_url()).status_code == 200


def test_the_list_shows_a_partner_its_own_and_the_bureau_what_waits(
    client, jica, koica, jica_liaison, biroks_officer, words
):
    ours = program_factories.program(jica, "RETURNED")
    theirs = program_factories.program(koica, "SUBMITTED")
    program_factories.program(koica, "DRAFT")
    client.force_login(jica_liaison)
    mine = client.get("/mitra/program/").context
    client.force_login(biroks_officer)
    all_of_them = client.get("/mitra/program/").context
    assert ([p.pk for p in mine["listing"].rows], [p.pk for p in mine["waiting"]]) == ([ours.pk], [ours.pk])
    assert {p.pk for p in all_of_them["listing"].rows} == {ours.pk, theirs.pk}
    assert [p.pk for p in all_of_them["waiting"]] == [theirs.pk]


@pytest.mark.parametrize("name", ["bali_operator", "bali_verifier", "administrator"])
def test_offices_have_no_partner_pages(client, published, request, name):
    client.force_login(request.getfixturevalue(name))
    working = f"/mitra/program/{published.code}/"
    assert client.get("/mitra/program/").status_code == 403
    assert [client.get(url).status_code for url in (working, f"{working}isi/", f"{working}ubah/")] == [404] * 3
    assert client.post(f"{working}cancel/").status_code == 404


def test_the_partners_list_asks_the_same_queries_for_1_and_30_rows(client, jica, jica_liaison, words):
    client.force_login(jica_liaison)
    program_factories.program(jica, "OPEN")
    client.get("/mitra/program/?size=50")
    with CaptureQueriesContext(connection) as one:
        client.get("/mitra/program/?size=50")
    for _ in range(29):
        program_factories.program(jica, "OPEN", themes=(("T07", 1, 3), ("T08", 1, 3)))
    with CaptureQueriesContext(connection) as thirty:
        assert client.get("/mitra/program/?size=50").content.count(b"<tr>") == 31
    assert len(thirty) == len(one)


def test_a_part_without_rows_shows_one_to_type_into(liaison, empty):
    response = liaison.get(page(empty.code, "kompetensi"))
    [themes] = response.context["form"].rows
    assert (themes.total_form_count(), len(themes.forms)) == (1, 1)
    assert 'name="themes-0-theme"' in response.content.decode()


def test_a_competency_starts_below_the_highest_level_and_ends_above_none(liaison, empty):
    [themes] = liaison.get(page(empty.code, "kompetensi")).context["form"].rows
    levels = {
        name: [code for code, _label in themes.forms[0].fields[name].choices] for name in ("entry_level", "exit_level")
    }
    assert levels == {"entry_level": ["0", "1", "2", "3", "4"], "exit_level": ["1", "2", "3", "4"]}
