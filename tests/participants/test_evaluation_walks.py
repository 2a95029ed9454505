"""The life of the forms: planned, opened, answered, missed, reopened, void; and what the supervisor's word changes."""

from __future__ import annotations

import datetime as dt
import random
import zoneinfo
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.http import Http404
from django.utils import timezone

from participants.lifecycle import EVALUATION, NOMINATION
from participants.models import (
    Behaviour,
    Evaluation,
    EvaluationStatus,
    Learning,
    Nomination,
    PaperKind,
    Reaction,
    Result,
)
from participants.rules import evaluations as rules
from participants.services import evaluations as services
from regions.models import CompetencyGap, NeedLine, TrainingNeed
from tests import evaluation_factories as ev
from tests import factories
from tests import nomination_factories as make
from tests.races import at_once, outcomes
from workflow import clock
from workflow.engine import Refused, Stale, log_of, offered, perform
from workflow.models import LogEntry
from workflow.reading import waiting_for

pytestmark = pytest.mark.django_db
E = EvaluationStatus
REASON = "The days in the second week were entered for somebody else."


def act(name, form, actor, **answers):
    return perform(EVALUATION, name, record=Evaluation.objects.get(pk=form.pk), actor=actor, answers=answers)


def today() -> dt.date:
    return timezone.localdate()


def rows():
    """Every cell of every need."""
    return {
        (model.__name__, row["id"], name): value
        for model in (TrainingNeed, NeedLine, CompetencyGap)
        for row in model.objects.values()
        for name, value in row.items()
    }


def changed(before) -> dict:
    after = rows()
    return {cell: after[cell] for cell in after if before[cell] != after[cell]}


# --- When ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("level", "opens", "closes"),
    [
        ("L1", "2026-05-16T00:00:00+07:00", "2026-05-22T23:59:59+07:00"),
        ("L2", "2026-05-16T00:00:00+07:00", "2026-06-14T23:59:59+07:00"),
        ("L3_SELF", "2026-08-13T00:00:00+07:00", "2026-11-11T23:59:59+07:00"),
        ("L3_HEAD", "2026-08-13T00:00:00+07:00", "2026-11-11T23:59:59+07:00"),
        ("L4", "2026-11-11T00:00:00+07:00", "2027-05-15T23:59:59+07:00"),
    ],
)
def test_the_times_count_from_the_last_day_of_the_training(level, opens, closes):
    recorded = dt.datetime(2026, 5, 15, 10, tzinfo=dt.UTC)
    found = rules.window(level, dt.date(2026, 5, 15), "Asia/Jakarta", recorded)
    assert [moment.isoformat() for moment in found] == [opens, closes]


def test_a_completion_recorded_late_leaves_time_to_answer():
    recorded = dt.datetime(2026, 7, 1, 1, tzinfo=dt.UTC)
    opens, closes = rules.window("L1", dt.date(2026, 5, 15), "Asia/Jayapura", recorded)
    assert (opens.isoformat(), closes.isoformat()) == ("2026-05-16T00:00:00+09:00", "2026-07-08T23:59:59+09:00")


def test_a_completion_plans_the_forms_and_the_line_gets_its_form_once(abroad, cast):
    make.begins(abroad, -20)
    people = [make.nomination(abroad, "ATTENDING") for _n in range(2)]
    for record in people:
        make.present(record, 5, 5)
        answers = {"certificate_number": f"SERT/{record.pk}", "lesson_hours": 40}
        perform(NOMINATION, "complete", record=record, actor=cast["PPSDM_VER"], answers=answers)
    found = Evaluation.objects.order_by("pk").values_list("level", "nomination", "status")
    first, second = (record.pk for record in people)
    assert list(found) == [
        ("L1", first, "PLANNED"),
        ("L2", first, "PLANNED"),
        ("L3_SELF", first, "PLANNED"),
        ("L3_HEAD", first, "PLANNED"),
        ("L4", None, "PLANNED"),
        ("L1", second, "PLANNED"),
        ("L2", second, "PLANNED"),
        ("L3_SELF", second, "PLANNED"),
        ("L3_HEAD", second, "PLANNED"),
    ]


