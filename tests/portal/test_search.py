"""Search: hard questions with the rank their answer must have, and nobody finds, counts or filters what they may not
see."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from participants.models import NominationStatus
from partnerships.models import ExternalStep, ProposalStatus
from portal.search.words import distance, plain, understood
from programs.models import Program, Visibility
from regions.models import CompetencyGap
from tests import (
    agreement_factories,
    factories,
    nomination_factories,
    program_factories,
    review_factories,
    search_world,
)
from tests.proposal_factories import open_need, proposal

pytestmark = pytest.mark.django_db


def page_of(client, user, text, **more):
    """The page of results, as this reader sees it; None is a visitor."""
    client.logout() if user is None else client.force_login(user)
    answer = client.get(reverse("search"), {"q": text, **more})
    assert answer.status_code == 200, answer.get("Location")
    return answer.context["found"]


def found(client, user, text, **more):
    """The codes of what is found, the best first."""
    return [hit.code for hit in page_of(client, user, text, **more).hits]


def opened(client, user, text):
    """The address a complete code leads to; empty when there is a page of results."""
    client.logout() if user is None else client.force_login(user)
    return client.get(reverse("search"), {"q": text}).get("Location", "")


HARD = (
    # what is typed, and what must come first, in this order
    ("semarang", ["DISNAKER-3322", "DISNAKER-3374"]),  # both of a pair, before everything else there
    ("kota semarang", ["DISNAKER-3374"]),
    ("Kab. Semarang", ["DISNAKER-3322"]),
    ("BANJAR", ["DISNAKER-3279", "DISNAKER-6303"]),  # a pair across two provinces
    ("33.74", ["DISNAKER-3374"]),  # a region code with its dot
    ("Palangka Raya", ["DISNAKER-6271"]),  # two words for a name in one
    ("palangkarya", ["DISNAKER-6271"]),  # a letter is missing
    ("padang sidempuan", ["DISNAKER-1277"]),  # an old spelling, in two words
    ("pangkep", ["DISNAKER-7310"]),  # a name only people use
    ("bnadung", ["DISNAKER-3204", "DISNAKER-3273"]),  # two letters swapped
    ("papua", ["DISNAKER-91"]),  # the province of that name before the others
    ("west java", ["DISNAKER-32"]),  # a province in English
    ("dinas NTB", ["DISNAKER-52"]),  # an abbreviation; Sumba Barat in NTT is no NTB
    ("kb20260041", ["KB-2026-0041"]),  # a code without dashes
    ("2026-0042", ["KB-2026-0042"]),  # the end of a code
    ("560/1234", ["KB-2026-0043"]),  # the beginning of a letter number
    ("TKI", ["KB-2026-0043"]),  # a word that is no longer used for migrant workers
    ("labor mediation", ["PR-2026-0301"]),  # American English; the title before the competency of the need
    ("perundingan hubungan industrial", ["KB-2026-0041", "PR-2026-0301"]),  # nothing says "perundingan"
    ("occupational safety", ["PR-2026-0302"]),  # an English title for an Indonesian reader
    ("risk management semarang", ["KB-2026-0042"]),  # an English theme and a place
    ("keselamatn kerja", ["PR-2026-0302"]),  # a slip in a long word
    ("nota kesepahaman jica", ["KM-2026-0501"]),  # the kind of paper in Indonesian, stored as MoU
    ("inspection", ["KB-2026-0044"]),  # the stem of a theme in English
)


@pytest.fixture
def country(db):
    search_world.build()


def test_hard_questions_put_the_right_records_first(client, country, auditor):
    ranks = {
        text: found(client, auditor, text)[: len(first)] for text, first in HARD if not opened(client, auditor, text)
    }
    ranks |= {text: [first[0]] for text, first in HARD if opened(client, auditor, text).endswith(f"/{first[0]}/")}
    ordered = {"semarang", "BANJAR", "bnadung"}  # equally good: any order
    assert {t: sorted(r) if t in ordered else r for t, r in ranks.items()} == dict(HARD)


def test_what_was_mistyped_and_what_was_found_instead_is_said(client, country, auditor):
    page = page_of(client, auditor, "palangkarya")
    assert (page.understood, page.question.any_term) == ("palangkaraya", False)
    page = page_of(client, auditor, "semarang xyzzy")
    assert page.question.any_term and "DISNAKER-3374" in [hit.code for hit in page.hits]
    client.force_login(auditor)
    assert b"palangkaraya" in client.get(reverse("search"), {"q": "palangkarya"}).content


def test_every_way_to_write_a_code_opens_its_record(client, country, auditor):
    need = "/kebutuhan/KB-2026-0041/"
    for text in ("KB-2026-0041", "kb-2026-0041", "  KB-2026-0041 ", "KB20260041", "kb 2026 0041", "KB/2026/0041"):
        assert opened(client, auditor, text) == need, text
    assert opened(client, auditor, "KEB-2026-62-0007") == "/kebutuhan/KB-2026-0044/"
    assert opened(client, auditor, "560/1234/Disnakertrans/2026") == "/kebutuhan/KB-2026-0043/"
    assert opened(client, auditor, "KB-2026-9999") == opened(client, auditor, "KB-2026") == ""


def test_a_code_of_another_office_opens_and_finds_nothing(client, need_aceh, aceh_operator, bali_head):
    assert opened(client, aceh_operator, need_aceh.code) == need_aceh.get_absolute_url()
    assert opened(client, bali_head, need_aceh.code) == ""
    assert page_of(client, bali_head, need_aceh.code).answer.any == 0


def test_records_outside_the_index_open_by_their_code(client, jica, evaluator):
    review = review_factories.review(program_factories.program(jica), created_by=evaluator)
    assert opened(client, evaluator, review.code) == review.get_absolute_url()


def test_nobody_finds_counts_or_filters_what_they_may_not_see(client, country, bali_head, jica, koica_liaison, auditor):
    everything = page_of(client, auditor, "2026")
    assert {kind: n for kind, n in everything.answer.counts["kind"].items()} == {
        "regions.need": 4,
        "programs.program": 2,
        "partnerships.agreement": 2,
    }
    for reader, kinds in (
        (bali_head, {"programs.program": 2, "partnerships.agreement": 1}),
        (koica_liaison, {"programs.program": 1, "partnerships.agreement": 1}),
        (None, {"programs.program": 1, "partnerships.agreement": 1}),
    ):
        page = page_of(client, reader, "2026")
        counts = {name: values for name, values in page.answer.counts.items() if name != "status"}
        assert counts.get("kind", {}) == kinds, reader
        assert (page.answer.any, page.total, len(page.hits)) == (sum(kinds.values()),) * 3
        seen = {hit.code for hit in page.hits}
        assert sum(counts.get("year", {}).values()) == len(seen)
        assert sum(page.answer.counts.get("status", {}).values()) == len(seen)
        hidden = {hit.code for hit in everything.hits} - seen
        for code in hidden:
            assert found(client, reader, code) == [], (reader, code)


def test_a_mistyped_word_is_never_put_right_by_what_the_reader_may_not_see(client, country, koica_liaison, auditor):
    assert page_of(client, auditor, "negosasi").understood == "negosiasi"
    page = page_of(client, koica_liaison, "pemeriksan")  # only in a need, which the partner does not see
    assert (page.answer.any, page.understood) == (0, "pemeriksan")


def test_a_partner_finds_a_proposal_but_not_by_the_code_of_the_need(client, aceh, jica, jica_liaison, ppsdm_verifier):
    need = open_need(aceh)
    sent = proposal(need, program_factories.program(jica), ProposalStatus.PARTNER_REVIEW)
    assert found(client, ppsdm_verifier, need.code[:-1]).count(sent.code) == 1
    assert sent.code in found(client, jica_liaison, "aceh mediator")
    assert page_of(client, jica_liaison, need.code[:-1]).answer.any == 0
    assert page_of(client, jica_liaison, need.national_number[:-1]).answer.any == 0


def test_the_ministrys_letter_numbers_are_not_for_offices(client, country, auditor, bali_head):
    assert found(client, auditor, "JPN/77") == ["PR-2026-0302"]
    assert page_of(client, bali_head, "JPN/77").answer.any == 0


def test_letter_numbers_of_an_agreement_are_for_those_who_read_its_letters(
    client, aceh, aceh_regency, jica, jica_liaison, auditor, aceh_operator, bali_operator, bali
):
    ours = agreement_factories.agreement(
        "ACTIVE", partner=jica, region_codes=["11", "51"], grant_register_no="HIBAH/771", title_id="Hibah alat uji"
    )
    theirs = agreement_factories.agreement(
        "ACTIVE", track="KSDPL", office=aceh_regency, region_codes=["1101", "51"], title_id="Kota kembar"
    )
    for where, number in ((ours, "B-551/KLN"), (theirs, "B-552/KLN")):
        ExternalStep.objects.create(
            agreement=where, body="KEMLU", purpose="Telaah", sent_on="2026-02-03", ref_no=number
        )
    for reader, numbers in (
        (auditor, ["HIBAH/771", "B-551/KLN", "B-552/KLN"]),
        (jica_liaison, []),  # a party to the first
        (aceh_operator, ["B-552/KLN"]),  # the second is its own work
        (bali_operator, []),  # named in both
        (None, []),
    ):
        told = [n for n in ("HIBAH/771", "B-551/KLN", "B-552/KLN") if page_of(client, reader, n[:-1]).answer.any]
        assert told == numbers, reader
        assert ours.code in found(client, reader, "hibah alat"), reader


def test_a_partner_does_not_find_by_the_offices_own_words_which_it_never_reads(
    client, aceh, jica, jica_liaison, auditor
):
    sent = proposal(open_need(aceh), program_factories.program(jica), ProposalStatus.PARTNER_REVIEW)
    CompetencyGap.objects.filter(line=sent.line).update(competency_title="Penyelesaian mogok")
    assert sent.code in found(client, auditor, "mogok")
    assert page_of(client, jica_liaison, "mogok").answer.any == 0


def test_a_partner_with_whom_is_still_negotiated_is_nobodys_to_find(client, aceh_operator, auditor, koica):
    agreement_factories.agreement("DRAFTING", partner=koica)
    for reader in (None, aceh_operator, auditor):
        assert "KOICA" not in found(client, reader, "koica"), reader
    agreement_factories.agreement("ACTIVE", partner=koica)
    assert "KOICA" in found(client, None, "koica")


def test_the_order_does_not_tell_what_only_those_inside_read(client, jica):
    for number in (1, 2):
        program_factories.program(
            jica, visibility=Visibility.PUBLIC, title_id="Kursus mediasi", slug=f"kursus-{number}"
        )
    before = found(client, None, "mediasi")
    last = Program.objects.get(code=before[-1])
    Program.objects.filter(pk=last.pk).update(source_letter_number="Mediasi mediasi mediasi")
    assert found(client, None, "mediasi") == before


def test_a_correction_never_shows_a_word_of_a_hidden_record(client, country, jica, auditor):
    program_factories.program(jica, visibility=Visibility.PUBLIC, title_id="Kursus Pelaporanku", slug="kursus")
    program_factories.program(jica, visibility=Visibility.ALL_OFFICES, title_id="Kursus Pelaporank", slug="lain")
    assert page_of(client, auditor, "pelaporanx").understood == "pelaporank"
    assert page_of(client, None, "pelaporanx").understood == "pelaporanku"


def test_nominations_are_found_by_office_and_programme_and_never_by_person(
    client, aceh, jica, aceh_province_operator, ppsdm_verifier
):
    nomination = nomination_factories.nomination(
        nomination_factories.seats(aceh, jica, title_id="Jejaring pengawasan"), NominationStatus.SCREENING
    )
    for reader in (aceh_province_operator, ppsdm_verifier):
        assert nomination.code in found(client, reader, "jejaring aceh", kind="participants.nomination")
        for part in nomination.person.name.split():
            assert nomination.code not in found(client, reader, part)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT concat(full_text::text, names::text) FROM portal_searchentry WHERE kind = 'participants.nomination'"
        )
        kept = cursor.fetchone()[0].lower()
        cursor.execute("SELECT string_agg(word, ' ') FROM portal_searchword")
        words = cursor.fetchone()[0].split()
    parts = plain(nomination.person.name).split()
    assert parts != [] and [p for p in parts if f"'{p}'" in kept or p in words] == []


def test_a_visitor_finds_what_is_public_and_is_led_to_public_pages(client, country):
    assert found(client, None, "mediasi") == ["PR-2026-0301"]
    assert found(client, None, "manajemen keselamatan", kind="programs.program") == []  # a programme for offices only
    page = page_of(client, None, "kerja sama")
    links = {hit.code: hit.url for hit in page.hits}
    assert links["KM-2026-0501"] == "/transparansi/kemitraan/KM-2026-0501/"
    assert links["JICA"] == "/mitra/profil/JICA/"
    assert "KM-2026-0502" not in links
    for url in links.values():
        assert client.get(url).status_code == 200, url


def test_what_is_public_is_public_to_those_signed_in_too_and_leads_to_its_public_page(client, country, koica_liaison):
    links = {hit.code: hit.url for hit in page_of(client, koica_liaison, "2026").hits}
    assert links == {"PR-2026-0301": "/program/mediasi/", "KM-2026-0501": "/transparansi/kemitraan/KM-2026-0501/"}
    assert opened(client, koica_liaison, "km20260501") == "/transparansi/kemitraan/KM-2026-0501/"


def test_filters_count_what_the_others_leave_and_narrow_each_other(client, country, auditor):
    page = page_of(client, auditor, "semarang", kind="regions.need")
    assert (page.answer.any, page.total, page.answer.counts["kind"]) == (
        5,
        2,
        {"accounts.organisation": 3, "regions.need": 2},
    )
    assert page.answer.counts["theme"] == {"T05": 1, "T07": 1}
    assert found(client, auditor, "semarang", theme="T05") == ["KB-2026-0042"]
    assert sorted(found(client, auditor, "semarang", theme=["T05", "T07"])) == ["KB-2026-0041", "KB-2026-0042"]
    assert found(client, auditor, "banjar", region="63")[0] == "DISNAKER-6303"
    assert found(client, auditor, "kb-2026", status="regions.need:APPROVED") == ["KB-2026-0044"]
    assert found(client, auditor, "2026", year="2026", kind="partnerships.agreement") != []
    empty = page_of(client, auditor, "banjar", region="63", kind="regions.need")
    assert (empty.total, empty.way_out.count) == (0, 2)


def test_english_pages_show_english_names(client, country, auditor):
    client.force_login(auditor)
    page = client.get("/en/cari/", {"q": "kota semarang"})
    assert page.context["found"].hits[0].title == "Labour Office of Semarang City"


def test_hostile_questions_get_a_page(client, country, auditor):
    client.force_login(auditor)
    for text in (
        "",
        " ",
        "'",
        "!!!",
        "a & | !b:*",
        "%00\x00'\"\\",
        "<script>alert(1)</script>",
        "x" * 5000,
        "kata " * 10_000,
        "KB\x00-2026-0041",
        "EV\x00-2026-9999",
        "1e400",
        "semarang:A <-> !kota",
        "\u202eabc123 שלום 🎉",
        "ﷺ" * 100,
        "的",
        "de",
        "()",
    ):
        page = client.get(reverse("search"), {"q": text}, follow=True)
        assert page.status_code == 200 and "<script>alert" not in page.content.decode(), text
    for data in (
        {"page": "0"},
        {"page": "99999999999"},
        {"page": "x"},
        {"year": "99999"},
        {"year": "x"},
        {"sort": "x"},
    ):
        assert client.get(reverse("search"), {"q": "semarang", **data}).status_code == 200, data
    for data in ({"kind": "\x00"}, {"region": "'"}, {"theme": "x" * 500}, {"status": "a:b"}):
        assert client.get(reverse("search"), {"q": "semarang", **data}).context["found"].total == 0, data


def test_an_empty_search_explains_itself_and_nothing_found_says_so(client, aceh_operator):
    client.force_login(aceh_operator)
    assert "33.74" in client.get(reverse("search")).content.decode()
    assert "qqqq" in client.get(reverse("search"), {"q": "qqqq"}).content.decode()


def test_pages_of_results_do_not_repeat_themselves(client, auditor, aceh_regency):
    for _number in range(30):
        factories.need(aceh_regency)
    first = found(client, auditor, "mediator", kind="regions.need")
    second = found(client, auditor, "mediator", kind="regions.need", page="2")
    assert (len(first), len(second), len({*first, *second})) == (25, 5, 30)


def test_search_asks_as_often_for_thirty_hits_as_for_one(client, aceh_operator, aceh_regency):
    client.force_login(aceh_operator)
    counts = []
    for more in (1, 30):
        for _number in range(more):
            factories.need(aceh_regency, created_by=aceh_operator)
        client.get(reverse("search"), {"q": "mediator"})
        with CaptureQueriesContext(connection) as queries:
            client.get(reverse("search"), {"q": "mediator"})
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_words_are_read_as_the_index_writes_them():
    assert plain("  Ma’rang, São KB-2026_0041 ") == "ma rang sao kb 2026 0041"
    assert [t.word for t in understood("Dinas di Kota dan the Banjar").terms] == ["dinas", "kota", "banjar"]
    assert [t.word for t in understood("dan").terms] == ["dan"]
    assert [t.word for t in understood("Kebutuhan D.I. Yogyakarta").terms] == ["yogyakarta"]
    assert [distance(a, b) for a, b in (("bnadung", "bandung"), ("abc", "abc"), ("", "ab"), ("kat", "kota"))] == [
        1,
        0,
        2,
        2,
    ]
