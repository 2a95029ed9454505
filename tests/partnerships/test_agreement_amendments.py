"""Amending what is in force: proposed beside the signed text, reviewed again, valid when signed; versions compared."""

from __future__ import annotations

import datetime as dt
import io
from functools import partial

import pytest
from django.core.files.base import ContentFile
from django.utils import timezone

from notices.models import Notice
from notices.tasks import deliver_pending
from partnerships.lifecycle import AGREEMENT
from partnerships.models import AgreementStatus, Clause, DocumentKind, Instrument, Track
from partnerships.services import papers
from partnerships.services.versions import store_version
from tests import agreement_factories as make
from tests import factories
from tests.races import outcomes
from workflow.engine import perform
from workflow.models import LogEntry
from workflow.reading import waiting_for

pytestmark = pytest.mark.django_db


@pytest.fixture
def step(client):
    """Do one thing on an agreement as one person; the agreement is read again."""

    def do(user, agreement, path, **data):
        client.force_login(user)
        response = client.post(f"/en/kemitraan/{agreement.code}/{path}/", data)
        response.text_ = response.content.decode()
        agreement.refresh_from_db()
        agreement._prefetched_objects_cache = {}
        return response

    return do


@pytest.fixture
def see(client):
    """A page of an agreement as one person sees it."""

    def do(user, agreement, path="", **data):
        client.force_login(user)
        response = client.get(f"/en/kemitraan/{agreement.code}/{path}", data)
        response.text_ = response.content.decode()
        return response

    return do


def in_days(count):
    return timezone.localdate() + dt.timedelta(days=count)


def signed_agreement(**fields):
    """In force since long ago, its signed text kept as version 1."""
    old = in_days(-400)
    given = {"signed_on": old, "effective_date": old, "starts": old, "ends": in_days(300), **fields}
    agreement = make.agreement(AgreementStatus.ACTIVE, instrument=Instrument.MOU, **given)
    make.texts(agreement)
    agreement.signatories = [{"party": "BIRO-KS", "post": "Sekretaris Jenderal"}, {"party": "JICA", "post": "Kepala"}]
    agreement.save()
    store_version(agreement, "sign", signed_on=agreement.signed_on)
    return agreement


def content(agreement, **changes):
    """What the content form of a signed agreement sends."""
    return {
        **make.PLAN,
        "title_id": agreement.title_id,
        "ends": agreement.ends.isoformat(),
        "version": agreement.version,
        **changes,
    }


NOTICE = {"reason": "Masa berlaku perlu diperpanjang dua tahun."}
SIGNING = {
    "way": "SCAN",
    "our_post": "Sekretaris Jenderal",
    "partner_post": "Kepala Perwakilan",
    "capacity": "DEFINITIVE",
}


