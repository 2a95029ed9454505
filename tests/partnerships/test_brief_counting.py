"""A brief is counted from needs, seats and trainings, keeps small groups back, and says what changed since the last."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.db import IntegrityError, connection, transaction
from django.db.models import Sum
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Membership
from partnerships.lifecycle import BRIEF
from partnerships.models import Brief, BriefSource, BriefStatus
from partnerships.services import briefs as services
from regions.lifecycle import NEED
from regions.models import CompetencyGap, NeedLine, Region
from regions.services import training_effect
from tests import factories, program_factories
from tests.brief_factories import brief, lines, published
from tests.proposal_factories import line_of, open_need, proposal
from workflow import clock
from workflow.engine import Refused, log_of, perform

pytestmark = pytest.mark.django_db
S = BriefStatus
WIB = ZoneInfo("Asia/Jakarta")


def needs_in(**people: int):
    """An approved need per province with so many mediators: p11=8."""
    return {name[1:]: open_need(factories.office(name[1:]), people=count) for name, count in people.items()}


def islands(**groups: str) -> None:
    for code, island in groups.items():
        Region.objects.filter(pk=code[1:]).update(island_group=island)


# --- What is counted


def test_only_approved_needs_count_and_people_on_seats_or_trained_are_met(aceh, bali, jica, aceh_operator):
    needs = [open_need(aceh, people=9), open_need(aceh, people=7, status="IN_FULFILMENT")]
    for status in ("DRAFT", "MIN_REVIEW", "RETURNED", "FULFILLED", "CLOSED_UNMET", "WITHDRAWN", "REJECTED"):
        factories.need(aceh, status=status, people=50)
    program = program_factories.program(jica, "OPEN", seats=40)
    proposal(needs[0], program, "ACCEPTED", seats_requested=3, seats_allotted=3)
    proposal(needs[0], program, "PARTNER_REVIEW", seats_requested=4)
    proposal(needs[1], program, "CONVERTED", seats_requested=2, seats_allotted=2)
    # Two of them sat on the seats above, so that they are met once.
    NeedLine.objects.filter(pk=line_of(needs[1]).pk).update(people_trained=2)
    record = brief()
    assert (record.requested, record.met, record.people) == (16, 5, 11)
    assert (record.offices, record.provinces) == (1, 1)
    assert lines(record) == {("T07", "11"): (16, 5, 11)}
    found = BriefSource.objects.order_by("need_line_id").values_list("requested", "trained", "people")
    assert list(found) == [(9, 0, 6), (7, 2, 5)]


def test_a_line_with_two_competencies_counts_once_in_the_totals(aceh, bali):
    open_need(aceh, people=8, themes=(("T07", 1, 3), ("T08", 2, 4)))
    open_need(bali, people=6)
    record = brief()
    assert lines(record) == {("T07", "11"): (8, 0, 8), ("T08", "11"): (8, 0, 8), ("T07", "51"): (6, 0, 6)}
    assert record.people == 14
    for field in ("province", "post"):
        sums = record.lines.order_by().values(field).annotate(n=Sum("people_once"))
        assert sum(row["n"] for row in sums) == record.people


def test_lines_are_cut_by_level_and_urgency_and_tell_wishes(aceh, bali):
    open_need(aceh, people=6)
    open_need(aceh, people=5, urgency="U1", preferred_mode="ONLINE")
    open_need(aceh, people=7, themes=(("T07", 2, 4),))
    other = open_need(aceh, people=9, preferred_mode="ONLINE")
    NeedLine.objects.filter(need=other).update(language_level="B1")
    found = [
        (row.current_level, row.target_level, row.urgency, row.people, row.modes, row.languages, row.needs)
        for row in brief().lines.all()
    ]
    assert found == [
        (1, 3, "U2", 15, {"BLENDED": 6, "ONLINE": 9}, {"": 6, "B1": 9}, 2),
        (2, 4, "U2", 7, {"BLENDED": 7}, {"": 7}, 1),
        (1, 3, "U1", 5, {"ONLINE": 5}, {"": 5}, 1),
    ]


def test_counting_takes_the_same_queries_for_one_need_and_for_thirty(aceh):
    open_need(aceh, people=8)
    with CaptureQueriesContext(
        connection,
    ) as few:
        brief(S.DISCARDED)
    for _n in range(30):
        open_need(aceh, people=8)
    with CaptureQueriesContext(connection) as many:
        brief(S.DISCARDED)
    assert len(many) == len(few)


# --- Small groups


def test_small_provinces_are_read_outside_in_a_sum_that_nothing_is_subtracted_from(aceh, bali):
    needs_in(p11=3, p32=4, p51=20)
    islands(p11="Sumatera", p32="Sumatera", p51="Sumatera")
    record = brief()
    assert lines(record, "ALL") == {("T07", "51"): (20, 0, 20)}
    assert lines(record, "CENTRE") == {("T07", "11"): (3, 0, 3), ("T07", "32"): (4, 0, 4)}
    assert lines(record, "OUTSIDE") == {("T07", "Sumatera"): (7, 0, 7)}
    [total] = record.lines.filter(audience="OUTSIDE")
    assert sorted(total.parts.values_list("province", flat=True)) == ["11", "32"]


def test_a_small_province_alone_in_its_island_group_is_read_in_a_sum_of_the_country(aceh):
    needs_in(p11=3, p51=4, p32=20)
    islands(p11="Sumatera", p51="Bali", p32="Jawa")
    record = brief()
    assert lines(record, "ALL", "OUTSIDE") == {("T07", "32"): (20, 0, 20), ("T07", "ID"): (7, 0, 7)}


def test_a_small_group_that_no_sum_covers_is_left_out(aceh):
    needs_in(p11=3, p32=20)
    islands(p11="Sumatera", p32="Jawa")
    record = brief()
    assert lines(record, "ALL", "OUTSIDE") == {("T07", "32"): (20, 0, 20)}
    assert lines(record, "CENTRE") == {("T07", "11"): (3, 0, 3)}
    assert record.people == 23


def test_few_with_a_seat_or_few_without_one_are_a_small_group_too(aceh, jica):
    needs = needs_in(p11=30, p51=30, p32=30)
    program = program_factories.program(jica, "OPEN", seats=90)
    proposal(needs["11"], program, "ACCEPTED", seats_requested=2, seats_allotted=2)
    proposal(needs["51"], program, "ACCEPTED", seats_requested=28, seats_allotted=28)
    record = brief()
    assert lines(record, "ALL", "OUTSIDE") == {("T07", "32"): (30, 0, 30), ("T07", "Sumatera"): (60, 30, 30)}


# --- What changed


def told(record: Brief) -> dict:
    return {
        (row.theme_id, row.province): (row.before, row.after, row.kind, row.reasons, row.audience)
        for row in record.changes.all()
    }


def test_the_next_edition_says_what_was_added_and_what_seats_and_closures_took_away(
    aceh, bali, jica, ppsdm_verifier, ppsdm_head
):
    needs = needs_in(p11=20, p51=10, p32=12)
    first = published(ppsdm_verifier, ppsdm_head)
    program = program_factories.program(jica, "OPEN", seats=40)
    given = proposal(needs["11"], program, "ACCEPTED", seats_requested=6, seats_allotted=6)
    closing = {"reason": "Tidak ada mitra dan anggaran untuk kebutuhan ini tahun ini."}
    perform(NEED, "close_unmet", record=needs["51"], actor=ppsdm_head, answers=closing)
    open_need(factories.office("52"), people=9)
    second = services.open_brief(factories.cycle(), ppsdm_verifier)
    assert second.follows == first and (first.people, second.people) == (42, 35)
    assert second.reasons == [["NEW", 9], ["SEATS", -6], ["CLOSED", -10]]
    assert told(second) == {
        ("T07", "51"): (10, 0, "GONE", [["CLOSED", "", -10]], "ALL"),
        ("T07", "52"): (0, 9, "ADDED", [["NEW", "", 9]], "ALL"),
        ("T07", "11"): (20, 14, "FEWER", [["SEATS", given.code, -6]], "ALL"),
    }


def test_a_revision_keeps_its_seats_and_tells_the_difference(aceh, jica, ppsdm_verifier, ppsdm_head):
    need = open_need(aceh, people=20)
    program = program_factories.program(jica, "OPEN", seats=40)
    proposal(need, program, "ACCEPTED", seats_requested=6, seats_allotted=6)
    published(ppsdm_verifier, ppsdm_head)
    revision = open_need(aceh, people=26, revises=need, revision=2)
    NeedLine.objects.filter(need=revision).update(continues=line_of(need))
    CompetencyGap.objects.filter(line__need=revision).update(target_level=4)
    need.merged_into = revision
    need.save()
    need.__class__.objects.filter(pk=need.pk).update(status="MERGED")
    record = services.open_brief(factories.cycle(), ppsdm_verifier)
    assert (record.requested, record.met, record.people) == (26, 6, 20)
    assert record.reasons == [["REVISED", 6]]
    levels = {(c.target_level, c.before, c.after, c.reasons[0][0], c.reasons[0][2]) for c in record.changes.all()}
    assert levels == {(3, 14, 0, "REVISED", -14), (4, 0, 20, "REVISED", 20)}


def test_a_need_that_was_met_tells_whose_seats_and_which_trainings_met_it(aceh, jica, ppsdm_verifier, ppsdm_head):
    need, _other = open_need(aceh, people=8), open_need(aceh, people=9)
    published(ppsdm_verifier, ppsdm_head)
    program = program_factories.program(jica, "OPEN", seats=40)
    given = proposal(need, program, "CONVERTED", seats_requested=5, seats_allotted=5)
    for number in range(8):
        training_effect.credit(line_of(need), source=f"NM-{number}", actor=ppsdm_verifier)
    need.__class__.objects.filter(pk=need.pk).update(status="FULFILLED")
    record = services.open_brief(factories.cycle(), ppsdm_verifier)
    assert (record.people, record.reasons) == (9, [["SEATS", -5], ["TRAINED", -3]])
    assert told(record)["T07", "11"][3] == [["SEATS", given.code, -5], ["TRAINED", "", -3]]


def test_a_need_that_was_revised_and_then_withdrawn_or_met_tells_the_last_of_it(
    aceh, bali, jica, ppsdm_verifier, ppsdm_head
):
    withdrawn, fulfilled, _other = open_need(aceh, people=8), open_need(bali, people=9), open_need(aceh, people=20)
    given = proposal(
        fulfilled, program_factories.program(jica, "OPEN"), "CONVERTED", seats_requested=5, seats_allotted=5
    )
    published(ppsdm_verifier, ppsdm_head)
    for need, status, people in ((withdrawn, "WITHDRAWN", 8), (fulfilled, "FULFILLED", 5)):
        revision = open_need(need.office, people=people, revises=need, revision=2)
        NeedLine.objects.filter(need=revision).update(continues=line_of(need))
        need.__class__.objects.filter(pk=need.pk).update(status="MERGED", merged_into=revision)
        need.__class__.objects.filter(pk=revision.pk).update(status=status)
    record = services.open_brief(factories.cycle(), ppsdm_verifier)
    # Nine were asked for and five had seats; the revision asks for five, who keep them.
    assert (record.people, record.reasons) == (20, [["REVISED", -4], ["WITHDRAWN", -8]])
    assert told(record)["T07", "51"][:4] == (4, 0, "GONE", [["REVISED", "", -4]])
    assert given.seats_allotted == 5


def test_changes_of_small_groups_stay_at_the_centre(aceh, ppsdm_verifier, ppsdm_head):
    needs = needs_in(p11=3, p32=20)
    islands(p11="Sumatera", p32="Jawa")
    published(ppsdm_verifier, ppsdm_head)
    NeedLine.objects.filter(need=needs["11"]).update(requested_total=2)
    NeedLine.objects.filter(need=needs["32"]).update(requested_total=22)
    record = services.open_brief(factories.cycle(), ppsdm_verifier)
    assert {key: row[-1] for key, row in told(record).items()} == {("T07", "11"): "CENTRE", ("T07", "32"): "ALL"}


def test_an_edition_that_was_withdrawn_is_not_compared_with(aceh, ppsdm_verifier, ppsdm_head):
    needs_in(p11=20)
    first = published(ppsdm_verifier, ppsdm_head)
    second = published(ppsdm_verifier, ppsdm_head)
    reason = {"reason": "Angka dihitung dari data yang keliru di satu provinsi."}
    perform(BRIEF, "withdraw", record=second, actor=ppsdm_head, answers=reason)
    third = services.open_brief(factories.cycle(), ppsdm_verifier)
    assert third.follows == first
    assert Brief.objects.get(pk=second.pk).withdrawn_reason == reason["reason"]


# --- The life of a brief


def test_a_brief_is_numbered_per_cycle_and_one_is_made_at_a_time(aceh, ppsdm_verifier, ppsdm_head):
    needs_in(p11=20)
    first = services.open_brief(factories.cycle(), ppsdm_verifier)
    assert (first.code, first.edition, first.status) == ("RPP-2026-1", 1, "DRAFT")
    with pytest.raises(Refused, match="RPP-2026-1"):
        services.open_brief(factories.cycle(), ppsdm_verifier)
    with pytest.raises(IntegrityError), transaction.atomic():
        Brief.objects.create(code="X", status="DRAFT", cycle=factories.cycle(), edition=7)
    perform(BRIEF, "discard", record=first, actor=ppsdm_verifier, answers={"reason": "Dihitung terlalu awal."})
    assert services.open_brief(factories.cycle(), ppsdm_verifier).code == "RPP-2026-2"
    with pytest.raises(Refused):
        services.open_brief(None, ppsdm_verifier)
    with pytest.raises(Refused):
        services.open_brief(factories.cycle(2025), ppsdm_head)


def test_published_figures_stay_while_needs_move_on(aceh, jica, ppsdm_verifier, ppsdm_head):
    needs = needs_in(p11=20)
    first = published(ppsdm_verifier, ppsdm_head)
    before = (lines(first), first.people, list(BriefSource.objects.values_list("people", flat=True)))
    program = program_factories.program(jica, "OPEN", seats=30)
    proposal(needs["11"], program, "ACCEPTED", seats_requested=9, seats_allotted=9)
    NeedLine.objects.update(requested_total=50)
    first = Brief.objects.get()
    assert (lines(first), first.people, list(BriefSource.objects.values_list("people", flat=True))) == before


def test_publishing_supersedes_the_former_edition(aceh, ppsdm_verifier, ppsdm_head):
    needs_in(p11=20)
    first, second = published(ppsdm_verifier, ppsdm_head), published(ppsdm_verifier, ppsdm_head)
    first.refresh_from_db()
    assert (first.status, second.status) == (S.SUPERSEDED, S.PUBLISHED)
    assert [entry.action for entry in log_of(first)] == ["create", "submit", "publish", "supersede"]


def test_who_counted_does_not_publish(aceh, ppsdm, ppsdm_verifier):
    needs_in(p11=20)
    Membership.objects.create(
        user=ppsdm_verifier, organisation=ppsdm, role="PPSDM_HEAD", valid_from=dt.date(2020, 1, 1)
    )
    record = services.open_brief(factories.cycle(), ppsdm_verifier)
    record = perform(BRIEF, "submit", record=record, actor=ppsdm_verifier)
    both = type(ppsdm_verifier).objects.get(pk=ppsdm_verifier.pk)
    both.act_as(both.memberships.get(role="PPSDM_HEAD").pk)
    with pytest.raises(Refused):
        perform(BRIEF, "publish", record=record, actor=both)


def test_of_two_editions_published_at_once_the_second_is_refused(aceh, ppsdm_verifier, ppsdm_head):
    needs_in(p11=20)
    one = perform(
        BRIEF, "submit", record=services.open_brief(factories.cycle(2025), ppsdm_verifier), actor=ppsdm_verifier
    )
    services.publish(brief(S.REVIEW), ppsdm_head, {})
    brief(S.PUBLISHED)
    with pytest.raises(Refused):
        services.publish(one, ppsdm_head, {})


def test_an_empty_brief_and_old_figures_are_not_submitted(aceh, ppsdm_verifier):
    record = services.open_brief(factories.cycle(), ppsdm_verifier)
    with pytest.raises(Refused):
        perform(BRIEF, "submit", record=record, actor=ppsdm_verifier)
    needs_in(p11=20)
    record = perform(BRIEF, "refresh", record=record, actor=ppsdm_verifier)
    assert record.people == 20
    with time_machine.travel(timezone.now() + dt.timedelta(days=15)):
        with pytest.raises(Refused):
            perform(BRIEF, "submit", record=record, actor=ppsdm_verifier)
        record = perform(BRIEF, "refresh", record=record, actor=ppsdm_verifier)
        assert perform(BRIEF, "submit", record=record, actor=ppsdm_verifier).status == S.REVIEW


def test_a_draft_is_due_by_the_end_of_july_and_the_clock_reminds(aceh, ppsdm_verifier):
    needs_in(p11=20)
    with time_machine.travel(dt.datetime(2026, 6, 1, 9, tzinfo=WIB)):
        record = services.open_brief(factories.cycle(), ppsdm_verifier)
    assert record.due_at == dt.datetime(2026, 7, 31, 23, 59, 59, tzinfo=WIB)
    marks = {}
    for day in (dt.date(2026, 6, 20), dt.date(2026, 7, 5), dt.date(2026, 7, 25), dt.date(2026, 8, 1)):
        with time_machine.travel(dt.datetime.combine(day, dt.time(9), WIB)):
            clock.run()
        marks[day.isoformat()] = Brief.objects.get().reminded
    assert marks == {"2026-06-20": 0, "2026-07-05": 50, "2026-07-25": 80, "2026-08-01": 100}
    assert log_of(record).last().action == "overdue"


def test_a_draft_begun_after_july_has_ten_working_days(aceh, ppsdm_verifier):
    with time_machine.travel(dt.datetime(2026, 9, 7, 9, tzinfo=WIB)):
        record = services.open_brief(factories.cycle(), ppsdm_verifier)
    assert record.due_at == dt.datetime(2026, 9, 21, 23, 59, 59, tzinfo=WIB)


def test_a_brief_that_no_longer_follows_the_latest_is_not_published(aceh, ppsdm_verifier, ppsdm_head):
    needs_in(p11=20)
    record = services.open_brief(factories.cycle(), ppsdm_verifier)
    record = perform(BRIEF, "submit", record=record, actor=ppsdm_verifier)
    brief(S.PUBLISHED)
    with pytest.raises(Refused):
        perform(BRIEF, "publish", record=record, actor=ppsdm_head)
    record = perform(BRIEF, "return", record=record, actor=ppsdm_head, answers={"reason": "Hitung ulang angkanya."})
    record = perform(BRIEF, "refresh", record=record, actor=ppsdm_verifier)
    record = perform(BRIEF, "submit", record=record, actor=ppsdm_verifier)
    assert perform(BRIEF, "publish", record=record, actor=ppsdm_head).status == S.PUBLISHED
