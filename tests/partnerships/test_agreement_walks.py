"""All five tracks from the first idea to being in force, through the pages; steps refused without their paper."""

from __future__ import annotations

import datetime as dt

import pytest
import time_machine
from django.utils import timezone

from partnerships.models import Agreement, AgreementStatus, Clause, Condition, DocumentKind, StepResult, Track
from regions.models import Term
from tests import agreement_factories as make
from tests import factories
from workflow import clock
from workflow.models import LogEntry

pytestmark = pytest.mark.django_db


@pytest.fixture
def step(client):
    """Do one thing on an agreement as one person and return the response; the agreement is read again."""

    def do(user, agreement, path, **data):
        client.force_login(user)
        response = client.post(f"/en/kemitraan/{agreement.code}/{path}/", data)
        agreement.refresh_from_db()
        agreement._prefetched_objects_cache = {}
        return response

    return do


@pytest.fixture
def refused(step):
    """The act is refused with this sentence, and nothing moves."""

    def do(user, agreement, path, sentence, **data):
        before = (agreement.status, agreement.documents.count(), LogEntry.objects.count())
        client_response = step(user, agreement, path, **data)
        page = client_response.content.decode()
        assert (client_response.status_code, agreement.status) == (
            400 if data.get("sent", True) else 200,
            before[0],
        )
        assert sentence in page, page[:3000]
        assert (agreement.status, agreement.documents.count(), LogEntry.objects.count()) == before

    return do


@pytest.fixture
def outside(step):
    """A letter to a body outside and its answer, with document, number and date."""

    def do(user, agreement, purpose, body, result="APPROVED"):
        number = f"B-{agreement.external_steps.count() + 1}"
        letter = {"step": purpose, "body": body, "purpose": "Permohonan", "sent_on": today(), "ref_no": number}
        assert step(user, agreement, "surat", **letter).status_code == 302
        sent = agreement.external_steps.get(ref_no=number)
        reply = {"result": result, "answered_on": today(), "answer_no": f"J-{number}", "document": factories.pdf()}
        assert step(user, agreement, f"surat/{sent.pk}", **reply).status_code == 302

    return do


def today():
    return timezone.localdate().isoformat()


SIGNING = {
    "way": "SCAN",
    "place": "Jakarta",
    "our_post": "Sekretaris Jenderal",
    "capacity": "DEFINITIVE",
    "partner_post": "Chief Representative",
    "copies": ["KEMLU", "ARSIP"],
}


def kinds(agreement):
    return sorted(agreement.documents.values_list("kind", flat=True))


def trail(agreement):
    entries = LogEntry.objects.filter(flow="partnerships.agreement", record_id=agreement.pk).order_by("seq")
    return [(e.action, e.target, e.role) for e in entries if e.action not in {"change", "external", "attach"}]