def test_the_clock_opens_forms_at_their_time_and_closes_those_nobody_answered(abroad, cast, time_machine):
    make.begins(abroad, -14)
    record = ev.completed(abroad, account=cast["NOMINEE"])
    clock.run()
    form = ev.form_of(record, "L1")
    assert (form.status, form.due_at) == (E.OPEN, form.closes_at)
    assert ev.form_of(record, "L3_HEAD").status == E.PLANNED
    time_machine.move_to(form.closes_at + dt.timedelta(seconds=1))
    clock.run()
    clock.run()  # once is enough
    form.refresh_from_db()
    assert form.status == E.MISSED
    assert [entry.action for entry in log_of(form)] == ["open", "miss"]
    time_machine.move_to(dt.datetime.combine(abroad.intake.ends, dt.time(12), dt.UTC) + dt.timedelta(days=91))
    clock.run()
    assert ev.form_of(record, "L3_HEAD").status == E.OPEN


def test_a_clock_that_stood_still_opens_late_and_still_leaves_time(abroad, cast, time_machine):
    make.begins(abroad, -5)  # it ended yesterday
    record = ev.completed(abroad, account=cast["NOMINEE"])
    form = ev.form_of(record, "L1")
    time_machine.move_to(form.closes_at + dt.timedelta(days=3))
    clock.run()
    form.refresh_from_db()
    place = zoneinfo.ZoneInfo(form.time_zone)
    assert form.status == E.OPEN
    assert (
        form.due_at
        == form.closes_at
        == rules.end_of(timezone.localdate(timezone=place) + dt.timedelta(days=7), form.time_zone)
    )
    done = services.answer(form, ev.REACTION, actor=cast["NOMINEE"])
    assert done.status == E.DONE


def test_a_form_opened_in_time_closes_when_it_was_planned_to(abroad, cast, time_machine):
    make.begins(abroad, -4)  # it ends today
    record = ev.completed(abroad, account=cast["NOMINEE"])
    planned = {form.level: (form.opens_at, form.closes_at) for form in Evaluation.objects.filter(proposal=abroad)}
    for level in ("L1", "L3_HEAD", "L4"):
        time_machine.move_to(planned[level][0] + dt.timedelta(hours=23))
        clock.run()
        assert (ev.form_of(record, level).status, ev.form_of(record, level).due_at) == (E.OPEN, planned[level][1])


# --- Answers -------------------------------------------------------------------------------------------------------


def test_a_participant_answers_once(abroad, cast):
    record = ev.completed(abroad, account=cast["NOMINEE"])
    form = ev.opened(ev.form_of(record, "L1"))
    done = services.answer(form, ev.REACTION, actor=cast["NOMINEE"], version=form.version)
    assert (done.status, done.on_behalf, done.reaction.recommend) == (E.DONE, False, 9)
    with pytest.raises(Stale):
        services.answer(form, {**ev.REACTION, "recommend": 1}, actor=cast["NOMINEE"])
    assert Reaction.objects.get().recommend == 9


def test_the_operator_answers_for_a_person_without_an_account_and_the_form_says_so(abroad, cast):
    form = ev.opened(ev.form_of(ev.completed(abroad), "L1"))
    done = services.answer(form, ev.REACTION, actor=cast["DINAS_OP"])
    assert (done.status, done.on_behalf) == (E.DONE, True)
    own = ev.opened(ev.form_of(ev.completed(abroad, account=cast["NOMINEE"]), "L1"))
    with pytest.raises(Http404):
        services.answer(own, ev.REACTION, actor=cast["DINAS_OP"])
    assert Reaction.objects.count() == 1


@pytest.mark.parametrize(("role", "error"), [("PPSDM_VER", PermissionDenied), ("PARTNER_HEAD", Http404)])
def test_nobody_answers_for_somebody_else(abroad, cast, role, error):
    form = ev.opened(ev.form_of(ev.completed(abroad, account=cast["NOMINEE"]), "L1"))
    with pytest.raises(error):
        services.answer(form, ev.REACTION, actor=cast[role])
    assert not Reaction.objects.exists()


