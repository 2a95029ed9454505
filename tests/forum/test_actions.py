"""Action points: who may do what, what each act does, lists, home, deadlines, reminders."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Membership
from accounts.roles import Role
from forum.lifecycle import ACTION
from forum.models import ActionPoint, ActionStatus
from forum.rules.actions import actions_in_reach
from forum.selectors.actions import open_actions, own_actions
from notices import services as post
from notices.models import Notice
from portal.selectors.deadlines import deadlines, next_deadlines
from tests import factories, minutes_factories
from tests.matrices import typed_lines
from workflow import clock
from workflow.engine import Refused, may_see, offered, perform
from workflow.models import LogEntry
from workflow.reading import seen_by, waiting_for

pytestmark = pytest.mark.django_db

MATRIX = Path(__file__).with_name("action_matrix.txt")
WIB = ZoneInfo("Asia/Jakarta")
NOW = dt.datetime(2026, 10, 12, 9, tzinfo=WIB)


@pytest.fixture(autouse=True)
def _then():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def held(ppsdm, aceh_regency, bali):
    """A meeting of PPSDM to which an office of Aceh and one of Bali were invited."""
    return minutes_factories.meeting(ppsdm, "MINUTED", invited=[aceh_regency, bali])


@pytest.fixture
def cast(ppsdm_verifier, aceh_operator, bali_operator, auditor, administrator, koica_liaison):
    """One person for each standing: the organiser, whoever does it, somebody else who was invited, and outsiders."""
    return {
        "ORGANISER": ppsdm_verifier,
        "DOER": aceh_operator,
        "INVITED": bali_operator,
        "AUDITOR": auditor,
        "ADMIN": administrator,
        "STRANGER": koica_liaison,
    }


def typed() -> tuple[dict, dict]:
    """({(state, standing): acts}, {state: standings that see it}) as typed."""
    acts, sees = {}, {}
    for line in typed_lines(MATRIX):
        where, said = line.split(":")
        if where.startswith("sees "):
            sees[where.removeprefix("sees ")] = set(said.split())
        else:
            acts[tuple(where.split())] = set(said.split())
    return acts, sees


# --- The table ----------------------------------------------------------------------------------------------


def test_everybody_is_offered_and_sees_exactly_what_the_matrix_says(cast, held, aceh_regency):
    acts, sees = {}, {}
    for status in ActionStatus:
        todo = minutes_factories.action(held, aceh_regency, status)
        for who, person in cast.items():
            if found := {offer.transition.name for offer in offered(person, todo)}:
                acts[(status.value, who)] = found
            if may_see(ACTION, person, todo):
                sees.setdefault(status.value, set()).add(who)
    assert (acts, sees) == typed()


def test_the_query_the_record_and_the_people_agree(cast, held, aceh_regency):
    wrong = []
    for status in ActionStatus:
        todo = minutes_factories.action(held, aceh_regency, status)
        for who, person in cast.items():
            roles = ACTION.roles(person, todo)
            if bool(roles) != ActionPoint.objects.filter(actions_in_reach(person), pk=todo.pk).exists():
                wrong.append((status.value, who, "reach"))
            if may_see(ACTION, person, todo) != seen_by(person, "forum.action").filter(pk=todo.pk).exists():
                wrong.append((status.value, who, "seen_by"))
            for role in {person.acting_role, "ORGANISER", "DOER"}:
                if (person in ACTION.people(todo, [role])) != (role in roles):
                    wrong.append((status.value, who, role))
            mine = waiting_for(person, "forum.action").filter(pk=todo.pk).exists()
            if mine != (who == "DOER" and status == ActionStatus.OPEN):
                wrong.append((status.value, who, "turn"))
    assert wrong == []


def test_one_post_does_it(held, aceh_regency, aceh_operator, aceh_head):
    todo = minutes_factories.action(held, aceh_regency, role=Role.DINAS_HEAD)
    found = [[o.transition.name for o in offered(person, todo)] for person in (aceh_operator, aceh_head)]
    assert found == [[], ["finish"]]


def test_who_does_it_need_not_have_been_invited(client, held, koica, koica_liaison):
    todo = minutes_factories.action(held, koica)
    client.force_login(koica_liaison)
    page = client.get(f"/rapat/tindak-lanjut/{todo.code}/").content.decode()
    assert f"/rapat/{held.code}/" not in page and held.title in page
    assert client.get(f"/rapat/{held.code}/notulen/").status_code == 404


# --- What the acts do ---------------------------------------------------------------------------------------


def test_who_was_asked_reports_it_as_done(client, held, aceh_regency, aceh_operator):
    todo = minutes_factories.action(held, aceh_regency)
    client.force_login(aceh_operator)
    assert (
        client.post(f"/rapat/tindak-lanjut/{todo.code}/finish/", {"version": "1", "note": "Sudah dikirim."}).status_code
        == 302
    )
    todo.refresh_from_db()
    assert (todo.status, todo.outcome, todo.due_at) == ("DONE", "Sudah dikirim.", None)
    [entry] = LogEntry.objects.filter(flow="forum.action", record_id=todo.pk)
    assert (entry.action, entry.role, entry.comment) == ("finish", "DOER", "Sudah dikirim.")
    assert "Sudah dikirim." in client.get(f"/rapat/tindak-lanjut/{todo.code}/").content.decode()


def test_a_date_is_moved_with_a_reason_and_reminders_begin_anew(held, aceh_regency, ppsdm_verifier):
    todo = minutes_factories.action(held, aceh_regency, reminded=80)
    answers = {"due_on": dt.date(2026, 11, 15), "reason": "Data belum lengkap."}
    done = perform(ACTION, "postpone", record=todo, actor=ppsdm_verifier, answers=answers)
    assert (done.status, done.due_on, done.reminded) == ("OPEN", dt.date(2026, 11, 15), 0)
    assert done.due_at == dt.datetime(2026, 11, 15, 23, 59, 59, tzinfo=WIB)


@pytest.mark.parametrize("day", [dt.date(2026, 10, 11), dt.date(2026, 10, 30)])
def test_neither_a_past_day_nor_the_same_one_is_a_new_date(held, aceh_regency, ppsdm_verifier, day):
    todo = minutes_factories.action(held, aceh_regency)
    with pytest.raises(Refused):
        perform(
            ACTION, "postpone", record=todo, actor=ppsdm_verifier, answers={"due_on": day, "reason": "Belum selesai."}
        )


def test_the_day_ends_where_it_is_done(ppsdm, held, ppsdm_verifier):
    papua = factories.office("94")
    todo = minutes_factories.action(held, papua)
    assert todo.due_at == dt.datetime(2026, 10, 30, 23, 59, 59, tzinfo=ZoneInfo("Asia/Jayapura"))
    # In Papua it is the 13th already.
    with time_machine.travel(dt.datetime(2026, 10, 12, 23, tzinfo=WIB), tick=False), pytest.raises(Refused):
        answers = {"due_on": dt.date(2026, 10, 12), "reason": "Belum selesai."}
        perform(ACTION, "postpone", record=todo, actor=ppsdm_verifier, answers=answers)


def test_what_was_done_or_dropped_is_opened_again_with_a_date(held, aceh_regency, ppsdm_verifier):
    todo = minutes_factories.action(held, aceh_regency, "DONE", outcome="Sudah.")
    answers = {"due_on": dt.date(2026, 12, 1), "reason": "Berkasnya ternyata kosong."}
    done = perform(ACTION, "reopen", record=todo, actor=ppsdm_verifier, answers=answers)
    assert (done.status, done.outcome, done.due_on) == ("OPEN", "", dt.date(2026, 12, 1))
    assert done.due_at == dt.datetime(2026, 12, 1, 23, 59, 59, tzinfo=WIB)


def test_the_organiser_drops_it_and_who_does_it_hears(held, aceh_regency, aceh_operator, ppsdm_verifier):
    todo = minutes_factories.action(held, aceh_regency)
    perform(ACTION, "drop", record=todo, actor=ppsdm_verifier, answers={"reason": "Tidak diperlukan lagi."})
    while post.read_on():
        pass
    assert set(Notice.objects.values_list("user", "action")) == {(aceh_operator.pk, "drop")}


def test_reminders_come_from_the_table_and_the_organiser_hears_of_what_is_late(
    held, aceh_regency, aceh_operator, bali_operator, ppsdm_verifier
):
    todo = minutes_factories.action(held, aceh_regency, due_on=dt.date(2026, 10, 22))
    for day in (18, 21, 23):
        with time_machine.travel(dt.datetime(2026, 10, day, 9, tzinfo=WIB), tick=False):
            clock.run()
            post.work_off()
    told = set(Notice.objects.filter(flow="forum.action").values_list("user", "record_code", "mark"))
    doer = {(aceh_operator.pk, todo.code, mark) for mark in (50, 80, 100)}
    assert told == doer | {(ppsdm_verifier.pk, todo.code, 100)}


# --- Pages --------------------------------------------------------------------------------------------------


def shown(client, tab: str = "") -> list[str]:
    """The codes on a view of the list."""
    page = client.get("/rapat/tindak-lanjut/" + (f"?tab={tab}" if tab else ""))
    assert page.status_code == 200
    return [row.code for row in page.context["listing"].rows]


def test_the_views_of_the_list(client, held, ppsdm, aceh_regency, bali, aceh_operator, ppsdm_verifier, auditor):
    ours = minutes_factories.action(held, aceh_regency)
    late = minutes_factories.action(held, bali, due_on=dt.date(2026, 10, 9))
    closed = minutes_factories.action(held, aceh_regency, "DONE")
    draft = minutes_factories.action(held, aceh_regency, "DRAFT")
    client.force_login(aceh_operator)
    assert [shown(client, tab) for tab in ("", "organised", "overdue", "all", "closed")] == [
        [ours.code],
        [],
        [late.code],
        [late.code, ours.code],
        [closed.code],
    ]
    client.force_login(ppsdm_verifier)
    assert [shown(client, tab) for tab in ("mine", "organised")] == [[], [late.code, ours.code]]
    client.force_login(auditor)
    assert [shown(client, tab) for tab in ("", "all")] == [[late.code], [late.code, ours.code]]
    assert draft.code not in client.get("/rapat/tindak-lanjut/?tab=all").content.decode()


def test_an_empty_list_names_the_next_step(client, aceh_operator):
    client.force_login(aceh_operator)
    page = client.get("/rapat/tindak-lanjut/")
    assert page.status_code == 200 and 'href="/rapat/"' in page.content.decode()


def test_for_strangers_it_does_not_exist(client, held, aceh_regency, koica_liaison):
    todo = minutes_factories.action(held, aceh_regency)
    client.force_login(koica_liaison)
    for path in ("", "finish/", "drop/"):
        assert client.get(f"/rapat/tindak-lanjut/{todo.code}/{path}").status_code == 404


def test_who_only_reads_may_not_act(client, held, aceh_regency, bali_operator):
    todo = minutes_factories.action(held, aceh_regency)
    client.force_login(bali_operator)
    assert client.get(f"/rapat/tindak-lanjut/{todo.code}/").status_code == 200
    assert client.post(f"/rapat/tindak-lanjut/{todo.code}/finish/", {"note": "Sudah dikirim."}).status_code == 403


def test_the_home_shows_them_until_they_are_closed(
    client, held, aceh_regency, aceh_operator, ppsdm_verifier, bali_operator
):
    todo = minutes_factories.action(held, aceh_regency)
    for person, expected in ((aceh_operator, [todo]), (ppsdm_verifier, [todo]), (bali_operator, [])):
        assert open_actions(person).rows == expected
        client.force_login(person)
        assert ('id="h-agreed"' in client.get("/beranda/").content.decode()) == bool(expected)
    ActionPoint.objects.filter(pk=todo.pk).update(status="DROPPED")
    assert open_actions(aceh_operator).count == 0


def test_it_stands_among_the_deadlines(held, aceh_regency, aceh_operator):
    todo = minutes_factories.action(held, aceh_regency, due_on=dt.date(2026, 10, 15))
    days, counts = deadlines(aceh_operator, span=14, mine=True)
    assert [row.code for day in days for row in day.rows] == [todo.code] and counts["forum.action"] == 1


def test_the_date_concerns_who_does_it_and_who_asked_not_everyone_who_was_there(
    client, held, aceh_regency, aceh_operator, ppsdm_head, bali_operator, auditor
):
    """Bali was at the meeting and reads what Aceh has to do; among Bali's own deadlines it has no place."""
    todo = minutes_factories.action(held, aceh_regency, due_on=dt.date(2026, 10, 15))
    found = {}
    for who, person in (("does", aceh_operator), ("asked", ppsdm_head), ("was there", bali_operator)):
        client.force_login(person)
        page = client.get("/tenggat/").content.decode()
        found[who] = ([row.code for row in next_deadlines(person)], todo.code in page)
        assert client.get(todo.get_absolute_url()).status_code == 200
    assert found == {"does": ([todo.code], True), "asked": ([todo.code], True), "was there": ([], False)}
    assert deadlines(auditor)[1]["forum.action"] == 1


def test_an_auditor_has_nothing_to_do_even_where_their_own_office_has(held, auditor):
    todo = minutes_factories.action(held, auditor.acting_organisation, due_on=dt.date(2026, 10, 15))
    day = dt.timedelta(days=30)
    assert own_actions(auditor, todo.due_on - day, todo.due_on + day) == []


@pytest.mark.parametrize("path", ["/rapat/tindak-lanjut/", "/beranda/"])
def test_thirty_cost_no_more_queries_than_one(client, held, aceh_regency, aceh_operator, path):
    client.force_login(aceh_operator)
    counts = []
    for more in (1, 29):
        for _number in range(more):
            minutes_factories.action(held, aceh_regency)
        client.get(path)
        with CaptureQueriesContext(connection) as queries:
            client.get(path)
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_who_lost_the_post_has_nothing_to_do(held, aceh_regency, aceh_operator):
    minutes_factories.action(held, aceh_regency)
    Membership.objects.filter(user=aceh_operator).update(ended_at=NOW)
    fresh = type(aceh_operator).objects.get(pk=aceh_operator.pk)
    assert open_actions(fresh).count == 0
