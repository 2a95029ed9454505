"""Partners pledge seats for lines of the valid brief: a draft programme each, made once; and the whole way round."""

from __future__ import annotations

import datetime as dt

import pytest
from django.utils import timezone

from partnerships.lifecycle import BRIEF, PROPOSAL
from partnerships.models import Pledge, Proposal
from partnerships.selectors import briefs as selectors
from partnerships.services import briefs as services
from partnerships.services import pledges
from programs.lifecycle import PROGRAM
from programs.models import CostItem, Intake, Program, ProgramFile, Scheme
from programs.services import attach_file
from regions.models import NeedLine, Region, Term
from tests import factories, program_factories
from tests.brief_factories import published, text
from tests.partnerships.ratified_runs import ratified
from tests.proposal_factories import open_need
from workflow.engine import Refused, Stale, log_of, perform

pytestmark = pytest.mark.django_db
KEY = "A1b2C3d4E5f6G7h8"
"""What the page calls the pledge it makes."""
ROOT = "/mitra/permintaan/ringkasan/"


@pytest.fixture
def words(db):
    """Modes a pledge can name."""
    for code in ("ONLINE", "IN_COUNTRY"):
        Term.objects.create(vocabulary="delivery_mode", code=code, label_id=code, label_en=code)
    Term.forget()


@pytest.fixture
def scheme(jica) -> Scheme:
    return program_factories.scheme("JICA_KCCP", jica, funding_mode="FULL")


@pytest.fixture
def valid(aceh, bali, words, ppsdm_verifier, ppsdm_head):
    """Twenty mediators of Aceh and eight of Bali."""
    open_need(aceh, people=20)
    open_need(bali, people=8)
    return published(ppsdm_verifier, ppsdm_head)


def line_in(brief, province: str):
    return brief.lines.get(province=province)


def give(brief, province: str, actor, seats: int, scheme, key: str = "", **more) -> Pledge:
    key = key or f"{actor.pk}-{province}-{seats}"
    return pledges.pledge(brief, line_in(brief, province), actor, seats=seats, scheme=scheme, client_key=key, **more)


def form(of: Scheme, **more) -> dict:
    return {"seats": "12", "scheme": of.pk, "month": "", "mode": "", "note": "", "client_key": KEY, **more}


# --- What a pledge makes


def test_a_pledge_opens_a_draft_with_what_the_line_says(client, valid, scheme, jica, jica_liaison):
    client.force_login(jica_liaison)
    address = f"{ROOT}{valid.code}/baris/{line_in(valid, '11').number}/komitmen/"
    assert client.get(address).context["form"].initial == {"seats": 20}
    month = (timezone.localdate().replace(day=1) + dt.timedelta(days=100)).replace(day=1)
    answer = client.post(address, form(scheme, month=f"{month:%Y-%m}", mode="ONLINE", note="Daring."))
    pledge, program = Pledge.objects.get(), Program.objects.get()
    assert answer.url == f"/mitra/program/{program.code}/isi/"
    assert (pledge.seats, pledge.partner, pledge.program, pledge.month, pledge.mode, pledge.note, pledge.line) == (
        12, jica, program, month, "ONLINE", "Daring.", line_in(valid, "11"),
    )  # fmt: skip
    assert (program.status, program.partner, program.scheme, program.created_by, program.funding_mode) == (
        "DRAFT", jica, scheme, jica_liaison, "FULL",
    )  # fmt: skip
    assert program.title_id.startswith("Tema T07") and program.title_id.endswith("Mediator Hubungan Industrial")
    assert program.title_en == "Theme T07 for Industrial relations mediator"
    assert list(program.themes.values_list("theme", "entry_level", "exit_level")) == [("T07", 1, 3)]
    assert list(program.posts.values_list("code", flat=True)) == ["MEDHI"]
    [intake] = program.intakes.all()
    assert (intake.seats, intake.starts.weekday(), intake.starts.month) == (12, 0, month.month)
    assert [entry.action for entry in log_of(program)] == ["create", "pledge"]
    assert log_of(program).last().data == {"brief": valid.code, "line": pledge.line.number, "seats": 12}


def test_a_page_sent_twice_pledges_once(client, valid, scheme, jica_liaison):
    client.force_login(jica_liaison)
    address = f"{ROOT}{valid.code}/baris/{line_in(valid, '11').number}/komitmen/"
    answers = [client.post(address, form(scheme, seats="15")) for _n in range(2)]
    assert [a.status_code for a in answers] == [302, 302] and answers[0].url == answers[1].url
    assert (Pledge.objects.count(), Program.objects.count()) == (1, 1)
    again = give(valid, "11", jica_liaison, 15, scheme, key=KEY)
    assert again == Pledge.objects.get()