def test_an_act_without_answers_is_refused(abroad, cast):
    form = ev.opened(ev.form_of(ev.completed(abroad, account=cast["NOMINEE"]), "L1"))
    with pytest.raises(Refused):
        act("react", form, cast["NOMINEE"])


def test_what_was_typed_never_reaches_the_log(abroad, cast):
    record = ev.completed(abroad, account=cast["NOMINEE"])
    texts = {"best": "Kata kunci rahasia satu", "better": "Kata kunci rahasia dua"}
    services.answer(ev.opened(ev.form_of(record, "L1")), {**ev.REACTION, **texts}, actor=cast["NOMINEE"])
    head = ev.opened(ev.form_of(record, "L3_HEAD"))
    services.answer(head, {**ev.levels(head, 3), "note": "Kata kunci rahasia tiga"}, actor=cast["DINAS_HEAD"])
    logged = " ".join(f"{e.comment} {e.data}" for e in LogEntry.objects.all())
    assert "rahasia" not in logged
    assert record.person.name not in logged + " ".join(e.title for e in Evaluation.objects.all())


def test_tests_of_a_roster_are_entered_together_or_not_at_all(abroad, cast):
    people = [ev.completed(abroad) for _n in range(3)]
    forms = [ev.opened(ev.form_of(record, "L2")) for record in people]
    points = {"before": Decimal("40"), "after": Decimal("70"), "certificate_only": False}
    only = {"before": None, "after": None, "certificate_only": True}
    rows_of = [(forms[0], forms[0].version, points), (forms[1], forms[1].version, only)]
    assert services.answer_tests(rows_of, actor=cast["PPSDM_VER"]) == 2
    assert [ev.form_of(record, "L2").status for record in people] == [E.DONE, E.DONE, E.OPEN]
    with pytest.raises(Stale):
        services.answer_tests(
            [(forms[2], forms[2].version, points), (forms[0], forms[0].version, points)], actor=cast["PPSDM_VER"]
        )
    assert ev.form_of(people[2], "L2").status == E.OPEN
    assert Learning.objects.count() == 2


@pytest.mark.parametrize(
    ("before", "after", "gain", "share"),
    [("40", "70", "30", "0.5"), ("90", "95", "5", "0.5"), ("60", "50", "-10", None), ("100", "100", "0", None)],
)
def test_gain_and_the_share_of_what_there_was_to_learn(before, after, gain, share):
    found = Learning(before=Decimal(before), after=Decimal(after))
    assert (found.gain, found.normalised_gain) == (Decimal(gain), None if share is None else Decimal(share))


@pytest.mark.parametrize(
    "wrong",
    [
        {"before": 40, "after": None, "certificate_only": False},
        {"before": None, "after": None, "certificate_only": False},
        {"before": 40, "after": 50, "certificate_only": True},
        {"before": -1, "after": 50, "certificate_only": False},
        {"before": 10, "after": Decimal("100.5"), "certificate_only": False},
    ],
)
def test_the_database_refuses_half_a_test(abroad, wrong):
    form = ev.form_of(ev.completed(abroad), "L2")
    with pytest.raises(IntegrityError), transaction.atomic():
        Learning.objects.create(evaluation=form, **wrong)


# --- The supervisor's word and the gap -----------------------------------------------------------------------------


def test_the_supervisors_rating_becomes_the_level_now_and_lets_the_case_be_closed(abroad, cast):
    record = ev.completed(abroad, account=cast["NOMINEE"], status="FOLLOW_UP")
    own, head = (ev.opened(ev.form_of(record, level)) for level in ("L3_SELF", "L3_HEAD"))
    before, gap = rows(), abroad.line.gaps.get()
    cascade = {"cascade_sessions": 2, "cascade_people": 14, "cascade_hours": 6}
    services.answer(own, {**ev.levels(own, 5), **cascade}, actor=cast["NOMINEE"])
    assert changed(before) == {}  # the own view is shown beside it and changes nothing
    services.answer(head, ev.levels(head, 3), actor=cast["DINAS_HEAD"])
    assert changed(before) == {("CompetencyGap", gap.pk, "level_now"): Decimal("1.4")}  # (3 + 4 × 1) / 5
    record.refresh_from_db()
    assert (record.used_in_duty, record.waits_for()) == (4, ("EVAL",))