def test_an_amendment_is_proposed_reviewed_and_only_then_valid(
    step, see, biroks_head, biroks_officer, legal_reviewer, sekjen
):
    agreement = signed_agreement()
    was, longer = agreement.ends, in_days(1000)
    step(biroks_head, agreement, "amend", notice=factories.pdf(), **NOTICE)
    assert (agreement.status, agreement.amendment_phase) == ("UNDER_AMENDMENT", "DRAFTING")

    empty = step(biroks_officer, agreement, "amendment_to_legal", text_id=factories.pdf(), text_en=factories.pdf())
    assert (empty.status_code, "Write down first what the amendment changes." in empty.text_) == (400, True)
    saved = step(
        biroks_officer, agreement, "ubah", **content(agreement, ends=longer.isoformat(), scope="Empat angkatan")
    )
    assert saved.status_code == 302
    # Proposed, not valid: what was signed stays what the record says.
    assert (agreement.ends, agreement.scope) == (was, "Dua angkatan")
    assert agreement.proposed == {"ends": longer.isoformat(), "scope": "Empat angkatan"}
    page = see(biroks_officer, agreement).text_
    assert "What the amendment would change" in page and "Empat" in page
    assert see(biroks_officer, agreement, "ubah/").context["form"].initial["scope"] == "Empat angkatan"

    old_texts = step(biroks_officer, agreement, "amendment_to_legal")
    assert "Add the text of the amendment in Indonesian" in old_texts.text_
    step(biroks_officer, agreement, "amendment_to_legal", text_id=factories.pdf(), text_en=factories.pdf())
    assert agreement.amendment_phase == "LEGAL"
    assert step(biroks_officer, agreement, "ubah", **content(agreement, scope="Lima")).status_code == 403

    act = see(legal_reviewer, agreement, "amendment_ok/").context["facts"]
    assert [str(row["label"]) for row in act] == ["Scope", "Valid until", "Text in Indonesian", "Text in English"][
        : len(act)
    ]
    unticked = step(legal_reviewer, agreement, "amendment_ok")
    assert "Tick the clauses in the checklist first" in unticked.text_
    step(legal_reviewer, agreement, "klausul", clauses=[c.value for c in Clause])
    step(legal_reviewer, agreement, "amendment_ok")
    assert (agreement.amendment_phase, agreement.ends) == ("SIGNING", was)

    early = {"signed": factories.pdf(), "signed_on": in_days(-500).isoformat(), **SIGNING}
    assert "before the agreement" in step(sekjen, agreement, "amended", **early).text_
    step(sekjen, agreement, "amended", **{**early, "signed": factories.pdf(), "signed_on": in_days(0).isoformat()})
    assert (agreement.status, agreement.ends, agreement.scope) == ("ACTIVE", longer, "Empat angkatan")
    assert (agreement.proposed, agreement.amendment_phase) == ({}, "")
    versions = list(agreement.versions.all())
    assert [(v.number, v.occasion) for v in versions] == [(1, "sign"), (2, "amendment_to_legal"), (3, "amended")]
    assert versions[0].facts["scope"]["id"] == "Dua angkatan"
    assert [s["post"] for s in versions[2].signatories] == ["Sekretaris Jenderal", "Kepala Perwakilan"]


def test_a_returned_amendment_is_compared_with_what_legal_read_last(
    step, see, biroks_head, biroks_officer, legal_reviewer
):
    agreement = signed_agreement()
    step(biroks_head, agreement, "amend", notice=factories.pdf(), **NOTICE)
    step(biroks_officer, agreement, "ubah", **content(agreement, scope="Tiga angkatan"))
    step(biroks_officer, agreement, "amendment_to_legal", text_id=factories.pdf(), text_en=factories.pdf())
    step(legal_reviewer, agreement, "klausul", clauses=["IP"])
    step(legal_reviewer, agreement, "amendment_back", reason="Lingkup harus menyebut jumlah peserta.")
    assert (agreement.status, agreement.amendment_phase, agreement.clauses) == ("UNDER_AMENDMENT", "DRAFTING", {})
    step(biroks_officer, agreement, "ubah", **content(agreement, scope="Tiga angkatan", place="Surabaya"))
    step(biroks_officer, agreement, "amendment_to_legal", text_id=factories.pdf("baru.pdf"))
    facts = see(legal_reviewer, agreement, "amendment_ok/").context["facts"]
    assert [(str(row["label"]), row["value"]) for row in facts][0] == ("Place of implementation", "Jakarta → Surabaya")
    assert "Scope" not in [str(row["label"]) for row in facts]


def test_a_dropped_or_ended_amendment_leaves_the_signed_text(step, biroks_head, biroks_officer):
    for act, data in (("drop_amendment", NOTICE), ("terminate", {"notice": factories.pdf(), **NOTICE})):
        agreement = signed_agreement()
        step(biroks_head, agreement, "amend", notice=factories.pdf(), **NOTICE)
        step(biroks_officer, agreement, "ubah", **content(agreement, scope="Tiga angkatan"))
        step(biroks_head, agreement, act, **data)
        assert (agreement.scope, agreement.proposed, agreement.amendment_phase) == ("Dua angkatan", {}, "")