def test_ministry_and_partner_from_idea_to_in_force(
    step, refused, jica, biroks_officer, biroks_head, legal_reviewer, sekjen
):
    agreement = make.agreement(partner=jica, planned=False)

    refused(biroks_officer, agreement, "explore", "Add the concept note.")
    assert step(biroks_officer, agreement, "explore", concept_note=factories.pdf()).status_code == 302

    refused(biroks_head, agreement, "sign_intent", "Add the signed letter of intent.")
    step(biroks_head, agreement, "sign_intent", loi=factories.pdf())

    refused(biroks_officer, agreement, "make_plan", "Complete the cooperation plan first")
    saved = step(
        biroks_officer,
        agreement,
        "ubah",
        version=agreement.version,
        title_id="Mediator",
        full_powers_needed="on",
        **make.PLAN,
    )
    assert saved.status_code == 302
    step(biroks_officer, agreement, "make_plan")
    step(biroks_officer, agreement, "start_drafting")

    refused(biroks_officer, agreement, "to_legal", "Add the text in Indonesian")
    refused(biroks_officer, agreement, "to_legal", "Add the text in English", text_id=factories.pdf())
    step(biroks_officer, agreement, "to_legal", text_id=factories.pdf(), text_en=factories.pdf())

    refused(legal_reviewer, agreement, "legal_ok", "Tick the clauses in the checklist first")
    step(legal_reviewer, agreement, "klausul", clauses=[c.value for c in Clause][:6])
    refused(legal_reviewer, agreement, "legal_ok", "Termination")
    step(legal_reviewer, agreement, "klausul", clauses=[c.value for c in Clause])
    step(legal_reviewer, agreement, "legal_ok", opinion_file=factories.pdf())
    assert agreement.status == AgreementStatus.CLEARANCE

    refused(biroks_officer, agreement, "clear", "No answer with its document is recorded yet")
    letter = {
        "step": "CLEARANCE",
        "body": "KEMLU",
        "purpose": "Persetujuan politis",
        "sent_on": today(),
        "ref_no": "S-1",
    }
    step(biroks_officer, agreement, "surat", **letter)
    refused(biroks_officer, agreement, "clear", "No answer with its document is recorded yet")
    sent = agreement.external_steps.get()
    reply = {"result": "APPROVED", "answered_on": today(), "answer_no": "J-1"}
    assert step(biroks_officer, agreement, f"surat/{sent.pk}", **reply).status_code == 400
    step(biroks_officer, agreement, f"surat/{sent.pk}", document=factories.pdf(), **reply)
    step(biroks_officer, agreement, "clear")
    assert agreement.status == AgreementStatus.FULL_POWERS

    refused(biroks_officer, agreement, "powers_ok", "No answer with its document is recorded yet")
    step(biroks_officer, agreement, "surat", **{**letter, "step": "FULL_POWERS", "ref_no": "S-2"})
    sent = agreement.external_steps.get(ref_no="S-2")
    step(biroks_officer, agreement, f"surat/{sent.pk}", document=factories.pdf(), **reply)
    step(biroks_officer, agreement, "powers_ok")

    dates = {"signed_on": today(), "effective_date": today(), "ends": "2030-12-31"}
    assert step(sekjen, agreement, "sign", **SIGNING, **dates).status_code == 400
    assert agreement.status == AgreementStatus.READY_TO_SIGN
    step(sekjen, agreement, "sign", signed=factories.pdf(), **SIGNING, **dates)
    assert agreement.status == AgreementStatus.ACTIVE

    assert (agreement.signing_place, agreement.copies_noted, agreement.ends) == (
        "Jakarta",
        "KEMLU, ARSIP",
        dt.date(2030, 12, 31),
    )
    assert agreement.signatories == [
        {"party": "BIRO-KS", "post": "Sekretaris Jenderal", "capacity": "DEFINITIVE"},
        {"party": "JICA", "post": "Chief Representative"},
    ]
    assert kinds(agreement) == [
        "CLEARANCE",
        "CONCEPT_NOTE",
        "FULL_POWERS",
        "LEGAL_OPINION",
        "LOI",
        "SIGNED",
        "TEXT_EN",
        "TEXT_ID",
    ]
    assert trail(agreement) == [
        ("explore", "EXPLORATION", "BIROKS_OFF"),
        ("sign_intent", "INTENT", "BIROKS_HEAD"),
        ("make_plan", "PLAN", "BIROKS_OFF"),
        ("start_drafting", "DRAFTING", "BIROKS_OFF"),
        ("to_legal", "LEGAL_REVIEW", "BIROKS_OFF"),
        ("legal_ok", "CLEARANCE", "LEGAL"),
        ("clear", "FULL_POWERS", "BIROKS_OFF"),
        ("powers_ok", "READY_TO_SIGN", "BIROKS_OFF"),
        ("sign", "SIGNED", "SEKJEN"),
        ("activate", "ACTIVE", "CLOCK"),
    ]