def test_a_case_nobody_rated_in_time_is_the_evaluators(abroad, cast, time_machine):
    record = ev.completed(abroad, status="FOLLOW_UP")
    Nomination.objects.filter(pk=record.pk).update(due_at=timezone.now() + dt.timedelta(days=180))
    assert Nomination.objects.get(pk=record.pk).waits_for() == ()
    assert record not in waiting_for(cast["EVAL"], NOMINATION.name)
    time_machine.move_to(timezone.now() + dt.timedelta(days=181))
    assert Nomination.objects.get(pk=record.pk).waits_for() == ("EVAL",)
    assert record in waiting_for(cast["EVAL"], NOMINATION.name)


def test_a_correction_replaces_the_rating(abroad, cast):
    head = ev.opened(ev.form_of(ev.completed(abroad), "L3_HEAD"))
    services.answer(head, ev.levels(head, 3), actor=cast["DINAS_HEAD"])
    until = {"until": today() + dt.timedelta(days=10), "reason": "Tingkat tertukar dengan peserta lain."}
    form = act("reopen", head, cast["EVAL"], **until)
    assert (form.status, form.reopened, timezone.localdate(form.due_at)) == (E.OPEN, 1, until["until"])
    assert abroad.line.gaps.get().level_now == Decimal("1.4")  # stands until there is another
    services.answer(form, ev.levels(form, 4), actor=cast["DINAS_HEAD"])
    assert abroad.line.gaps.get().level_now == Decimal("1.6")


def test_every_competency_the_training_was_about_is_rated(abroad, cast):
    head = ev.opened(ev.form_of(ev.completed(abroad), "L3_HEAD"))
    with pytest.raises(Refused):
        services.answer(head, {**ev.levels(head, 3), "levels": {}}, actor=cast["DINAS_HEAD"])
    assert not Behaviour.objects.exists()


def test_only_what_the_programme_teaches_is_asked_and_rated(abroad, cast):
    other = CompetencyGap.objects.create(
        line=abroad.line, theme=factories.theme("T08"), current_level=0, target_level=2
    )
    head = ev.opened(ev.form_of(ev.completed(abroad), "L3_HEAD"))
    assert [gap.theme_id for gap in rules.gaps_asked(abroad)] == ["T07"]
    taught = abroad.line.gaps.get(theme="T07")
    services.answer(head, {**ev.levels(head, 3), "levels": {taught.pk: 3}}, actor=cast["DINAS_HEAD"])
    other.refresh_from_db()
    assert other.level_now is None


def test_a_head_does_not_rate_themselves(abroad, cast):
    form = ev.opened(ev.form_of(ev.completed(abroad, account=cast["DINAS_HEAD"]), "L3_HEAD"))
    [offer] = [o for o in offered(cast["DINAS_HEAD"], form) if o.transition.name == "assess"]
    assert not offer.enabled
    with pytest.raises(Refused):
        services.answer(form, ev.levels(form, 5), actor=cast["DINAS_HEAD"])
    assert abroad.line.gaps.get().level_now is None