def test_more_seats_than_people_left_are_asked_about_once_more(client, valid, scheme, jica_liaison):
    client.force_login(jica_liaison)
    address = f"{ROOT}{valid.code}/baris/{line_in(valid, '11').number}/komitmen/"
    asked = client.post(address, form(scheme, seats="21"))
    assert (asked.status_code, Program.objects.count()) == (400, 0)
    assert 'type="checkbox"' in asked.content.decode() and "20" in text(asked)
    assert client.post(address, form(scheme, seats="21", confirmed="on")).status_code == 302
    with pytest.raises(Refused):
        give(valid, "11", jica_liaison, 1, scheme)
    assert give(valid, "11", jica_liaison, 1, scheme, confirmed=True).seats == 1


@pytest.mark.parametrize(
    ("field", "value"),
    [("seats", "0"), ("seats", "-3"), ("seats", ""), ("seats", "9999999999"), ("scheme", "NIX"), ("scheme", ""),
     ("month", "2020-01"), ("month", "x"), ("mode", "NIX"), ("note", "x" * 1001)],
)  # fmt: skip
def test_what_is_typed_wrong_comes_back_with_a_sentence(field, value, client, valid, scheme, jica_liaison):
    client.force_login(jica_liaison)
    address = f"{ROOT}{valid.code}/baris/{line_in(valid, '11').number}/komitmen/"
    answer = client.post(address, form(scheme, **{field: value}))
    assert (answer.status_code, Program.objects.count()) == (400, 0)
    assert set(answer.context["form"].errors) == {field}


def test_another_partners_scheme_is_refused(client, valid, koica, jica_liaison):
    foreign = program_factories.scheme("KOICA_SP", koica)
    client.force_login(jica_liaison)
    address = f"{ROOT}{valid.code}/baris/{line_in(valid, '11').number}/komitmen/"
    assert client.post(address, form(foreign)).status_code == 400
    with pytest.raises(Refused):
        give(valid, "11", jica_liaison, 5, foreign)
    assert Program.objects.count() == 0


@pytest.mark.parametrize("name", ["ppsdm_verifier", "biroks_officer", "bali_head", "auditor", "evaluator"])
def test_nobody_but_partners_pledges(name, request, client, valid, scheme):
    who = request.getfixturevalue(name)
    client.force_login(who)
    address = f"{ROOT}{valid.code}/baris/{line_in(valid, '51').number}/komitmen/"
    assert {client.get(address).status_code, client.post(address, form(scheme)).status_code} == {403}
    with pytest.raises(Stale):
        give(valid, "51", who, 5, scheme)


def test_a_suspended_partner_and_a_superseded_edition_take_no_pledge(
    client, valid, scheme, jica, jica_liaison, ppsdm_verifier, ppsdm_head
):
    line = line_in(valid, "11")
    published(ppsdm_verifier, ppsdm_head)
    with pytest.raises(Stale):
        pledges.pledge(valid, line, jica_liaison, seats=5, scheme=scheme, client_key="k")
    jica.suspended = True
    jica.save()
    client.force_login(type(jica_liaison).objects.get(pk=jica_liaison.pk))
    newest = selectors.valid_brief(ppsdm_verifier)
    address = f"{ROOT}{newest.code}/baris/{line_in(newest, '11').number}/komitmen/"
    assert client.post(address, form(scheme)).status_code == 403
    assert Program.objects.count() == 0


# --- Who reads what of it


def figures(user, brief, province: str) -> tuple[int, int, int]:
    """(pledged by others or all, by oneself, left)"""
    [row] = selectors.shown_lines(user, [line_in(brief, province)])
    return row.pledged, row.own, row.left


def test_partners_read_sums_of_others_and_the_ministry_reads_names(
    client, valid, scheme, koica, jica_liaison, koica_head, ppsdm_verifier, bali_head
):
    give(valid, "11", jica_liaison, 12, scheme)
    give(valid, "11", koica_head, 3, program_factories.scheme("KOICA_SP", koica))
    assert figures(ppsdm_verifier, valid, "11") == (15, 0, 5)
    assert figures(jica_liaison, valid, "11") == (3, 12, 5)
    assert figures(koica_head, valid, "11") == (12, 3, 5)
    assert figures(bali_head, valid, "11") == (0, 0, 20)
    pages = {}
    for who in (ppsdm_verifier, koica_head, bali_head):
        client.force_login(who)
        pages[who.acting_role] = [
            text(client.get(f"{ROOT}{valid.code}/{page}"))
            for page in ("?lihat=komitmen", f"baris/{line_in(valid, '11').number}/", "", "?lihat=riwayat")
        ]
    assert all("JICA" in page for page in pages["PPSDM_VER"][:2])
    assert not any("JICA" in page or "PR-2026-0001" in page for page in pages["PARTNER_HEAD"])
    assert not any("JICA" in page or "PR-2026-0001" in page for page in pages["DINAS_HEAD"])


