"""The log through the interface: entries for auditors, histories as the pages tell them."""

from __future__ import annotations

import pytest

from partnerships.models import ProposalStatus
from programs.models import ProgramStatus
from regions.lifecycle import NEED
from tests import factories, nomination_factories, program_factories, proposal_factories
from tests.api.calls import Caller
from tests.api.signed import Signed, described, errors_of, queries_of, values_in
from tests.forum import question_factories
from workflow.engine import note, perform
from workflow.models import LogEntry

pytestmark = pytest.mark.django_db


@pytest.fixture
def need(aceh_regency, aceh_operator, aceh_head):
    """Created, signed, started by itself: three entries."""
    made = factories.need(aceh_regency, created_by=aceh_operator)
    return perform(NEED, "submit", record=made, actor=aceh_head)


def actions_of(caller, query="") -> list[str]:
    return [row["action"]["code"] for row in caller.get(f"/log{query}").json()["data"]]


def test_entries_are_for_auditors_and_for_whoever_runs_the_portal(need, auditor, aceh_head, ppsdm_head, administrator):
    assert actions_of(Signed(auditor)) == ["start_prov", "submit", "create"]
    entry = described(Signed(auditor).get("/log"))["data"][0]
    assert described(Signed(auditor).get(entry["url"])) == entry
    for caller in (Caller(aceh_head, "log:read"), Signed(ppsdm_head), Signed(administrator)):
        assert caller.get("/log").status_code == 403
        assert caller.get(entry["url"]).status_code == 403
    assert Caller().get("/log").status_code == 401
    assert Signed(auditor).get("/log/999999").status_code == 404
    assert Signed(auditor).get("/log/satu").status_code == 404


def test_entries_are_searched_as_on_the_page(need, auditor):
    desk = Signed(auditor)
    assert actions_of(desk, f"?q={need.code}") == ["start_prov", "submit", "create"]
    assert actions_of(desk, "?action=submit") == ["submit"]
    assert actions_of(desk, "?role=CLOCK&flow=regions.need") == ["start_prov"]
    assert actions_of(desk, "?since=2100-01-01") == []
    assert errors_of(desk.get("/log?since=2026-02-30")).keys() == {"since"}
    assert errors_of(desk.get("/log?role=KING")).keys() == {"role"}
    assert errors_of(desk.get("/log?since=2026-02-02&until=2026-02-01")).keys() == {"until"}


def test_entries_about_persons_are_not_told(aceh_regency, aceh_operator, jica, auditor):
    nomination = nomination_factories.nomination(nomination_factories.seats(aceh_regency, jica))
    note(nomination.flow, nomination, aceh_operator, "read")
    kept = LogEntry.objects.get(action="read")
    desk = Signed(auditor)
    assert desk.get(f"/log?q={nomination.code}").json()["data"] == []
    assert desk.get(f"/log/{kept.seq}").status_code == 404
    assert desk.get(f"/log/records/participants.nomination/{nomination.code}").status_code == 404


def test_unnamed_acts_stay_unnamed(jica, aceh_operator, auditor, django_user_model):
    """Who asked is the auditor's alone: neither the partner nor whoever runs the portal learns it."""
    program = program_factories.program(jica, ProgramStatus.OPEN)
    asked = question_factories.asked(program, aceh_operator)
    where = aceh_operator.acting_organisation.name
    told = Caller(factories.member("PARTNER_OFF", jica)).get(f"/log/records/forum.question/{asked.code}").json()
    assert [(e["role"], e["organisation"], e["at"]) for e in told["events"]] == [("sebuah kantor", "", None)]
    keeper = factories.member("EVAL", factories.organisation("PPSDM"))
    django_user_model.objects.filter(pk=keeper.pk).update(is_staff=True)
    assert actions_of(Signed(auditor), f"?q={asked.code}") == ["ask"]
    assert actions_of(Signed(keeper), f"?q={asked.code}") == []
    assert where in values_in(Signed(auditor).get(f"/log?q={asked.code}").json())


def test_a_history_is_what_the_page_of_the_record_tells(need, aceh_operator, bali_operator, aceh_head):
    told = described(Caller(aceh_operator).get(f"/log/records/regions.need/{need.code}"))
    assert [event["label"] for event in told["events"]] == [
        "Verifikasi provinsi dimulai", "Ditandatangani dan diajukan", "Dibuat",
    ]  # fmt: skip
    assert told["events"][1]["role"] == "Kepala Dinas"
    assert aceh_head.name not in values_in(told)
    assert Caller(bali_operator).get(f"/log/records/regions.need/{need.code}").status_code == 404
    assert Caller(aceh_operator).get("/log/records/regions.nothing/X").status_code == 404
    assert Caller().get(f"/log/records/regions.need/{need.code}").status_code == 401


def test_a_partner_reads_a_history_from_the_day_a_proposal_was_sent(aceh_regency, jica, ppsdm_verifier, biroks_head):
    program = program_factories.program(jica, ProgramStatus.OPEN)
    made = proposal_factories.proposal(proposal_factories.open_need(aceh_regency), program, ProposalStatus.REVIEW)
    note(made.flow, made, ppsdm_verifier, "change", comment="Hanya untuk kementerian.")
    sent = perform(made.flow, "send_partner", record=made, actor=biroks_head, answers={"summary": "Two mediators."})
    path = f"/log/records/partnerships.proposal/{sent.code}"
    partner = Caller(factories.member("PARTNER_OFF", jica)).get(path).json()
    assert "Hanya untuk kementerian." not in values_in(partner) and len(partner["events"]) == 1
    assert "Hanya untuk kementerian." in values_in(Signed(ppsdm_verifier).get(path).json())


def test_offices_have_no_history_of_programmes(jica, aceh_operator, biroks_officer):
    program = program_factories.program(jica, ProgramStatus.OPEN, created_by=biroks_officer)
    path = f"/log/records/programs.program/{program.code}"
    assert Signed(biroks_officer).get(path).status_code == 200
    assert Caller(aceh_operator).get(path).status_code == 404


def test_queries_do_not_grow_with_the_rows(need, auditor, aceh_operator, aceh_regency):
    desk = Signed(auditor)
    one = queries_of(desk, "/log?limit=50")
    for _n in range(10):
        factories.need(aceh_regency, created_by=aceh_operator)
    assert queries_of(desk, "/log?limit=50") == one <= 12
    assert queries_of(Caller(aceh_operator), f"/log/records/regions.need/{need.code}") <= 12