def test_region_and_partner_from_idea_to_in_force(
    step, outside, refused, jica, aceh_regency, aceh_operator, aceh_head, biroks_officer, legal_reviewer
):
    agreement = make.agreement(partner=jica, track=Track.KSDLL_CONT, office=aceh_regency)

    refused(aceh_head, agreement, "explore_region", "Add the concept note.", tkksd="on")
    step(aceh_head, agreement, "explore_region", concept_note=factories.pdf(), tkksd="on")
    refused(aceh_head, agreement, "sign_intent_region", "Add the signed letter of intent.")
    step(aceh_head, agreement, "sign_intent_region", loi=factories.pdf())
    some = [c.value for c in Condition][:5]
    refused(aceh_operator, agreement, "make_plan_region", "The knowledge can be handed on", conditions=some)
    step(aceh_operator, agreement, "make_plan_region", conditions=[c.value for c in Condition])
    assert agreement.conditions == {c.value: True for c in Condition}
    step(aceh_head, agreement, "ask_dprd")
    assert agreement.status == AgreementStatus.DPRD_REVIEW

    refused(aceh_head, agreement, "dprd_ok", "No answer with its document is recorded yet")
    outside(aceh_operator, agreement, "COUNCIL", "DPRD")
    step(aceh_head, agreement, "dprd_ok")
    assert (agreement.status, agreement.due_at) == (AgreementStatus.GOV_VERIFICATION, None)

    refused(aceh_operator, agreement, "gov_ok", "No answer with its document is recorded yet")
    letter = {
        "step": "VERIFICATION",
        "body": "KEMENDAGRI",
        "purpose": "Verifikasi",
        "sent_on": today(),
        "ref_no": "S-1",
    }
    step(aceh_operator, agreement, "surat", **letter)
    sent = agreement.external_steps.get(ref_no="S-1")
    reply = {"result": "APPROVED", "answered_on": today(), "answer_no": "J-1", "document": factories.pdf()}
    step(aceh_operator, agreement, f"surat/{sent.pk}", **reply)
    step(aceh_operator, agreement, "gov_ok")

    refused(aceh_head, agreement, "to_legal_region", "Add the text in Indonesian")
    step(aceh_head, agreement, "to_legal_region", text_id=factories.pdf(), text_en=factories.pdf())
    step(legal_reviewer, agreement, "klausul", clauses=[c.value for c in Clause])
    step(legal_reviewer, agreement, "legal_ok")

    # The verification opened the drafting; it does not stand for the clearance as well.
    refused(biroks_officer, agreement, "clear", "No answer with its document is recorded yet")
    step(biroks_officer, agreement, "surat", **{**letter, "step": "CLEARANCE", "ref_no": "S-2"})
    sent = agreement.external_steps.get(ref_no="S-2")
    step(biroks_officer, agreement, f"surat/{sent.pk}", **{**reply, "document": factories.pdf()})
    step(biroks_officer, agreement, "clear")
    assert agreement.status == AgreementStatus.READY_TO_SIGN

    tomorrow = timezone.localdate() + dt.timedelta(days=1)
    step(
        aceh_head,
        agreement,
        "sign_region",
        signed=factories.pdf(),
        signed_on=today(),
        effective_date=tomorrow,
        **{**SIGNING, "our_post": "Bupati"},
    )
    assert agreement.status == AgreementStatus.SIGNED
    with time_machine.travel(timezone.now() + dt.timedelta(days=1)):
        clock.run()
    agreement.refresh_from_db()
    assert agreement.status == AgreementStatus.ACTIVE
    assert agreement.signatories[0]["post"] == "Bupati"
    assert trail(agreement) == [
        ("explore_region", "EXPLORATION", "DINAS_HEAD"),
        ("sign_intent_region", "INTENT", "DINAS_HEAD"),
        ("make_plan_region", "PLAN", "DINAS_OP"),
        ("ask_dprd", "DPRD_REVIEW", "DINAS_HEAD"),
        ("dprd_ok", "GOV_VERIFICATION", "DINAS_HEAD"),
        ("gov_ok", "DRAFTING", "DINAS_OP"),
        ("to_legal_region", "LEGAL_REVIEW", "DINAS_HEAD"),
        ("legal_ok", "CLEARANCE", "LEGAL"),
        ("clear", "READY_TO_SIGN", "BIROKS_OFF"),
        ("sign_region", "SIGNED", "DINAS_HEAD"),
        ("activate", "ACTIVE", "CLOCK"),
    ]


