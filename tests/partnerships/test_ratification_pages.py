"""What a ratified plan shows: on a need, on a programme, in lists and in the post; and deciding an intake at once."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.roles import Role
from notices.models import Notice
from notices.tasks import deliver_pending
from partnerships.lifecycle import PROPOSAL
from partnerships.models import AllocationRun, Proposal, ProposalStatus
from partnerships.selectors import allocation_outcomes as outcomes
from programs.models import Intake, ProgramStatus
from regions.models import NeedStatus
from tests import factories, program_factories
from tests.partnerships.ratified_runs import ratified, solved
from tests.proposal_factories import open_need, proposal
from workflow.engine import perform

pytestmark = pytest.mark.django_db
S = ProposalStatus


@pytest.fixture
def needs(aceh, bali):
    return open_need(aceh, people=3, score=60), open_need(bali, people=3, score=90)


@pytest.fixture
def program(jica):
    return program_factories.program(jica, ProgramStatus.OPEN, seats=4)


@pytest.fixture
def plan(needs, program, ppsdm_verifier, ppsdm_head):
    """Bali 3, Aceh 1."""
    return ratified(ppsdm_verifier, ppsdm_head)


def page(client, user, url: str, status: int = 200) -> str:
    client.force_login(user)
    answer = client.get(url)
    assert answer.status_code == status, (user, url)
    return answer.content.decode()


def queries(client, user, url: str) -> int:
    client.force_login(user)
    client.get(url)  # what is read once and kept
    with CaptureQueriesContext(connection) as captured:
        assert client.get(url).status_code == 200
    return len(captured)


# --- On a need ----------------------------------------------------------------------------------------------


def test_a_need_shows_what_each_line_got_and_why(
    client, plan, needs, aceh_province_operator, aceh_verifier, ppsdm_verifier, auditor
):
    for user in (aceh_province_operator, aceh_verifier, ppsdm_verifier, auditor):
        html = page(client, user, needs[0].get_absolute_url())
        assert 'id="alokasi"' in html
        assert plan.get_absolute_url() in html
        assert f"/alokasi/hasil/{plan.code}/baris/{needs[0].code}/1/" in html
    found = outcomes.outcome_of_need(aceh_province_operator, needs[0])
    [line] = found.lines
    assert (line.row.seats, line.row.wanted, line.tag["icon"]) == (1, 3, "circle-half")
    assert line.reasons
    assert all(sentence in html for sentence in line.reasons)


def test_a_need_of_somebody_else_stays_unknown(client, plan, needs, bali_head, bali_verifier, jica_head):
    for user in (bali_head, bali_verifier, jica_head):
        page(client, user, needs[0].get_absolute_url(), 404)


def test_before_ratification_a_need_shows_nothing(client, needs, program, ppsdm_verifier, aceh_province_operator):
    solved(ppsdm_verifier)
    for user in (ppsdm_verifier, aceh_province_operator):
        assert 'id="alokasi"' not in page(client, user, needs[0].get_absolute_url())


def test_a_need_of_many_lines_costs_no_more_queries(client, aceh, jica, ppsdm_verifier, ppsdm_head):
    """Somebody of higher priority takes the only seat, so that every line has the same to tell."""
    program_factories.program(jica, ProgramStatus.OPEN, seats=1)
    open_need(aceh, people=1, score=90)
    few, many = open_need(aceh, people=1, score=30), open_need(aceh, people=1, score=30)
    line = many.lines.get()
    for position in range(2, 31):
        line.pk, line.position = None, position
        line._state.adding = True
        line.save()
        line.gaps.create(theme=factories.theme("T07"), current_level=1, target_level=3)
    ratified(ppsdm_verifier, ppsdm_head)
    user = factories.member(Role.DINAS_OP, aceh)
    counted = []
    for need in (few, many):
        outcomes.outcome_of_need(user, need)
        with CaptureQueriesContext(connection) as captured:
            assert outcomes.outcome_of_need(user, need).lines
        counted.append(len(captured))
    assert counted[0] == counted[1]


def test_the_list_of_needs_says_what_was_given(client, plan, needs, program, ppsdm_verifier, aceh_province_operator):
    assert outcomes.outcomes_of_needs(needs) == {needs[0].pk: (1, 3), needs[1].pk: (3, 3)}
    html = page(client, ppsdm_verifier, "/kebutuhan/")
    assert html.count('sg-xs sg-muted d-block">') >= 2
    own = page(client, aceh_province_operator, "/kebutuhan/")
    assert needs[0].code in own and needs[1].code not in own


def test_the_list_of_needs_costs_no_more_with_many_rows(client, aceh, jica, ppsdm_verifier, ppsdm_head):
    program_factories.program(jica, ProgramStatus.OPEN, seats=40)
    open_need(aceh, people=1)
    ratified(ppsdm_verifier, ppsdm_head)
    one = queries(client, ppsdm_verifier, "/kebutuhan/?size=50")
    for _number in range(29):
        open_need(aceh, people=1)
    ratified(ppsdm_verifier, ppsdm_head, of=AllocationRun.objects.first().round)
    assert queries(client, ppsdm_verifier, "/kebutuhan/?size=50") == one


# --- On a programme -----------------------------------------------------------------------------------------


def test_a_programme_shows_seats_by_office_and_who_is_next(
    client, plan, needs, program, jica_liaison, jica_head, ppsdm_verifier, biroks_head
):
    for user in (jica_liaison, jica_head, ppsdm_verifier, biroks_head):
        html = page(client, user, f"/program/{program.slug}/")
        assert 'id="alokasi"' in html
        assert needs[0].code not in html and needs[1].code not in html
    run, [intake] = outcomes.plan_of_program(jica_liaison, program)
    assert run == plan
    assert [(row.office, row.seats) for row in intake.offices] == [
        (needs[0].office.name, 1),
        (needs[1].office.name, 3),
    ]
    assert [(row.office, row.seats) for row in intake.reserves] == [(needs[0].office.name, 2)]


def test_another_partner_and_an_office_see_no_seats_of_others(
    client, plan, program, koica_liaison, aceh_province_operator, bali_head
):
    assert outcomes.plan_of_program(koica_liaison, program) is None
    for user in (aceh_province_operator, bali_head):
        assert 'id="alokasi"' not in page(client, user, f"/program/{program.slug}/")
        assert outcomes.plan_of_program(user, program) is None
    client.logout()
    assert 'id="alokasi"' not in client.get(f"/program/{program.slug}/").content.decode()


def test_a_programme_of_many_offices_costs_no_more_queries(jica, jica_head, ppsdm_verifier, ppsdm_head):
    program = program_factories.program(jica, ProgramStatus.OPEN, seats=40)
    open_need(factories.office("1101"), people=1)
    first = ratified(ppsdm_verifier, ppsdm_head)
    counted = []
    for codes in ([], [f"32{number:02d}" for number in range(1, 30)]):
        for code in codes:
            open_need(factories.office(code), people=1)
        if codes:
            ratified(ppsdm_verifier, ppsdm_head, of=first.round)
        outcomes.plan_of_program(jica_head, program)
        with CaptureQueriesContext(connection) as captured:
            _run, [intake] = outcomes.plan_of_program(jica_head, program)
        counted.append((len(captured), len(intake.offices)))
    assert [offices for _queries, offices in counted] == [1, 30]
    assert counted[0][0] == counted[1][0]


def test_the_result_names_who_is_next_to_the_centre_only(
    client, plan, needs, ppsdm_verifier, auditor, jica_head, bali_head
):
    for user in (ppsdm_verifier, auditor):
        assert 'id="cadangan"' in page(client, user, plan.get_absolute_url())
    for user in (jica_head, bali_head):
        assert 'id="cadangan"' not in page(client, user, plan.get_absolute_url())
    [intake], shown = outcomes.reserves_of(ppsdm_verifier, plan, "nonsense")
    assert shown.intake == intake
    assert [(row.office, row.seats) for row in shown.reserves] == [(needs[0].office.name, 2)]
    chosen = page(client, ppsdm_verifier, f"{plan.get_absolute_url()}?cadangan={intake.pk}&hasil=PART")
    assert (
        f'<option value="{intake.pk}" selected>' in chosen
        and '<input type="hidden" name="hasil" value="PART">' in chosen
    )


# --- In the post --------------------------------------------------------------------------------------------


def told(user) -> set[tuple[str, str]]:
    return set(Notice.objects.filter(user=user).values_list("record_code", "action"))


def test_everyone_concerned_is_told_once_and_at_once(
    needs, program, ppsdm_verifier, ppsdm_head, biroks_head, jica_head, aceh, bali, aceh_regency
):
    offices = [factories.member(role, where) for where in (aceh, bali) for role in (Role.DINAS_OP, Role.DINAS_HEAD)]
    stranger = factories.member(Role.DINAS_HEAD, aceh_regency)
    run = ratified(ppsdm_verifier, ppsdm_head)
    deliver_pending()
    for user in offices:
        assert told(user) == {(run.code, "ratify")}
        [notice] = Notice.objects.filter(user=user)
        assert notice.mail.due_at - notice.created_at < dt.timedelta(days=4)
        assert notice.path == run.get_absolute_url()
    assert told(biroks_head) == {(run.code, "ratify")}
    assert (run.code, "submit") in told(ppsdm_head)
    assert {"finish", "ratify"} <= {action for _code, action in told(ppsdm_verifier)}
    assert told(stranger) == set() and told(jica_head) == set()
    concerned = {user.email for user in (*offices, biroks_head, ppsdm_head, ppsdm_verifier)}
    assert {to for letter in mail.outbox for to in letter.to} <= concerned  # by day they go out at once, at night later


# --- An intake at once --------------------------------------------------------------------------------------


@pytest.fixture
def waiting(plan, program):
    """Where both proposals of the plan are sent together."""
    return f"/usulan/bersama/send_partner/{program.intakes.get().pk}/"


def boxes(*proposals) -> dict:
    return {"usulan": [f"{p.pk}:{p.version}" for p in proposals]}


def test_the_bureau_sends_an_intake_in_one_act(client, waiting, biroks_head, jica_head):
    assert waiting in page(client, biroks_head, "/usulan/")
    html = page(client, biroks_head, waiting)
    assert html.count('type="checkbox"') == 2 and html.count(" checked") == 2
    answer = client.post(waiting, boxes(*Proposal.objects.all()))
    assert answer.status_code == 200
    assert set(Proposal.objects.values_list("status", flat=True)) == {S.PARTNER_REVIEW}
    for made in Proposal.objects.all():
        assert made.partner_summary and made.sent_at is not None
    assert 'type="checkbox"' not in page(client, biroks_head, waiting)
    assert waiting not in page(client, biroks_head, "/usulan/")


def test_what_cannot_be_sent_stays_with_its_reason(client, waiting, needs, biroks_head):
    type(needs[0].office).objects.filter(pk=needs[0].office_id).update(suspended=True)
    client.force_login(biroks_head)
    answer = client.post(waiting, boxes(*Proposal.objects.all()))
    [stays, gone] = Proposal.objects.order_by("line__need__office__region_code")
    assert (stays.status, gone.status, answer.status_code) == (S.REVIEW, S.PARTNER_REVIEW, 200)
    assert [len(row.reasons) for row in answer.context["rows"]] == [1, 0]
    assert answer.context["rows"][0].reasons[0] in answer.content.decode()


def test_only_what_is_ticked_is_sent_and_nothing_on_an_old_page(client, waiting, biroks_head):
    client.force_login(biroks_head)
    assert client.post(waiting).status_code == 400
    first, second = Proposal.objects.order_by("pk")
    answer = client.post(waiting, {"usulan": [f"{first.pk}:{first.version - 1}", "nonsense", "999999:1"]})
    assert answer.status_code == 409
    assert set(Proposal.objects.values_list("status", flat=True)) == {S.REVIEW}
    client.post(waiting, boxes(second))
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.status, second.status) == (S.REVIEW, S.PARTNER_REVIEW)


def test_the_partner_accepts_an_intake_in_one_act(client, plan, program, biroks_head, jica_head):
    for made in Proposal.objects.all():
        perform(PROPOSAL, "send_partner", record=made, actor=biroks_head, answers={"summary": "Mediators."})
    Intake.objects.filter(program=program).update(seats=3)
    url = f"/usulan/bersama/accept/{program.intakes.get().pk}/"
    assert url in page(client, jica_head, "/usulan/")
    html = page(client, jica_head, url)
    assert html.count('type="checkbox"') == 2 and " checked" not in html
    client.post(url, boxes(*Proposal.objects.all()))
    assert sorted(Proposal.objects.values_list("status", "seats_allotted")) == [(S.ACCEPTED, 1), (S.PARTNER_REVIEW, 0)]
    assert program.intakes.get().seats_taken == 1


def test_an_intake_is_decided_only_by_whose_turn_it_is(
    client, waiting, program, jica_head, koica_head, ppsdm_verifier, aceh_province_head, biroks_officer, biroks_head
):
    for user in (jica_head, ppsdm_verifier, aceh_province_head, biroks_officer):
        page(client, user, waiting, 403)
    accept = waiting.replace("send_partner", "accept")
    page(client, koica_head, accept, 404)
    page(client, biroks_head, waiting.replace("send_partner", "refuse"), 404)
    page(client, biroks_head, "/usulan/bersama/send_partner/99999999/", 404)
    page(client, biroks_head, "/usulan/bersama/send_partner/99999999999999999999999/", 404)
    hidden = program_factories.program(program.partner, ProgramStatus.DRAFT)
    page(client, biroks_head, f"/usulan/bersama/send_partner/{hidden.intakes.get().pk}/", 404)
    assert 'type="checkbox"' not in page(client, jica_head, accept)
    client.logout()
    assert client.get(waiting).status_code == 302


def test_an_intake_of_many_proposals_costs_no_more_queries(client, jica, biroks_head):
    program = program_factories.program(jica, ProgramStatus.OPEN, seats=90)
    url = f"/usulan/bersama/send_partner/{program.intakes.get().pk}/"
    counted = []
    for count in (2, 28):
        for _number in range(count):
            need = open_need(factories.office("11"), status=NeedStatus.APPROVED)
            proposal(need, program, S.REVIEW)
        counted.append((queries(client, biroks_head, url), queries(client, biroks_head, "/usulan/?size=50")))
    assert counted[0] == counted[1]