def stage(user, brief) -> list[str]:
    label = {str(shown[0]): key for key, shown in selectors.STAGES.items()}
    return [label[str(row.stage[0])] for row in selectors.pledges_of(user, brief)]


@pytest.mark.parametrize(
    ("status", "expected", "left"),
    [
        ("DRAFT", "PLEDGED", 8),
        ("RETURNED", "PLEDGED", 8),
        ("SUBMITTED", "DRAFTED", 8),
        ("VERIFICATION", "DRAFTED", 8),
        ("PUBLISHED", "OFFERED", 8),
        ("OPEN", "OFFERED", 8),
        ("SELECTION", "OFFERED", 8),
        ("RUNNING", "DONE", 20),
        ("COMPLETED", "DONE", 20),
        ("EVALUATED", "DONE", 20),
        ("CANCELLED", "CANCELLED", 20),
        ("REJECTED", "CANCELLED", 20),
    ],
)
def test_a_pledge_follows_its_programme(status, expected, left, valid, scheme, jica_liaison, ppsdm_verifier):
    pledge = give(valid, "11", jica_liaison, 12, scheme)
    Program.objects.filter(pk=pledge.program_id).update(status=status, published_at=timezone.now())
    assert stage(ppsdm_verifier, valid) == [expected]
    assert figures(ppsdm_verifier, valid, "11")[2] == left


def test_cancelling_the_draft_takes_the_pledge_back(valid, scheme, jica_liaison, jica_head):
    pledge = give(valid, "11", jica_liaison, 12, scheme)
    perform(
        PROGRAM,
        "cancel",
        record=pledge.program,
        actor=jica_head,
        answers={"reason": "Anggaran tidak tersedia tahun ini."},
    )
    assert figures(jica_head, valid, "11") == (0, 0, 20)
    assert stage(jica_head, valid) == ["CANCELLED"]


def test_a_pledge_holds_in_the_next_edition_until_its_seats_are_taken(
    valid, scheme, jica_liaison, ppsdm_verifier, ppsdm_head
):
    month = (timezone.localdate().replace(day=1) + dt.timedelta(days=70)).replace(day=1)
    pledge = give(valid, "11", jica_liaison, 12, scheme, month=month)
    second = published(ppsdm_verifier, ppsdm_head)
    assert figures(ppsdm_verifier, second, "11") == (12, 0, 8)
    Intake.objects.filter(program=pledge.program_id).update(seats_taken=5)
    assert figures(ppsdm_verifier, second, "11") == (7, 0, 13)


def test_a_pledge_for_several_provinces_is_shown_at_the_centre_beside_each_of_them(
    words, scheme, jica_liaison, ppsdm_verifier, ppsdm_head
):
    for code in ("11", "51", "32"):
        open_need(factories.office(code), people=4 if code != "32" else 30)
        Region.objects.filter(pk=code).update(island_group="Sumatera")
    record = published(ppsdm_verifier, ppsdm_head)
    [total] = record.lines.filter(audience="OUTSIDE")
    pledges.pledge(record, total, jica_liaison, seats=6, scheme=scheme, client_key="k")
    [shared] = selectors.shown_lines(ppsdm_verifier, record.lines.filter(province="11").select_related("within"))
    assert (shared.pledged, shared.shared) == (6, True)
    with pytest.raises(Refused):
        give(record, "11", jica_liaison, 1, scheme)


def test_a_pledge_goes_along_when_its_province_moves_into_a_sum_and_out_again(
    words, scheme, jica_liaison, koica_head, ppsdm_verifier, ppsdm_head
):
    needs = {code: open_need(factories.office(code), people=n) for code, n in (("11", 9), ("51", 4), ("32", 30))}
    Region.objects.filter(pk__in=needs).update(island_group="Sumatera")
    NeedLine.objects.filter(need=needs["51"]).update(requested_total=8)
    first = published(ppsdm_verifier, ppsdm_head)
    give(first, "11", jica_liaison, 6, scheme)

    NeedLine.objects.filter(need=needs["11"]).update(requested_total=4)
    NeedLine.objects.filter(need=needs["51"]).update(requested_total=4)
    second = published(ppsdm_verifier, ppsdm_head)
    [total] = second.lines.filter(audience="OUTSIDE")
    read = {who: selectors.shown_lines(who, [total])[0] for who in (jica_liaison, koica_head, ppsdm_verifier)}
    assert [(row.pledged, row.own, row.left) for row in read.values()] == [(0, 6, 2), (6, 0, 2), (6, 0, 2)]
    [shown] = selectors.pledges_of(jica_liaison, second)
    assert (shown.line.line, shown.edition) == (total, first.code)
    assert selectors.pledges_of(koica_head, second) == []
    pledges.pledge(second, total, jica_liaison, seats=2, scheme=scheme, client_key="sum-of-two")

    NeedLine.objects.filter(need=needs["11"]).update(requested_total=20)
    NeedLine.objects.filter(need=needs["51"]).update(requested_total=7)
    third = published(ppsdm_verifier, ppsdm_head)
    # Each is read in one place: the pledge for both provinces with the one where more people wait.
    assert {code: figures(ppsdm_verifier, third, code) for code in needs} == {
        "11": (8, 0, 12),
        "51": (0, 0, 7),
        "32": (0, 0, 30),
    }