ABROAD = {
    "a foreign institution": (
        Track.KSDLL_NEW,
        lambda jica: {"partner": jica.pk, "title_id": "Penguji K3 dengan mitra"},
    ),
    "a foreign regional government": (
        Track.KSDPL,
        lambda jica: {"counterpart": "Pemerintah Kota Contoh", "counterpart_country": "JP", "title_id": "Kota kembar"},
    ),
}


@pytest.mark.parametrize("whom", ABROAD)
def test_a_region_begins_something_new_and_the_minister_of_home_affairs_approves(
    whom, client, step, outside, refused, jica, aceh_operator, aceh_head, biroks, biroks_officer, legal_reviewer
):
    Term.objects.create(vocabulary="country", code="JP", label_id="Jepang", label_en="Japan")
    Term.forget()
    track, fields = ABROAD[whom]
    client.force_login(aceh_head)
    opened = client.post("/kemitraan/baru/", {"track": track, **fields(jica)})
    agreement = Agreement.objects.get()
    assert (opened.url, agreement.track, agreement.full_powers_needed) == (agreement.get_absolute_url(), track, True)

    step(aceh_head, agreement, "explore_region", concept_note=factories.pdf(), tkksd="on")
    step(aceh_head, agreement, "sign_intent_region", loi=factories.pdf())
    also = {"counterpart": "Pemerintah Kota Contoh", "counterpart_country": "JP"} if track == Track.KSDPL else {}
    step(aceh_operator, agreement, "ubah", version=agreement.version, title_id="Kerja sama", **make.PLAN, **also)
    step(aceh_operator, agreement, "make_plan_region", conditions=[c.value for c in Condition])
    step(aceh_head, agreement, "ask_dprd")
    outside(aceh_operator, agreement, "COUNCIL", "DPRD")
    step(aceh_head, agreement, "dprd_ok")
    outside(aceh_operator, agreement, "VERIFICATION", "KEMENDAGRI")
    step(aceh_operator, agreement, "gov_ok")
    step(aceh_head, agreement, "to_legal_region", text_id=factories.pdf(), text_en=factories.pdf())
    step(legal_reviewer, agreement, "klausul", clauses=[c.value for c in Clause])
    step(legal_reviewer, agreement, "legal_ok")
    assert agreement.status == AgreementStatus.CLEARANCE

    # Foreign Affairs alone does not speak for the Minister of Home Affairs, and remarks are no approval.
    outside(biroks_officer, agreement, "CLEARANCE", "KEMLU")
    refused(biroks_officer, agreement, "clear", "Record the letter and the answer of Ministry of Home Affairs.")
    outside(biroks_officer, agreement, "CLEARANCE", "KEMENDAGRI", "REMARKS")
    refused(biroks_officer, agreement, "clear", "which is no approval")
    outside(biroks_officer, agreement, "CLEARANCE", "KEMENDAGRI")
    step(biroks_officer, agreement, "clear")
    assert agreement.status == AgreementStatus.FULL_POWERS
    refused(biroks_officer, agreement, "powers_ok", "No answer with its document is recorded yet")
    outside(biroks_officer, agreement, "FULL_POWERS", "KEMLU")
    step(biroks_officer, agreement, "powers_ok")

    data = {**SIGNING, "our_post": "Bupati", "signed_on": today(), "effective_date": today(), "ends": "2031-01-31"}
    step(aceh_head, agreement, "sign_region", signed=factories.pdf(), **data)
    assert agreement.status == AgreementStatus.ACTIVE
    other = "JICA" if track == Track.KSDLL_NEW else "Pemerintah Kota Contoh, Jepang"
    assert [signed["party"] for signed in agreement.signatories][1] == other
    assert [(v.number, v.occasion) for v in agreement.versions.all()] == [
        (1, "make_plan_region"),
        (2, "to_legal_region"),
        (3, "sign_region"),
    ]
    assert [target for _act, target, _role in trail(agreement)] == [
        "INITIATED",
        "EXPLORATION",
        "INTENT",
        "PLAN",
        "DPRD_REVIEW",
        "GOV_VERIFICATION",
        "DRAFTING",
        "LEGAL_REVIEW",
        "CLEARANCE",
        "FULL_POWERS",
        "READY_TO_SIGN",
        "SIGNED",
        "ACTIVE",
    ]