def test_where_the_minister_approved_the_agreement_the_amendment_needs_that_approval_too(
    step, aceh_regency, aceh_head, biroks_officer
):
    agreement = make.agreement(
        AgreementStatus.UNDER_AMENDMENT, track=Track.KSDPL, office=aceh_regency, amendment_phase="SIGNING",
        proposed={"scope": "Tiga angkatan"}, returned_at=timezone.now(),
    )  # fmt: skip
    data = {"signed_on": in_days(0).isoformat(), **SIGNING, "our_post": "Bupati"}
    refused = step(aceh_head, agreement, "amended_region", signed=factories.pdf(), **data)
    assert (refused.status_code, agreement.status) == (400, "UNDER_AMENDMENT")
    assert "Record the letter and the answer of Ministry of Home Affairs." in refused.text_
    make.letter(agreement, "KEMENDAGRI", "CLEARANCE", result="APPROVED")
    step(aceh_head, agreement, "amended_region", signed=factories.pdf(), **data)
    assert (agreement.status, agreement.scope) == ("ACTIVE", "Tiga angkatan")


def test_whoever_sent_the_amendment_to_legal_does_not_approve_it(step, biroks_head, biroks):
    both = factories.member("BIROKS_OFF", biroks)
    agreement = signed_agreement()
    step(biroks_head, agreement, "amend", notice=factories.pdf(), **NOTICE)
    step(both, agreement, "ubah", **content(agreement, scope="Tiga angkatan"))
    step(both, agreement, "amendment_to_legal", text_id=factories.pdf(), text_en=factories.pdf())
    both.memberships.update(role="LEGAL", organisation=factories.organisation("BIRO-HUKUM"))
    make.tick_clauses(agreement)
    page = step(type(both).objects.get(pk=both.pk), agreement, "amendment_ok")
    assert (agreement.amendment_phase, "You prepared this record yourself" in page.text_) == ("LEGAL", True)


# --- What differs


def drafted(agreement, officer, language="id"):
    return papers.draft(agreement, "MEMORANDUM", language, officer)


def test_texts_drafted_by_the_portal_are_compared_word_by_word(see, biroks_officer, auditor):
    agreement = make.agreement(AgreementStatus.DRAFTING, instrument=Instrument.MOU)
    drafted(agreement, biroks_officer)
    store_version(agreement, "to_legal")
    type(agreement).objects.filter(pk=agreement.pk).update(scope="Tiga angkatan per tahun", duration_months=36)
    agreement.refresh_from_db()
    drafted(agreement, biroks_officer)
    store_version(agreement, "resubmit")
    page = see(auditor, agreement, "perubahan/")
    comparison = page.context["comparison"]
    assert (comparison.before.value, comparison.after.value) == ("1", "2")
    assert [str(f.label) for f in comparison.facts] == ["Scope", "Duration in months"]
    (text,) = comparison.texts
    changed = ["".join(f"[{p.kind}:{p.text}]" for p in b.pieces if p.kind != "same") for b in text.blocks if b.pieces]
    assert changed == ["[del:Dua][ins:Tiga][ins: per tahun]", "[del:24][ins:36]"]
    assert '<del><span class="visually-hidden">[removed: </span>24' in page.text_
    assert '<ins><span class="visually-hidden">[added: </span>36' in page.text_


def test_docx_texts_are_compared_and_pdfs_only_by_their_facts(see, auditor):
    from docx import Document

    def docx(*lines):
        document, stored = Document(), io.BytesIO()
        for line in lines:
            document.add_paragraph(line)
        document.save(stored)
        return ContentFile(stored.getvalue(), name="naskah.docx")

    agreement = make.agreement(AgreementStatus.DRAFTING)
    from partnerships.models import AgreementDocument

    for number, words in ((1, "berlaku dua tahun"), (2, "berlaku tiga tahun")):
        AgreementDocument(agreement=agreement, kind=DocumentKind.TEXT_ID, version=number).hold(
            docx("Pasal 1", words), actor=None
        ).save()
        AgreementDocument(agreement=agreement, kind=DocumentKind.TEXT_EN, version=number).hold(
            ContentFile(factories.PDF + b"%" * number, name="text.pdf"), actor=None
        ).save()
        store_version(agreement, "to_legal" if number == 1 else "resubmit")
    page = see(auditor, agreement, "perubahan/")
    indonesian, english = page.context["comparison"].texts
    assert [tuple((p.kind, p.text) for p in b.pieces) for b in indonesian.blocks if b.pieces] == [
        (("same", "berlaku "), ("del", "dua"), ("ins", "tiga"), ("same", " tahun"))
    ]
    assert (english.blocks, english.is_same) == (None, False)
    assert "The words of an uploaded PDF cannot be compared here." in page.text_