def test_finishing_a_roster_changes_exactly_the_counts_and_taking_one_back_restores_them(abroad, cast):
    other = factories.need(abroad.line.need.office, status="IN_FULFILMENT", people=3)
    make.begins(abroad, -120)
    people = [make.nomination(abroad, "ATTENDING") for _n in range(3)]
    need, line, gap = abroad.line.need, abroad.line, abroad.line.gaps.get()

    def complete(record):
        make.present(record, 5, 5)
        answers = {"certificate_number": f"SERT/{record.pk}", "lesson_hours": 40}
        perform(NOMINATION, "complete", record=record, actor=cast["PPSDM_VER"], answers=answers)

    complete(people[0])
    complete(people[1])
    before = rows()
    complete(people[2])
    assert changed(before) == {
        ("TrainingNeed", need.pk, "people_completed"): 3,
        ("NeedLine", line.pk, "people_trained"): 3,
    }
    form = ev.opened(ev.form_of(people[2], "L3_HEAD"))
    services.answer(form, ev.levels(form, 5), actor=cast["DINAS_HEAD"])
    assert ("CompetencyGap", gap.pk, "level_now") in changed(before)
    record = Nomination.objects.get(pk=people[2].pk)
    perform(NOMINATION, "reverse_completion", record=record, actor=cast["PPSDM_HEAD"], answers={"reason": REASON})
    assert changed(before) == {}
    of_person = Evaluation.objects.filter(nomination=record)
    assert set(of_person.values_list("status", flat=True)) == {E.VOID}
    assert Evaluation.objects.get(level="L4").status == E.PLANNED  # two others of the line still stand
    other.refresh_from_db()
    assert (other.people_completed, Result.objects.count()) == (0, 0)


def test_a_completion_recorded_anew_starts_its_forms_anew(abroad, cast):
    make.begins(abroad, -120)
    record = make.nomination(abroad, "ATTENDING")
    make.present(record, 5, 5)
    answers = {"certificate_number": "SERT/1", "lesson_hours": 40}
    record = perform(NOMINATION, "complete", record=record, actor=cast["PPSDM_VER"], answers=answers)
    form = ev.opened(ev.form_of(record, "L3_HEAD"))
    services.answer(form, ev.levels(form, 5), actor=cast["DINAS_HEAD"])
    perform(NOMINATION, "reverse_completion", record=record, actor=cast["PPSDM_HEAD"], answers={"reason": REASON})
    clock.run()
    assert not Evaluation.objects.exclude(status=E.VOID).exists()
    record = perform(NOMINATION, "complete_again", record=record, actor=cast["PPSDM_VER"], answers=answers)
    standing = Evaluation.objects.exclude(status=E.VOID).order_by("pk").values_list("level", "status")
    assert list(standing) == [(level, "PLANNED") for level in ("L1", "L2", "L3_SELF", "L3_HEAD", "L4")]
    record.refresh_from_db()
    assert (record.used_in_duty, abroad.line.gaps.get().level_now) == (None, None)


def test_a_form_of_a_fallen_completion_takes_no_answer(abroad, cast):
    record = ev.completed(abroad, account=cast["NOMINEE"])
    form = ev.opened(ev.form_of(record, "L1"))
    Nomination.objects.filter(pk=record.pk).update(status="INCOMPLETE")
    with pytest.raises(Refused):
        services.answer(form, ev.REACTION, actor=cast["NOMINEE"])
    clock.run()
    form.refresh_from_db()
    assert form.status == E.VOID