def test_ministry_and_region_agree_without_council_and_clearance(
    client, step, refused, aceh_regency, biroks_officer, biroks_head, legal_reviewer, sekjen
):
    client.force_login(biroks_officer)
    client.post("/kemitraan/baru/", {"track": "NOTA_SINERGI", "office": aceh_regency.pk, "title_id": "Sinergi"})
    agreement = Agreement.objects.get()
    assert (agreement.instrument, agreement.partner, agreement.region_codes) == ("NOTA_KESEPAKATAN", None, ["1101"])

    step(biroks_officer, agreement, "explore", concept_note=factories.pdf())
    step(biroks_head, agreement, "sign_intent", loi=factories.pdf())
    step(biroks_officer, agreement, "ubah", version=agreement.version, title_id="Sinergi", **make.PLAN)
    refused(biroks_officer, agreement, "make_plan", "Action plan")
    plan = {"0-activity": "Pelatihan mediator", "0-place": "Aceh", "0-who": "Disnaker", "0-when": "2027"}
    step(biroks_officer, agreement, "rencana-aksi", version=agreement.version, **plan)
    step(biroks_officer, agreement, "make_plan")
    step(biroks_officer, agreement, "start_drafting")
    step(biroks_officer, agreement, "to_legal", text_id=factories.pdf())  # at home one language is enough
    step(legal_reviewer, agreement, "klausul", clauses=[c.value for c in Clause])
    step(legal_reviewer, agreement, "legal_ok")
    assert agreement.status == AgreementStatus.READY_TO_SIGN
    for body, purpose in (("KEMLU", "CLEARANCE"), ("KEMLU", "CONSULTATION"), ("DPRD", "COUNCIL")):
        letter = {"step": purpose, "body": body, "purpose": "Izin", "sent_on": today(), "ref_no": "S-1"}
        assert step(biroks_officer, agreement, "surat", **letter).status_code == 400
    data = {
        **SIGNING,
        "partner_post": "Bupati",
        "signed_on": today(),
        "effective_date": today(),
        "copies": ["KEMENDAGRI"],
    }
    step(sekjen, agreement, "sign", signed=factories.pdf(), **data)
    assert agreement.status == AgreementStatus.ACTIVE
    assert [s["post"] for s in agreement.signatories] == ["Sekretaris Jenderal", "Bupati"]
    assert [target for _act, target, _role in trail(agreement)] == [
        "INITIATED",
        "EXPLORATION",
        "INTENT",
        "PLAN",
        "DRAFTING",
        "LEGAL_REVIEW",
        "READY_TO_SIGN",
        "SIGNED",
        "ACTIVE",
    ]


def test_a_council_that_was_asked_is_heard_before_anyone_invokes_an_exemption(
    step, outside, refused, aceh_regency, aceh_operator, aceh_head
):
    agreement = make.agreement(AgreementStatus.DPRD_REVIEW, track=Track.KSDLL_NEW, office=aceh_regency)
    why = {"reason": "Pasal 20 ayat (2) mengecualikan kerja sama tanpa beban APBD."}
    make.letter(agreement, "DPRD", "COUNCIL")
    refused(aceh_head, agreement, "skip_dprd", "The council was asked.", **why)
    refused(aceh_head, agreement, "dprd_ok", "No answer with its document is recorded yet")
    agreement.external_steps.all().delete()
    outside(aceh_operator, agreement, "COUNCIL", "DPRD", "REFUSED")
    refused(aceh_head, agreement, "skip_dprd", "refused with its answer", **why)


def test_without_the_council_only_with_the_rule_that_exempts(step, refused, aceh_regency, aceh_head):
    agreement = make.agreement(AgreementStatus.PLAN, track=Track.KSDLL_CONT, office=aceh_regency)
    assert step(aceh_head, agreement, "skip_dprd", reason="Tidak perlu.").status_code == 400
    why = "Pasal 20 ayat (2) mengecualikan kerja sama tanpa beban APBD."
    step(aceh_head, agreement, "skip_dprd", reason=why)
    assert (agreement.status, agreement.dprd_exempt_reason) == (AgreementStatus.GOV_VERIFICATION, why)