def test_a_pledge_for_a_province_that_only_the_centre_reads_is_told_to_nobody_else(
    words, scheme, jica_liaison, ppsdm_verifier, ppsdm_head
):
    needs = {code: open_need(factories.office(code), people=20) for code in ("11", "32")}
    first = published(ppsdm_verifier, ppsdm_head)
    give(first, "11", jica_liaison, 6, scheme)
    NeedLine.objects.filter(need=needs["11"]).update(requested_total=3)
    Region.objects.filter(pk="11").update(island_group="Sumatera")
    Region.objects.filter(pk="32").update(island_group="Jawa")
    second = published(ppsdm_verifier, ppsdm_head)
    assert figures(ppsdm_verifier, second, "11") == (6, 0, 0)
    assert len(selectors.pledges_of(ppsdm_verifier, second)) == 1
    assert selectors.pledges_of(jica_liaison, second) == []


def test_the_programmes_page_says_which_line_it_answers(client, valid, scheme, jica_liaison):
    pledge = give(valid, "11", jica_liaison, 12, scheme)
    client.force_login(jica_liaison)
    page = client.get(f"/mitra/program/{pledge.program.code.lower()}/").content.decode()
    assert f"{ROOT}{valid.code}/baris/{pledge.line.number}/" in page


# --- Round


def test_from_the_brief_over_pledge_programme_and_allocation_to_a_shorter_brief(
    aceh, words, jica_liaison, jica_head, biroks_officer, biroks_head, ppsdm_verifier, ppsdm_head, scheme
):
    need = open_need(aceh, people=20)
    first = published(ppsdm_verifier, ppsdm_head)
    month = (timezone.localdate().replace(day=1) + dt.timedelta(days=200)).replace(day=1)
    pledge = give(first, "11", jica_liaison, 12, scheme, month=month, mode="IN_COUNTRY")

    program = pledge.program
    program.summary_id, program.country, program.host = "Lima hari mediasi.", "ID", "JICA"
    program.language, program.partner_deadline = "ID", timezone.now() + dt.timedelta(days=120)
    program.save()
    CostItem.objects.create(program=program, item="TUITION", payer="PARTNER")
    program.contacts.create(post="Staf program", email="program@example.test")
    program.rules.create(text_id="Bertugas sebagai mediator.")
    attach_file(program, factories.pdf("gi.pdf"), kind=ProgramFile.Kind.GI, actor=jica_liaison)
    program = perform(PROGRAM, "submit", record=program, actor=jica_head)
    program = perform(PROGRAM, "take", record=program, actor=biroks_officer)
    program = perform(PROGRAM, "publish", record=program, actor=biroks_head, answers={"visibility": "ALL_OFFICES"})
    assert stage(ppsdm_verifier, first) == ["OFFERED"]

    run = ratified(ppsdm_verifier, ppsdm_head)
    made = Proposal.objects.get(allocation=run, line__need=need)
    assert (made.program, made.seats_requested) == (program, 12)
    made = perform(PROPOSAL, "send_partner", record=made, actor=biroks_head, answers={"summary": "Twelve mediators."})
    made = perform(PROPOSAL, "accept", record=made, actor=jica_head)
    assert made.seats_allotted == 12

    second = services.open_brief(factories.cycle(), ppsdm_verifier)
    assert (first.people, second.people) == (20, 8)
    assert second.reasons == [["SEATS", -12]]
    [change] = second.changes.all()
    assert (change.before, change.after, change.reasons) == (20, 8, [["SEATS", made.code, -12]])
    second = perform(BRIEF, "submit", record=second, actor=ppsdm_verifier)
    second = perform(BRIEF, "publish", record=second, actor=ppsdm_head)
    # Nobody waits for the twelve seats any more: the pledge is kept, and what is left is open to others.
    assert figures(ppsdm_verifier, second, "11") == (0, 0, 8)