@pytest.mark.parametrize("seed", range(4))
def test_after_any_walk_the_need_says_what_completions_and_ratings_stand(abroad, cast, seed):
    dice = random.Random(seed)
    make.begins(abroad, -120)
    people = [make.nomination(abroad, "ATTENDING") for _n in range(3)]
    for record in people:
        make.present(record, 5, 5)
    rated: dict[int, int] = {}

    def finish(name, record):
        answers = {"certificate_number": f"SERT/{record.pk}-{dice.randint(1, 999)}", "lesson_hours": 40}
        perform(NOMINATION, name, record=record, actor=cast["PPSDM_VER"], answers=answers)

    def reverse(record):
        perform(NOMINATION, "reverse_completion", record=record, actor=cast["PPSDM_HEAD"], answers={"reason": REASON})
        rated.pop(record.pk, None)

    def answer(record):
        form = Evaluation.objects.exclude(status=E.VOID).get(nomination=record, level="L3_HEAD")
        form = ev.opened(form, answered_at=form.answered_at) if form.status == E.PLANNED else form
        if form.status == E.DONE:
            until = {"until": today() + dt.timedelta(days=5), "reason": "Tingkat perlu dibetulkan."}
            act("reopen", form, cast["EVAL"], **until)
        else:
            level = dice.randint(0, 5)
            services.answer(form, ev.levels(form, level), actor=cast["DINAS_HEAD"])
            rated[record.pk] = level

    for _step in range(16):
        record = Nomination.objects.get(pk=dice.choice(people).pk)
        if record.status == "ATTENDING":
            finish("complete", record)
        elif record.status == "INCOMPLETE":
            finish("complete_again", record)
        else:
            dice.choice([answer, answer, answer, reverse])(record)
        clock.run()
        line = NeedLine.objects.get(pk=abroad.line_id)
        passed = Nomination.objects.filter(status__in=["COMPLETED", "FOLLOW_UP", "CLOSED"]).count()
        assert (line.people_trained, line.need.people_completed) == (passed, passed)
        gap, wanted = line.gaps.get(), line.requested_total
        mean = Decimal(sum(rated.values()) + (wanted - len(rated)) * gap.current_level) / wanted
        assert gap.level_now == (mean if rated else None)
        standing = Evaluation.objects.exclude(status=E.VOID)
        assert standing.filter(nomination__isnull=False).count() == 4 * passed
        assert standing.filter(level="L4").count() == bool(passed)


# --- Level 4 -------------------------------------------------------------------------------------------------------


def test_the_office_measures_and_the_evaluator_confirms(abroad, cast):
    form = ev.opened(ev.form_of(ev.completed(abroad), "L4"))
    done = services.answer(form, ev.result(), actor=cast["DINAS_OP"])
    assert (done.status, done.result.achieved, done.result.confirmed_by) == (E.ANSWERED, 60, None)
    until = {"until": today() + dt.timedelta(days=14)}
    with pytest.raises(Refused):
        act("send_back", form, cast["EVAL"], until=today(), reason="Angka sasaran belum dijelaskan.")
    act("send_back", form, cast["EVAL"], **until, reason="Angka sasaran belum dijelaskan.")
    services.answer(form, ev.result(actual=5), actor=cast["DINAS_HEAD"])
    done = act("confirm", form, cast["EVAL"])
    result = Result.objects.get()
    assert (done.status, result.achieved, result.confirmed_by) == (E.DONE, -50, cast["EVAL"])


def test_a_missed_form_is_reopened_until_a_stated_day(abroad, cast):
    form = ev.opened(ev.form_of(ev.completed(abroad, account=cast["NOMINEE"]), "L1"), E.MISSED)
    for day in (today(), today() + dt.timedelta(days=91)):
        with pytest.raises(Refused):
            act("reopen", form, cast["EVAL"], until=day, reason="Peserta baru kembali bertugas.")
    with pytest.raises(Refused):
        act("reopen", form, cast["EVAL"], until=today() + dt.timedelta(days=7), reason="NIP 999999999999999001 lupa.")
    done = act("reopen", form, cast["EVAL"], until=today() + dt.timedelta(days=7), reason="Baru kembali bertugas.")
    assert done.status == E.OPEN
    assert services.answer(done, ev.REACTION, actor=cast["NOMINEE"]).status == E.DONE


@pytest.mark.parametrize(("level", "role"), [("L1", "NOMINEE"), ("L3_HEAD", "DINAS_HEAD")])
def test_a_form_opened_again_and_not_corrected_keeps_its_answers(abroad, cast, time_machine, level, role):
    form = ev.opened(ev.form_of(ev.completed(abroad, account=cast["NOMINEE"]), level))
    values = ev.REACTION if level == "L1" else ev.levels(form, 3)
    services.answer(form, values, actor=cast[role])
    form = act("reopen", form, cast["EVAL"], until=today() + dt.timedelta(days=3), reason="Ada pertanyaan peserta.")
    time_machine.move_to(form.due_at + dt.timedelta(seconds=1))
    clock.run()
    clock.run()
    form.refresh_from_db()
    assert form.status == E.DONE
    acts = [entry.action for entry in log_of(form) if entry.action != "overdue"]
    assert acts[1:] == ["reopen", "keep"]


