"""`perform_all()`: the CLOCK's act on many records, all or none; numbers in a row; what listeners do is logged."""

from __future__ import annotations

import pytest
from django.db import connection
from django.http import Http404
from django.test.utils import CaptureQueriesContext

from partnerships.lifecycle import PROPOSAL
from partnerships.models import Proposal, ProposalStatus
from programs.models import ProgramStatus
from tests import factories, program_factories
from tests.partnerships.allocation_factories import run as any_run
from tests.proposal_factories import open_need, proposal
from workflow.audit import broken_links
from workflow.engine import Refused, Stale, log_of, moved, perform, perform_all
from workflow.models import Counter, LogEntry

S = ProposalStatus


def reviewed(jica, count: int, status: str = S.PROPOSED) -> list[Proposal]:
    program = program_factories.program(jica, ProgramStatus.OPEN, seats=99)
    return [proposal(open_need(factories.office("11")), program, status) for _number in range(count)]


def allotted(records, run):
    answers = {record.pk: {"seats": 1, "run": run} for record in records}
    found = Proposal.objects.filter(pk__in=answers).select_related(
        "line__need__office", "intake__program__partner", "partner"
    )
    return perform_all(PROPOSAL, "allot", records=found, answers=answers)


@pytest.mark.django_db
def test_every_record_is_checked_written_and_logged(jica):
    records, run = reviewed(jica, 3), any_run()
    due = dict(Proposal.objects.values_list("pk", "due_at"))
    done = allotted(records, run)
    assert [record.pk for record in done] == [record.pk for record in records]
    for record in Proposal.objects.all():
        assert (record.status, record.seats_requested, record.version) == (S.REVIEW, 1, 2)
        [entry] = log_of(record)
        assert (entry.action, entry.source, entry.target, entry.role) == ("allot", S.PROPOSED, S.REVIEW, "CLOCK")
        assert entry.data == {"seats": 1, "run": run.code, "was_due": due[record.pk].isoformat()}
    assert broken_links()[0] == []


@pytest.mark.django_db
def test_one_that_cannot_leaves_all_as_they_were(jica):
    records, run = reviewed(jica, 3), any_run()
    type(jica).objects.filter(pk=jica.pk).update(suspended=True)
    with pytest.raises(Refused):
        allotted(records, run)
    type(jica).objects.filter(pk=jica.pk).update(suspended=False)
    Proposal.objects.filter(pk=records[2].pk).update(**{"status": S.PARTNER_REVIEW})
    with pytest.raises(Stale):
        allotted(records, run)
    assert set(Proposal.objects.values_list("status", flat=True)) == {S.PROPOSED, S.PARTNER_REVIEW}
    assert LogEntry.objects.filter(action="allot").count() == 0


@pytest.mark.django_db
def test_an_act_that_does_not_exist_is_not_found(jica):
    with pytest.raises(Http404):
        perform_all(PROPOSAL, "invent", records=Proposal.objects.all())
    assert perform_all(PROPOSAL, "replace", records=Proposal.objects.none()) == []


@pytest.mark.django_db
def test_a_record_more_costs_its_write_and_its_log_entry(jica):
    run, counted = any_run(), []
    for count in (2, 12):
        records = reviewed(jica, count)
        with CaptureQueriesContext(connection) as captured:
            allotted(records, run)
        counted.append(len(captured))
    assert counted[1] - counted[0] == 2 * 10


@pytest.mark.django_db
def test_codes_in_one_go_stand_in_a_row():
    assert Counter.code("XX-2026") == "XX-2026-0001"
    assert Counter.codes("XX-2026", 3) == ["XX-2026-0002", "XX-2026-0003", "XX-2026-0004"]
    assert Counter.codes("XX-2026", 0) == []
    assert Counter.code("XX-2026") == "XX-2026-0005"


@pytest.mark.django_db(transaction=True)
def test_what_a_listener_does_when_an_act_is_committed_has_its_own_entry(jica):
    first, second = reviewed(jica, 2)

    def follow(sender, record, entry, **kwargs):
        if record == first:
            perform(PROPOSAL, "replace", record=second, answers={})

    moved.connect(follow, sender=Proposal)
    try:
        perform(PROPOSAL, "replace", record=first)
    finally:
        moved.disconnect(follow, sender=Proposal)
    assert [entry.record_code for entry in LogEntry.objects.filter(action="replace")] == [first.code, second.code]