def test_a_council_that_refused_is_not_passed_over(step, aceh_regency, aceh_head):
    agreement = make.agreement(AgreementStatus.DPRD_REVIEW, track=Track.KSDLL_CONT, office=aceh_regency)
    make.letter(agreement, "DPRD", "COUNCIL", result=StepResult.REFUSED)
    make.paper(agreement, DocumentKind.DPRD_LETTER)
    page = step(aceh_head, agreement, "dprd_ok").content.decode()
    assert agreement.status == AgreementStatus.DPRD_REVIEW and "refused with its answer" in page


def test_returned_text_is_checked_and_cleared_anew(step, refused, legal_reviewer, biroks_officer):
    agreement = make.agreement(AgreementStatus.CLEARANCE)
    make.texts(agreement)
    make.tick_clauses(agreement)
    make.letter(agreement, result=StepResult.REMARKS)
    assert step(biroks_officer, agreement, "return_cleared", reason="Pendek").status_code == 400
    step(biroks_officer, agreement, "return_cleared", reason="Kementerian Luar Negeri meminta pasal baru.")
    assert (agreement.status, agreement.returned_from, agreement.clauses) == (
        AgreementStatus.RETURNED,
        AgreementStatus.CLEARANCE,
        {},
    )
    step(biroks_officer, agreement, "resubmit", summary="Pasal 7 ditambahkan.", text_id=factories.pdf())
    assert (agreement.status, agreement.returned_from) == (AgreementStatus.LEGAL_REVIEW, "")
    refused(legal_reviewer, agreement, "legal_ok", "Tick the clauses in the checklist first")
    step(legal_reviewer, agreement, "klausul", clauses=[c.value for c in Clause])
    step(legal_reviewer, agreement, "legal_ok")
    # The answer before the return was about another text.
    refused(biroks_officer, agreement, "clear", "No answer with its document is recorded yet")


def test_after_three_returns_a_call_is_proposed(step, refused, legal_reviewer):
    agreement = make.agreement(AgreementStatus.LEGAL_REVIEW, return_count=3)
    reason = "Pasal tentang perlindungan data belum ada."
    page = step(legal_reviewer, agreement, "return", reason=reason).content.decode()
    assert agreement.status == AgreementStatus.LEGAL_REVIEW and "Agree on a call with the parties" in page


def test_a_stage_already_left_answers_with_409(step, legal_reviewer):
    agreement = make.agreement(AgreementStatus.CLEARANCE)
    assert step(legal_reviewer, agreement, "legal_ok").status_code == 409


def test_whoever_prepared_the_text_does_not_approve_it(step, legal_reviewer):
    agreement = make.agreement(AgreementStatus.LEGAL_REVIEW, created_by=legal_reviewer)
    make.texts(agreement)
    make.tick_clauses(agreement)
    page = step(legal_reviewer, agreement, "legal_ok").content.decode()
    assert agreement.status == AgreementStatus.LEGAL_REVIEW and "You prepared this record yourself" in page


BAD_SIGNINGS = {
    "in the future": ({"signed_on": "2099-01-01", "effective_date": "2099-01-02"}, "lies in the future"),
    "effective before": ({"signed_on": "2026-02-02", "effective_date": "2026-02-01"}, "before it was signed"),
    "ends at once": (
        {"signed_on": "2026-02-02", "effective_date": "2026-02-02", "ends": "2026-02-02"},
        "must end after the day",
    ),
    "acting without authority": (
        {"signed_on": "2026-02-02", "effective_date": "2026-02-02", "capacity": "PLT"},
        "only with written authority",
    ),
}


@pytest.mark.parametrize("name", BAD_SIGNINGS)
def test_signing_is_refused_when_its_facts_do_not_fit(name, step, sekjen):
    data, sentence = BAD_SIGNINGS[name]
    agreement = make.agreement(AgreementStatus.READY_TO_SIGN)
    response = step(sekjen, agreement, "sign", signed=factories.pdf(), **{**SIGNING, **data})
    assert (response.status_code, agreement.status) == (400, AgreementStatus.READY_TO_SIGN)
    assert sentence in response.content.decode()