def test_a_broken_docx_breaks_no_page(see, auditor):
    from partnerships.models import AgreementDocument

    agreement = make.agreement(AgreementStatus.DRAFTING)
    for number in (1, 2):
        AgreementDocument(agreement=agreement, kind=DocumentKind.TEXT_ID, version=number).hold(
            ContentFile(b"PK\x03\x04" + b"?" * number, name="rusak.docx"), actor=None
        ).save()
        store_version(agreement, "to_legal")
    page = see(auditor, agreement, "perubahan/")
    assert (page.status_code, page.context["comparison"].texts[0].blocks) == (200, None)


@pytest.mark.parametrize(
    "query", [{"dari": "x"}, {"dari": "999", "ke": "-1"}, {"ke": "\x00"}, {"dari": "1", "ke": "1"}]
)
def test_a_nonsense_address_still_compares(query, see, auditor):
    agreement = make.agreement(AgreementStatus.DRAFTING)
    store_version(agreement, "to_legal")
    store_version(agreement, "resubmit")
    assert see(auditor, agreement, "perubahan/", **query).status_code == 200


def test_before_any_version_there_is_nothing_to_compare(see, auditor):
    page = see(auditor, make.agreement(), "perubahan/")
    assert (page.status_code, "Nothing to compare yet" in page.text_) == (200, True)


def test_partners_read_the_difference_but_not_the_checklists(see, jica_head, jica, auditor):
    agreement = make.agreement(AgreementStatus.DRAFTING, partner=jica)
    store_version(agreement, "to_legal")
    agreement.clauses, agreement.scope = {"IP": True}, "Tiga angkatan"
    agreement.save()
    store_version(agreement, "resubmit")
    labels = {
        name: [str(f.label) for f in see(user, agreement, "perubahan/").context["comparison"].facts]
        for name, user in (("partner", jica_head), ("auditor", auditor))
    }
    assert labels == {"partner": ["Scope"], "auditor": ["Scope", "Clauses"]}


def test_others_do_not_reach_the_difference(see, koica_head, bali_head):
    agreement = make.agreement(AgreementStatus.DRAFTING)
    for person in (koica_head, bali_head):
        assert see(person, agreement, "perubahan/").status_code == 404


def test_the_page_of_versions_needs_no_query_per_version(see, auditor, django_assert_num_queries):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    agreement = make.agreement(AgreementStatus.DRAFTING)

    def count():
        see(auditor, agreement, "perubahan/")
        with CaptureQueriesContext(connection) as captured:
            see(auditor, agreement, "perubahan/")
        return len(captured)

    for _number in range(2):
        store_version(agreement, "to_legal")
    few = count()
    for _number in range(28):
        store_version(agreement, "to_legal")
    assert count() == few


def test_a_changed_region_list_is_logged_by_code_and_name(step, see, biroks_officer, aceh_regency, bali):
    agreement = make.agreement(AgreementStatus.PLAN, region_codes=["1101"])
    path = "daerah"
    wrong = step(biroks_officer, agreement, path, version=agreement.version, keep=["1101"], add_1="Atlantis")
    assert (wrong.status_code, "No region has this code or name." in wrong.text_) == (400, True)
    step(biroks_officer, agreement, path, version=agreement.version, keep=["1101"], add_1="provinsi bali", add_2="52")
    assert agreement.region_codes == ["1101"]  # 52 is no region of this test: nothing half is saved
    step(biroks_officer, agreement, path, version=agreement.version, keep=["1101"], add_1="51 Provinsi Bali")
    assert agreement.region_codes == ["1101", "51"]
    (change,) = LogEntry.objects.filter(record_code=agreement.code).order_by("-seq").first().data["changes"]
    assert (change["before"], change["after"]) == ("11.01 Kabupaten 1101", "11.01 Kabupaten 1101\n51 Provinsi Bali")
    assert [row["code"] for row in see(biroks_officer, agreement).context["regions"]] == ["11.01", "51"]