def test_figures_sent_back_and_not_corrected_are_missed_and_confirmed_ones_stand(abroad, cast, time_machine):
    form = ev.opened(ev.form_of(ev.completed(abroad), "L4"))
    services.answer(form, ev.result(), actor=cast["DINAS_OP"])
    form = act("send_back", form, cast["EVAL"], until=today() + dt.timedelta(days=3), reason="Sasaran belum jelas.")
    time_machine.move_to(form.due_at + dt.timedelta(seconds=1))
    clock.run()
    form.refresh_from_db()
    assert form.status == E.MISSED
    act("reopen", form, cast["EVAL"], until=today() + dt.timedelta(days=3), reason="Kantor meminta waktu.")
    services.answer(form, ev.result(), actor=cast["DINAS_OP"])
    act("confirm", form, cast["EVAL"])
    form = act("reopen", form, cast["EVAL"], until=today() + dt.timedelta(days=3), reason="Angka diperiksa ulang.")
    time_machine.move_to(form.due_at + dt.timedelta(seconds=1))
    clock.run()
    form.refresh_from_db()
    assert (form.status, form.result.confirmed_by) == (E.DONE, cast["EVAL"])


# --- At the same moment --------------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_two_answers_at_the_same_moment(abroad, cast):
    form = ev.opened(ev.form_of(ev.completed(abroad, account=cast["NOMINEE"]), "L1"))
    jobs = [lambda n=n: services.answer(form, {**ev.REACTION, "recommend": n}, actor=cast["NOMINEE"]) for n in range(3)]
    assert outcomes(*jobs) == ["Stale", "Stale", "won"]
    assert Reaction.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_rating_and_the_reversal_at_the_same_moment_leave_nothing_behind(abroad, cast):
    make.begins(abroad, -120)
    record = make.nomination(abroad, "ATTENDING")
    make.present(record, 5, 5)
    answers = {"certificate_number": "SERT/1", "lesson_hours": 40}
    record = perform(NOMINATION, "complete", record=record, actor=cast["PPSDM_VER"], answers=answers)
    form = ev.opened(ev.form_of(record, "L3_HEAD"))
    rated, reversed_ = at_once(
        lambda: services.answer(form, ev.levels(form, 5), actor=cast["DINAS_HEAD"]),
        lambda: perform(
            NOMINATION, "reverse_completion", record=record, actor=cast["PPSDM_HEAD"], answers={"reason": REASON}
        ),
    )
    assert getattr(reversed_, "status", reversed_) == "INCOMPLETE"
    assert isinstance(rated, Stale | Refused) or rated.status == E.DONE
    line = NeedLine.objects.get(pk=abroad.line_id)
    assert (line.people_trained, line.need.people_completed, line.gaps.get().level_now) == (0, 0, None)
    form.refresh_from_db()
    assert form.status == E.VOID


@pytest.mark.django_db(transaction=True)
def test_two_who_complete_at_the_same_moment_plan_the_lines_form_once(abroad, cast):
    make.begins(abroad, -20)
    people = [make.nomination(abroad, "ATTENDING") for _n in range(3)]
    for record in people:
        make.present(record, 5, 5)
        make.paper(record, PaperKind.REPORT)
    found = outcomes(
        *(
            lambda r=record: perform(
                NOMINATION,
                "complete",
                record=r,
                actor=cast["PPSDM_VER"],
                answers={"certificate_number": f"SERT/{r.pk}", "lesson_hours": 40},
            )
            for record in people
        )
    )
    assert found == ["won", "won", "won"]
    assert Evaluation.objects.filter(level="L4").count() == 1
    assert Evaluation.objects.count() == 13
    assert NeedLine.objects.get(pk=abroad.line_id).people_trained == 3
