"""Who has it now, by posts and offices, and the reminder that goes out once a day."""

from __future__ import annotations

import datetime as dt

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Membership
from accounts.roles import Role
from notices.models import Notice, Outbox
from notices.tasks import deliver_pending
from partnerships.models import AgreementStatus, ExternalStep
from programs.models import ProgramStatus
from regions.lifecycle import NEED
from regions.models import NeedStatus, TrainingNeed
from tests import agreement_factories, factories
from tests import program_factories as programs
from tests.delegation_factories import official, stand_in
from tests.races import at_once
from workflow.engine import Refused, perform
from workflow.models import LogEntry
from workflow.nudges import may_nudge, nudge
from workflow.templatetags.workflow_tags import waiting
from workflow.turns import holders_of

pytestmark = pytest.mark.django_db


def signed_in(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def submitted(need_aceh, aceh_head):
    return perform(NEED, "submit", record=need_aceh, actor=aceh_head)


@pytest.fixture
def submitted_in_march(need_aceh, aceh_head):
    with time_machine.travel("2026-03-10 03:00:00+00:00", tick=False):
        return perform(NEED, "submit", record=need_aceh, actor=aceh_head)


def posts(record) -> list[tuple[str, str]]:
    return [(post.label, post.organisation) for post in holders_of(record).posts]


def address(record) -> str:
    return f"/ingatkan/{record.flow.name}/{record.code}/"


# --- Who has it -----------------------------------------------------------------------------------------------------


def test_a_need_is_with_the_verifier_of_its_own_province(submitted, aceh_verifier, bali_verifier):
    assert posts(submitted) == [("Verifikator provinsi", "Dinas Tenaga Kerja Provinsi Aceh")]


def test_a_post_filled_by_delegation_alone_says_so(submitted, aceh, aceh_verifier):
    stand_in(aceh_verifier, official(aceh), "PLT")
    assert posts(submitted) == [("Plt. Verifikator provinsi", "Dinas Tenaga Kerja Provinsi Aceh")]


def test_whoever_stands_in_is_reminded_too(submitted, aceh, aceh_verifier, aceh_operator):
    deputy = official(aceh)
    stand_in(aceh_verifier, deputy)
    deliver_pending()
    Notice.objects.all().delete()
    nudge(submitted, actor=aceh_operator)
    deliver_pending()
    assert {n.user for n in Notice.objects.filter(action="nudge")} == {aceh_verifier, deputy}


def test_nobody_in_the_post_is_said_with_who_can_help(submitted, aceh_head):
    holders = holders_of(submitted)
    assert (holders.posts, holders.unheld) == ((), ("Verifikator provinsi",))
    page = signed_in(aceh_head).get(submitted.get_absolute_url()).content.decode()
    assert "Belum ada pejabat terdaftar untuk jabatan ini." in page and "/kontak/" in page


def test_somebody_of_the_same_role_elsewhere_is_not_named(submitted, aceh_verifier, bali):
    Membership.objects.create(user=aceh_verifier, organisation=bali, role=Role.PROV_VER, valid_from=dt.date(2020, 1, 1))
    assert posts(submitted) == [("Verifikator provinsi", "Dinas Tenaga Kerja Provinsi Aceh")]


def test_no_person_is_named(submitted, aceh_verifier, aceh_head):
    page = signed_in(aceh_head).get(submitted.get_absolute_url()).content.decode()
    assert "Verifikator provinsi</b> · Dinas Tenaga Kerja Provinsi Aceh" in page
    assert aceh_verifier.name not in page and aceh_verifier.email not in page


def test_a_body_outside_is_named_with_its_letters_day_and_cannot_be_reminded(
    biroks_officer, ppsdm_head, biroks_head, jica
):
    agreement = agreement_factories.agreement(AgreementStatus.CLEARANCE, partner=jica)
    with time_machine.travel("2026-03-20 05:00:00+00:00", tick=False):
        ExternalStep.objects.create(
            agreement=agreement,
            body="KEMLU",
            step="CLEARANCE",
            purpose="Persetujuan politis",
            sent_on=dt.date(2026, 3, 11),
            ref_no="B-12/KS/2026",
        )
        holders = holders_of(agreement)
        letters = [(x.body, x.since, x.days, x.holds) for x in holders.outside]
        assert letters == [("Kementerian Luar Negeri", dt.date(2026, 3, 11), 9, True)]
        assert not may_nudge(biroks_head, agreement)
        page = signed_in(biroks_head).get(address(agreement))
        assert page.status_code == 200 and "hanya dapat diingatkan dengan surat" in page.content.decode()
        assert signed_in(biroks_head).post(address(agreement)).status_code == 409
    assert LogEntry.objects.filter(action="nudge").count() == 0


@pytest.mark.parametrize("people", [1, 30])
def test_who_has_it_costs_one_query_however_many_could_act(submitted, aceh, people, rf, aceh_head):
    for _n in range(people):
        factories.member(Role.PROV_VER, aceh)
    with CaptureQueriesContext(connection) as found:
        holders = holders_of(TrainingNeed.objects.get(pk=submitted.pk))
    assert [post.label for post in holders.posts] == ["Verifikator provinsi"]
    assert len(found) <= 4


# --- The reminder ---------------------------------------------------------------------------------------------------


def test_who_is_offered_the_reminder(submitted, request, aceh_verifier):
    offered = {
        who: may_nudge(request.getfixturevalue(who), submitted)
        for who in (
            "aceh_operator",
            "aceh_head",
            "aceh_verifier",
            "bali_head",
            "ppsdm_verifier",
            "auditor",
            "jica_liaison",
        )
    }
    assert offered == {
        "aceh_operator": True,
        "aceh_head": True,
        "aceh_verifier": False,
        "bali_head": False,
        "ppsdm_verifier": offered["ppsdm_verifier"],
        "auditor": False,
        "jica_liaison": False,
    }


def test_the_button_leads_to_a_page_that_sends_it(submitted, aceh_verifier, aceh_operator):
    client = signed_in(aceh_operator)
    assert address(submitted) in client.get(submitted.get_absolute_url()).content.decode()
    page = client.get(address(submitted))
    assert page.status_code == 200 and LogEntry.objects.filter(action="nudge").count() == 0
    sent = client.post(address(submitted))
    assert (sent.status_code, sent.url) == (302, submitted.get_absolute_url())
    entry = LogEntry.objects.get(action="nudge")
    assert (entry.actor, entry.role, entry.data, entry.comment) == (aceh_operator, "DINAS_OP", {}, "")
    after = client.get(submitted.get_absolute_url()).content.decode()
    assert address(submitted) not in after and "Pengingat terakhir" in after


def test_those_whose_turn_it_is_are_told_politely_at_once(
    submitted_in_march, aceh_verifier, bali_verifier, aceh_operator
):
    deliver_pending()
    Notice.objects.all().delete()
    with time_machine.travel("2026-03-11 03:00:00+00:00", tick=False):
        nudge(submitted_in_march, actor=aceh_operator)
        deliver_pending()
        notice = Notice.objects.get()
        assert (notice.user, notice.kind, notice.action) == (aceh_verifier, "TURN", "nudge")
        assert notice.mail.due_at == timezone.now()
        inbox = signed_in(aceh_verifier).get("/pemberitahuan/").content.decode()
    assert f"{submitted_in_march.code}: kami ingatkan dengan hormat, kini giliran Anda." in inbox


def test_at_night_the_mail_waits_for_the_morning(submitted_in_march, aceh_verifier, aceh_operator):
    deliver_pending()
    Outbox.objects.all().delete()
    with time_machine.travel("2026-03-11 15:00:00+00:00", tick=False):  # 22.00 WIB
        nudge(submitted_in_march, actor=aceh_operator)
        deliver_pending()
        mail = Notice.objects.get(action="nudge").mail
    assert mail.due_at == dt.datetime(2026, 3, 12, 0, 0, tzinfo=dt.UTC)


def test_one_reminder_in_a_day_whoever_asks(submitted, aceh_verifier, aceh_operator, aceh_head):
    with time_machine.travel("2026-03-11 03:00:00+00:00", tick=False):
        nudge(submitted, actor=aceh_operator)
    with time_machine.travel("2026-03-12 02:59:59+00:00", tick=False):
        refused = signed_in(aceh_head).post(address(submitted))
        assert refused.status_code == 409
        assert "mulai 12 Maret 2026 pukul 10.00 WIB" in refused.content.decode()
        with pytest.raises(Refused):
            nudge(submitted, actor=aceh_head)
    with time_machine.travel("2026-03-12 03:00:00+00:00", tick=False):
        nudge(submitted, actor=aceh_head)
    assert LogEntry.objects.filter(action="nudge").count() == 2


def test_nobody_floods_others_through_many_records(aceh_regency, aceh_verifier, aceh_operator, aceh_head):
    since = dt.datetime(2026, 3, 10, tzinfo=dt.UTC)
    needs = [factories.need(aceh_regency, status=NeedStatus.PROV_REVIEW, status_since=since) for _n in range(22)]
    with time_machine.travel("2026-03-11 03:00:00+00:00", tick=False):
        for need in needs[:20]:
            nudge(need, actor=aceh_operator)
        refused = signed_in(aceh_operator).post(address(needs[20]))
        assert refused.status_code == 409 and "20 pengingat dalam sehari" in refused.content.decode()
        with pytest.raises(Refused):
            nudge(needs[20], actor=aceh_operator)
        nudge(needs[20], actor=aceh_head)
    with time_machine.travel("2026-03-12 03:00:00+00:00", tick=False):
        nudge(needs[21], actor=aceh_operator)
    assert LogEntry.objects.filter(action="nudge").count() == 22


def test_who_gets_the_turn_after_the_reminder_is_not_reminded(submitted, aceh_verifier, aceh_operator, ppsdm_verifier):
    deliver_pending()
    Notice.objects.all().delete()
    nudge(submitted, actor=aceh_operator)
    perform(NEED, "prov_endorse", record=submitted, actor=aceh_verifier, answers={"checked": True})
    deliver_pending()
    assert Notice.objects.filter(action="nudge").count() == 0
    assert {n.user for n in Notice.objects.filter(action="prov_endorse", kind="TURN")} == {ppsdm_verifier}


def test_whose_turn_it_is_reminds_nobody(submitted, aceh_verifier):
    page = signed_in(aceh_verifier).post(address(submitted))
    assert page.status_code == 409 and "giliran Anda sendiri" in page.content.decode()


def test_what_is_finished_or_with_nobody_takes_no_reminder(aceh_operator, aceh_regency):
    done = factories.need(aceh_regency, status=NeedStatus.WITHDRAWN)
    page = signed_in(aceh_operator).post(address(done))
    assert page.status_code == 409 and LogEntry.objects.filter(action="nudge").count() == 0


def test_without_anybody_in_the_post_nothing_is_sent(submitted, aceh_operator):
    page = signed_in(aceh_operator).post(address(submitted))
    assert page.status_code == 409 and "tidak ada yang menerima pengingat" in page.content.decode()


@pytest.mark.parametrize("who", ["bali_head", "jica_liaison"])
def test_a_record_that_does_not_exist_for_somebody_is_not_found(submitted, aceh_verifier, who, request):
    assert signed_in(request.getfixturevalue(who)).get(address(submitted)).status_code == 404


def test_auditors_and_visitors_are_refused(submitted, aceh_verifier, auditor, client):
    assert signed_in(auditor).get(address(submitted)).status_code == 403
    assert signed_in(auditor).post(address(submitted)).status_code == 403
    assert client.get(address(submitted)).status_code == 302
    assert signed_in(auditor).get("/ingatkan/no.such/KB-1/").status_code == 404


def test_an_office_that_only_reads_a_programme_reminds_nobody_of_it(jica, bali_head, ppsdm_verifier):
    program = programs.program(jica, ProgramStatus.CLOSED, visibility="ALL_OFFICES")
    assert signed_in(bali_head).get(address(program)).status_code == 403


def test_the_tag_works_without_a_request(submitted, aceh_verifier):
    values = waiting({}, submitted)
    assert (values["nudge_url"], [p.label for p in values["holders"].posts]) == ("", ["Verifikator provinsi"])


@pytest.mark.django_db(transaction=True)
def test_two_who_remind_at_once_send_one(aceh_regency, aceh, aceh_operator, aceh_head):
    factories.member(Role.PROV_VER, aceh)
    need = factories.need(aceh_regency, status=NeedStatus.PROV_REVIEW)

    def send(user):
        return lambda: nudge(TrainingNeed.objects.get(pk=need.pk), actor=type(user).objects.get(pk=user.pk)).code

    answers = at_once(*(send(user) for user in (aceh_operator, aceh_head, aceh_operator, aceh_head)))
    found = sorted("refused" if isinstance(answer, Refused) else "sent" for answer in answers)
    assert found == ["refused", "refused", "refused", "sent"]
    assert LogEntry.objects.filter(action="nudge").count() == 1


def test_overdue_rows_of_the_deadlines_lead_to_the_reminder(submitted, aceh_verifier, aceh_head):
    assert address(submitted) not in signed_in(aceh_head).get("/tenggat/").content.decode()
    TrainingNeed.objects.filter(pk=submitted.pk).update(due_at=timezone.now() - dt.timedelta(hours=1))
    assert address(submitted) in signed_in(aceh_head).get("/tenggat/").content.decode()
    assert address(submitted) not in signed_in(aceh_verifier).get("/tenggat/").content.decode()