def test_the_office_of_a_named_region_reads_and_does_not_act(see, step, biroks_officer, bali, bali_head, bali_operator):
    agreement = make.agreement(AgreementStatus.PLAN, region_codes=["51"])
    assert see(bali_head, agreement).status_code == 200
    assert step(bali_operator, agreement, "daerah", version=agreement.version).status_code == 403
    assert agreement.code in see(bali_head, agreement).text_
    unnamed = make.agreement(AgreementStatus.PLAN, region_codes=["1101"])
    assert see(bali_head, unnamed).status_code == 404


def test_the_legal_bureau_sees_what_changed_since_it_read_the_text_last(step, see, biroks_officer, legal_reviewer):
    agreement = make.agreement(AgreementStatus.DRAFTING)
    step(biroks_officer, agreement, "to_legal", text_id=factories.pdf(), text_en=factories.pdf())
    make.tick_clauses(agreement)
    first = see(legal_reviewer, agreement, "legal_ok/").context["facts"]
    assert [str(row["value"]) for row in first] == ["This is the first review."]
    step(legal_reviewer, agreement, "return", reason="Lingkup harus menyebut jumlah peserta.")
    changed = {**make.PLAN, "title_id": agreement.title_id, "version": agreement.version, "scope": "Tiga angkatan"}
    step(biroks_officer, agreement, "ubah", **changed)
    step(biroks_officer, agreement, "resubmit", summary="Lingkup diperjelas.")
    make.tick_clauses(agreement)
    page = see(legal_reviewer, agreement, "legal_ok/")
    assert [(str(row["label"]), row["value"]) for row in page.context["facts"]] == [
        ("Scope", "Dua angkatan → Tiga angkatan")
    ]
    assert "Dua angkatan → Tiga angkatan" in page.text_
    assert "New since the Legal Bureau read it last:" in see(legal_reviewer, agreement).text_


def test_the_history_calls_a_proposal_a_proposal(step, see, biroks_head, biroks_officer, jica_head, jica):
    agreement = signed_agreement(partner=jica)
    step(biroks_head, agreement, "amend", notice=factories.pdf(), **NOTICE)
    step(biroks_officer, agreement, "ubah", **content(agreement, scope="Tiga angkatan"))
    page = see(jica_head, agreement).text_
    assert "Change proposed for the amendment" in page and "Content changed" not in page


def test_the_turn_goes_through_the_hands_of_the_amendment(step, biroks_head, biroks_officer, legal_reviewer, sekjen):
    agreement = signed_agreement()

    def waiting():
        people = {"officer": biroks_officer, "legal": legal_reviewer, "sekjen": sekjen, "head": biroks_head}
        return [name for name, user in people.items() if waiting_for(user, "partnerships.agreement").exists()]

    found = [waiting()]
    step(biroks_head, agreement, "amend", notice=factories.pdf(), **NOTICE)
    found.append(waiting())
    step(biroks_officer, agreement, "ubah", **content(agreement, scope="Tiga angkatan"))
    step(biroks_officer, agreement, "amendment_to_legal", text_id=factories.pdf(), text_en=factories.pdf())
    found.append(waiting())
    deliver_pending()
    told = Notice.objects.filter(user=legal_reviewer, kind="TURN", action="amendment_to_legal")
    assert told.count() == 1
    step(legal_reviewer, agreement, "klausul", clauses=[c.value for c in Clause])
    step(legal_reviewer, agreement, "amendment_ok")
    found.append(waiting())
    assert found == [[], ["officer"], ["legal"], ["sekjen"]]


@pytest.mark.django_db(transaction=True)
def test_of_approving_and_returning_an_amendment_at_once_exactly_one_wins(jica):
    bureau = factories.organisation("BIRO-HUKUM")
    reviewers = [factories.member("LEGAL", bureau) for _number in range(2)]
    agreement = make.agreement(
        AgreementStatus.UNDER_AMENDMENT, partner=jica, amendment_phase="LEGAL", proposed={"scope": "Tiga"}
    )
    make.tick_clauses(agreement)
    reason = {"reason": "Lingkup harus menyebut jumlah peserta."}
    results = outcomes(
        partial(perform, AGREEMENT, "amendment_ok", record=agreement, actor=reviewers[0]),
        partial(perform, AGREEMENT, "amendment_back", record=agreement, actor=reviewers[1], answers=reason),
    )
    assert results == ["Stale", "won"]
