"""perform(): one door, one transaction, one winner, and a log nobody can rewrite."""

from __future__ import annotations

from functools import partial

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, connection, transaction
from django.http import Http404

from regions.lifecycle import NEED
from regions.models import NeedStatus, TrainingNeed
from tests import factories
from tests.races import outcomes
from workflow.audit import broken_links
from workflow.engine import Refused, Stale, may_edit, may_see, moved, note, offered, perform
from workflow.models import LogEntry

pytestmark = pytest.mark.django_db


def names(user, record):
    return [offer.transition.name for offer in offered(user, record)]


def test_head_submits_and_the_province_gets_it_by_itself(need_aceh, aceh_head):
    done = perform(NEED, "submit", record=need_aceh, actor=aceh_head)
    assert done.status == NeedStatus.PROV_REVIEW
    trail = list(LogEntry.objects.filter(record_id=done.pk).values_list("action", "source", "target", "role"))
    assert trail == [
        ("create", "DRAFT", "DRAFT", "DINAS_OP"),
        ("submit", "DRAFT", "SUBMITTED", "DINAS_HEAD"),
        ("start_prov", "SUBMITTED", "PROV_REVIEW", "CLOCK"),
    ]


def test_the_log_keeps_the_date_a_state_was_due_at_when_it_was_left(need_aceh, aceh_head, aceh_verifier):
    perform(NEED, "submit", record=need_aceh, actor=aceh_head)
    due = TrainingNeed.objects.get(pk=need_aceh.pk).due_at
    done = perform(NEED, "prov_endorse", record=need_aceh, actor=aceh_verifier, answers={"checked": True})
    by_action = {e.action: e.data.get("was_due") for e in LogEntry.objects.filter(record_id=done.pk)}
    assert by_action == {"create": None, "submit": None, "start_prov": None, "prov_endorse": due.isoformat()}


def test_provincial_office_goes_straight_to_the_ministry(aceh, aceh_province_operator, aceh_province_head):
    need = factories.need(aceh, created_by=aceh_province_operator)
    assert perform(NEED, "submit", record=need, actor=aceh_province_head).status == NeedStatus.MIN_REVIEW


def test_operator_may_not_submit(need_aceh, aceh_operator):
    with pytest.raises(PermissionDenied):
        perform(NEED, "submit", record=need_aceh, actor=aceh_operator)


def test_stranger_learns_nothing(need_aceh, bali_head):
    with pytest.raises(Http404):
        perform(NEED, "submit", record=need_aceh, actor=bali_head)
    assert not may_see(NEED, bali_head, need_aceh)


def test_acting_on_a_state_that_has_passed_is_stale(need_aceh, aceh_head):
    perform(NEED, "submit", record=need_aceh, actor=aceh_head)
    with pytest.raises(Stale):
        perform(NEED, "submit", record=need_aceh, actor=aceh_head)


def test_refusals_are_sentences_and_nothing_is_written(aceh_regency, aceh_operator, aceh_head):
    need = factories.need(aceh_regency, created_by=aceh_operator, complete=False)
    before = LogEntry.objects.count()
    with pytest.raises(Refused) as refusal:
        perform(NEED, "submit", record=need, actor=aceh_head)
    assert all(len(reason) > 20 for reason in refusal.value.reasons)
    need.refresh_from_db()
    assert (need.status, LogEntry.objects.count()) == (NeedStatus.DRAFT, before)


def test_maker_may_not_be_checker(aceh_regency, aceh_head):
    need = factories.need(aceh_regency, created_by=aceh_head)
    with pytest.raises(Refused):
        perform(NEED, "submit", record=need, actor=aceh_head)


def test_missing_answer_is_named(need_aceh, aceh_head, aceh_verifier):
    need = perform(NEED, "submit", record=need_aceh, actor=aceh_head)
    with pytest.raises(Refused) as refusal:
        perform(NEED, "prov_endorse", record=need, actor=aceh_verifier, answers={})
    assert len(refusal.value.reasons) == 1


def test_unknown_act_does_not_exist(need_aceh, aceh_head):
    with pytest.raises(Http404):
        perform(NEED, "conjure", record=need_aceh, actor=aceh_head)


def test_buttons_follow_the_capacity(need_aceh, aceh_operator, aceh_head, auditor, ppsdm_head):
    assert names(aceh_operator, need_aceh) == ["send_to_head"]
    assert names(aceh_head, need_aceh) == ["submit", "withdraw"]
    assert names(auditor, need_aceh) == []
    assert may_see(NEED, auditor, need_aceh) and not may_see(NEED, ppsdm_head, need_aceh)
    assert may_edit(NEED, aceh_operator, need_aceh) and not may_edit(NEED, aceh_head, need_aceh)


def test_listeners_hear_after_commit_only(need_aceh, aceh_head, django_capture_on_commit_callbacks):
    heard = []

    def listen(sender, entry, **kwargs):
        heard.append(entry.action)

    moved.connect(listen)
    try:
        with django_capture_on_commit_callbacks(execute=True):
            perform(NEED, "submit", record=need_aceh, actor=aceh_head)
            assert heard == []
    finally:
        moved.disconnect(listen)
    assert heard == ["submit", "start_prov"]


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE workflow_logentry SET comment = 'x'",
        "DELETE FROM workflow_logentry",
        "TRUNCATE workflow_logentry CASCADE",
    ],
)
def test_the_log_refuses_every_change(need_aceh, sql):
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE workflow_logentry ENABLE TRIGGER workflow_log_refuse_truncate")
    with pytest.raises(DatabaseError, match="write-once"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)


def test_a_rewritten_entry_breaks_the_chain(need_aceh, aceh_operator):
    for _number in range(3):
        note(NEED, need_aceh, aceh_operator, "change", {"n": 1})
    assert broken_links()[0] == []
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE workflow_logentry DISABLE TRIGGER workflow_log_refuse_row")
        cursor.execute("UPDATE workflow_logentry SET comment = 'forged' WHERE seq = 2")
        cursor.execute("ALTER TABLE workflow_logentry ENABLE TRIGGER workflow_log_refuse_row")
    assert broken_links()[0] == [2]


def test_a_removed_entry_breaks_the_chain(need_aceh, aceh_operator):
    for _number in range(3):
        note(NEED, need_aceh, aceh_operator, "change")
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE workflow_logentry DISABLE TRIGGER workflow_log_refuse_row")
        cursor.execute("DELETE FROM workflow_logentry WHERE seq = 2")
        cursor.execute("ALTER TABLE workflow_logentry ENABLE TRIGGER workflow_log_refuse_row")
    assert broken_links()[0] != []


def test_database_refuses_an_unknown_status(need_aceh):
    with pytest.raises(DatabaseError), transaction.atomic():
        TrainingNeed.objects.filter(pk=need_aceh.pk).update(**{"status": "LIMBO"})


@pytest.mark.django_db(transaction=True)
def test_of_two_simultaneous_decisions_exactly_one_wins(aceh, aceh_province_operator, ppsdm):
    heads = [factories.member("PPSDM_HEAD", ppsdm) for _number in range(2)]
    for _round in range(10):
        need = factories.need(aceh, status=NeedStatus.MIN_REVIEW, created_by=aceh_province_operator)
        reason = {"reason_code": "R05", "reason": "Tidak termasuk prioritas tahun berjalan ini."}
        results = outcomes(
            partial(perform, NEED, "approve", record=need, actor=heads[0]),
            partial(perform, NEED, "reject", record=need, actor=heads[1], answers=reason),
        )
        assert results == ["Stale", "won"]
    assert broken_links()[0] == []