def test_nobody_signs_as_a_mere_stand_in(step, sekjen):
    agreement = make.agreement(AgreementStatus.READY_TO_SIGN)
    data = {**SIGNING, "capacity": "PLH", "signed_on": today(), "effective_date": today()}
    assert step(sekjen, agreement, "sign", signed=factories.pdf(), **data).status_code == 400


def test_an_acting_official_signs_with_written_authority(step, sekjen):
    agreement = make.agreement(AgreementStatus.READY_TO_SIGN)
    data = {**SIGNING, "capacity": "PLT", "signed_on": today(), "effective_date": today()}
    step(sekjen, agreement, "sign", signed=factories.pdf(), authority=factories.pdf(), **data)
    assert agreement.status == AgreementStatus.ACTIVE
    assert agreement.signatories[0]["capacity"] == "PLT"
    assert kinds(agreement) == ["FULL_POWERS", "SIGNED"]


ENDINGS = {
    "suspend": ({"notice": True, "reason": "Kegiatan dihentikan sementara karena bencana."}, "SUSPENDED"),
    "terminate": ({"notice": True, "reason": "Mitra menghentikan kegiatan di Indonesia."}, "TERMINATED"),
    "close": ({"report": True}, "CLOSED"),
    "amend": ({"notice": True, "reason": "Masa berlaku perlu diperpanjang dua tahun."}, "UNDER_AMENDMENT"),
}


@pytest.mark.parametrize("act", ENDINGS)
def test_what_happens_in_force_needs_its_paper(act, step, biroks_head):
    data, target = ENDINGS[act]
    agreement = make.agreement(AgreementStatus.ACTIVE)
    bare = {k: v for k, v in data.items() if v is not True}
    assert step(biroks_head, agreement, act, **bare).status_code == 400
    full = {k: factories.pdf() if v is True else v for k, v in data.items()}
    step(biroks_head, agreement, act, **full)
    assert agreement.status == target


def test_the_head_who_opened_it_does_not_end_it(step, biroks_head):
    agreement = make.agreement(AgreementStatus.ACTIVE, created_by=biroks_head)
    step(biroks_head, agreement, "close", report=factories.pdf())
    assert agreement.status == AgreementStatus.ACTIVE


def test_what_is_suspended_resumes(step, biroks_head):
    agreement = make.agreement(AgreementStatus.SUSPENDED)
    step(biroks_head, agreement, "resume")
    assert agreement.status == AgreementStatus.ACTIVE


@time_machine.travel(dt.datetime(2026, 6, 1, 3, tzinfo=dt.UTC))
def test_the_clock_activates_on_the_day_and_ends_after_the_last_day():
    signed = make.agreement(
        AgreementStatus.SIGNED,
        effective_date=dt.date(2026, 6, 10),
        starts=dt.date(2026, 6, 10),
        ends=dt.date(2026, 12, 31),
    )

    def status_on(day):
        with time_machine.travel(dt.datetime.combine(day, dt.time(3), dt.UTC)):
            clock.run()
        signed.refresh_from_db()
        return signed.status

    assert [status_on(dt.date(2026, *d)) for d in ((6, 9), (6, 10), (12, 31))] == [
        "SIGNED",
        "ACTIVE",
        "ACTIVE",
    ]
    assert status_on(dt.date(2027, 1, 1)) == "EXPIRED"


def test_rejecting_needs_a_ground_and_an_explanation(step, biroks_head, db):
    Term.objects.create(vocabulary="reject_reason", code="R11", label_id="Risiko hukum", label_en="Legal risk")
    agreement = make.agreement(AgreementStatus.DRAFTING)
    assert step(biroks_head, agreement, "reject", reason_code="R11", reason="Pendek").status_code == 400
    step(biroks_head, agreement, "reject", reason_code="R11", reason="Risiko hukum pada pasal kekebalan.")
    assert agreement.status == AgreementStatus.REJECTED
