"""The pages of the evaluation: forms on a phone, tests of a roster, the summary of a training and who reads what."""

from __future__ import annotations

import datetime as dt
import io
import re
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone, translation
from openpyxl import load_workbook

from participants.forms.evaluations import Figure, ResultForm
from participants.models import Evaluation, EvaluationStatus, Learning, Reaction, Result
from participants.rules import evaluations as rules
from participants.selectors.evaluations import training_code
from participants.services import evaluations as services
from partnerships.models import Proposal, ProposalStatus
from tests import evaluation_factories as ev
from tests import factories
from tests import nomination_factories as make
from tests.proposal_factories import open_need, proposal
from workflow.models import LogEntry

pytestmark = pytest.mark.django_db
E = EvaluationStatus
CENTRE = ("PPSDM_VER", "PPSDM_HEAD", "EVAL")


def url(name: str, *args) -> str:
    return reverse(f"participants:{name}", args=args)


def form_url(form) -> str:
    return url("act_evaluation", form.code, services.ACTS[form.level])


@pytest.fixture
def own(abroad, cast):
    ev.ended(abroad, 100)
    return ev.completed(abroad, account=cast["NOMINEE"])


@pytest.fixture
def answered(aceh, jica, cast):
    """Seven people of one line: everyone answered everything, and the office measured."""
    of = make.seats(aceh, jica, people=8)
    ev.ended(of, 200)
    for number in range(7):
        record = ev.completed(of, account=cast["NOMINEE"] if number == 0 else None)
        actor = cast["NOMINEE"] if number == 0 else cast["DINAS_OP"]
        reaction = {**ev.REACTION, "recommend": (10, 9, 9, 8, 7, 6, 3)[number], "best": f"Kalimat bebas {number}"}
        services.answer(ev.opened(ev.form_of(record, "L1")), reaction, actor=actor)
        points = {"before": 40, "after": (35, 45, 55, 65, 75, 80, 90)[number], "certificate_only": False}
        services.answer(ev.opened(ev.form_of(record, "L2")), points, actor=cast["PPSDM_VER"])
        form = ev.opened(ev.form_of(record, "L3_SELF"))
        cascade = {"cascade_sessions": 1, "cascade_people": 10, "cascade_hours": 3}
        services.answer(form, {**ev.levels(form, 4), **cascade}, actor=actor)
        form = ev.opened(ev.form_of(record, "L3_HEAD"))
        services.answer(form, ev.levels(form, (3, 3, 3, 2, 2, 2, 1)[number]), actor=cast["DINAS_HEAD"])
    services.answer(ev.opened(ev.form_of(record, "L4")), ev.result(), actor=cast["DINAS_OP"])
    return of


# --- Forms ---------------------------------------------------------------------------------------------------------


REACTION = {
    "content": "4",
    "usefulness": "5",
    "trainers": "4",
    "materials": "3",
    "organisation": "4",
    "recommend": "9",
    "best": "Latihan kasus.",
    "better": "",
}


def test_a_participant_answers_the_reaction_on_one_page(own, browser):
    form = ev.opened(ev.form_of(own, "L1"))
    client = browser("NOMINEE")
    page = client.get(form_url(form)).content.decode()
    assert page.count('type="radio"') == 5 * 5 + 11
    assert "<script" not in re.sub(r"<script[^>]* src=[^>]*></script>", "", page) and "style=" not in page
    answer = client.post(form_url(form), {**REACTION, "version": form.version}, follow=True)
    assert answer.redirect_chain[-1][0] == form.get_absolute_url()
    found = Reaction.objects.get()
    assert (found.content, found.recommend, found.best) == (4, 9, "Latihan kasus.")
    assert "Latihan kasus." in answer.content.decode()


def test_what_is_missing_is_named_and_what_was_typed_stays(own, browser):
    form = ev.opened(ev.form_of(own, "L1"))
    typed = {**REACTION, "content": "", "recommend": "11", "best": "Nomor saya 1234 5678 9012 3456"}
    answer = browser("NOMINEE").post(form_url(form), typed)
    page = answer.content.decode()
    assert answer.status_code == 400
    assert set(answer.context["form"].errors) == {"content", "recommend", "best"}
    assert "Nomor saya" in page and not Reaction.objects.exists()


def test_who_answers_second_is_told_and_nothing_is_overwritten(own, browser):
    form = ev.opened(ev.form_of(own, "L1"))
    client = browser("NOMINEE")
    client.post(form_url(form), {**REACTION, "version": form.version})
    answer = client.post(form_url(form), {**REACTION, "recommend": "1", "version": form.version})
    assert (answer.status_code, Reaction.objects.get().recommend) == (409, 9)


@pytest.mark.parametrize("status", [E.PLANNED, E.MISSED, E.DONE, E.VOID])
def test_a_form_that_is_not_open_shows_no_questions(own, browser, status):
    form = ev.opened(ev.form_of(own, "L1"), status)
    answer = browser("NOMINEE").get(form_url(form))
    assert answer.status_code == 409 and 'type="radio"' not in answer.content.decode()


def test_the_operator_is_told_for_whom_the_answers_are(abroad, browser):
    record = ev.completed(abroad)
    form = ev.opened(ev.form_of(record, "L1"))
    client = browser("DINAS_OP")
    assert record.person.name in client.get(form_url(form)).content.decode()
    answer = client.post(form_url(form), REACTION, follow=True)
    page = answer.content.decode()
    assert Evaluation.objects.get(pk=form.pk).on_behalf
    assert "Latihan kasus." not in page  # entered for somebody else, read again by nobody in the office


def test_the_supervisor_rates_every_competency_and_sees_what_was_filed(own, abroad, browser):
    form = ev.opened(ev.form_of(own, "L3_HEAD"))
    gap = abroad.line.gaps.get()
    client = browser("DINAS_HEAD")
    assert client.get(form_url(form)).status_code == 200
    wrong = {f"level_{gap.pk}": "3", "used": "4", "helped": ["TIME"], "hindered": ["TIME"]}
    answer = client.post(form_url(form), wrong)
    assert set(answer.context["form"].errors) == {"hindered"}
    ticks = re.findall(
        r'<input type="checkbox"[^>]*name="(helped|hindered)" value="(\w+)"[^>]*>', answer.content.decode()
    )
    assert len(ticks) == 16  # eight rows of two
    assert len(re.findall(r'value="TIME"[^>]* checked', answer.content.decode())) == 2
    assert set(client.post(form_url(form), {**wrong, f"level_{gap.pk}": "6"}).context["form"].errors) >= {
        f"level_{gap.pk}"
    }
    client.post(form_url(form), {**wrong, "hindered": ["BUDGET"]})
    gap.refresh_from_db()
    assert str(gap.level_now) == "1.4000"


def test_the_own_view_asks_what_was_passed_on(own, abroad, browser):
    form = ev.opened(ev.form_of(own, "L3_SELF"))
    gap = abroad.line.gaps.get()
    client = browser("NOMINEE")
    data = {f"level_{gap.pk}": "4", "used": "4", "cascade_people": "1.200"}
    assert set(client.post(form_url(form), data).context["form"].errors) == {"cascade_sessions"}
    client.post(form_url(form), {**data, "cascade_sessions": "3"})
    form.refresh_from_db()
    found = form.behaviour
    assert (found.cascade_sessions, found.cascade_people, found.cascade_hours) == (3, 1200, 0)


def test_the_office_enters_its_indicator(own, browser):
    form = ev.opened(ev.form_of(own, "L4"))
    client = browser("DINAS_OP")
    data = {
        "indicator": "Perselisihan selesai",
        "unit": "perkara per tahun",
        "baseline": "10,5",
        "target": "10,5",
        "actual": "abc",
        "measured_on": "2099-01-01",
    }
    assert set(client.post(form_url(form), data).context["form"].errors) == {"target", "actual", "measured_on"}
    data |= {"target": "1.200", "actual": "100", "measured_on": timezone.localdate().isoformat()}
    client.post(form_url(form), data)
    found = Result.objects.get()
    assert (str(found.baseline), str(found.target)) == ("10.50", "1200.00")
    assert browser("EVAL").get(url("act_evaluation", form.code, "confirm")).status_code == 200


@pytest.mark.parametrize(
    ("typed", "expected"),
    [("12", "12"), ("12,5", "12.5"), ("12.5", "12.5"), ("1.234,5", "1234.5"), ("1,234.5", "1234.5"),
     ("1.200", "1200"), (" 80 % ", "80"), ("-3", "-3"), ("1,234,567", "1234567")],
)  # fmt: skip
def test_numbers_are_taken_as_people_type_them(typed, expected):
    assert str(Figure().clean(typed)) == expected


@pytest.mark.parametrize(
    ("language", "typed", "expected"),
    [("en", "1,200", "1200"), ("id", "1,200", "1.200"), ("en", "1.200", "1.200"), ("en", "12,5", "12.5"),
     ("en", "1,200.25", "1200.25"), ("en", "−3", "-3"), ("id", "−1.200,5", "-1200.5"), ("id", "1.200.000", "1200000")],
)  # fmt: skip
def test_numbers_are_taken_as_the_language_writes_them(language, typed, expected):
    with translation.override(language):
        assert str(Figure().clean(typed)) == expected


@pytest.mark.parametrize("language", ["id", "en"])
@pytest.mark.parametrize("number", ["1200", "12.25", "-3", "1234567.5", "0.25", "-1200.75", "10"])
def test_a_number_shown_for_correction_comes_back_as_the_same_number(language, number):
    with translation.override(language):
        assert Figure().clean(Figure().prepare_value(Decimal(number))) == Decimal(number)


def test_the_day_of_the_measurement_is_the_offices_own(jica, time_machine):
    of = make.seats(factories.office("94"), jica)
    ev.ended(of, 200)
    form = ev.opened(ev.form_of(ev.completed(of), "L4"))
    assert form.time_zone == "Asia/Jayapura"
    night = dt.datetime.combine(timezone.localdate() + dt.timedelta(days=1), dt.time(15, 30), dt.UTC)
    time_machine.move_to(night)  # half past midnight in Papua, half past ten in the evening in Jakarta
    data = {"indicator": "Kecelakaan kerja", "unit": "per tahun", "baseline": "10", "target": "5", "actual": "7"}
    there = night.date() + dt.timedelta(days=1)
    assert ResultForm({**data, "measured_on": there.isoformat()}, evaluation=form).errors == {}
    later = there + dt.timedelta(days=1)
    assert set(ResultForm({**data, "measured_on": later.isoformat()}, evaluation=form).errors) == {"measured_on"}


def test_an_operator_corrects_a_form_without_reading_what_it_said(abroad, browser, cast):
    for level, values in (("L1", {**ev.REACTION, "best": "Kalimat rahasia"}), ("L3_SELF", None)):
        record = ev.completed(abroad)
        form = ev.opened(ev.form_of(record, level))
        values = values or {**ev.levels(form, 2), "note": "Kalimat rahasia"}
        services.answer(form, values, actor=cast["DINAS_OP"])
        form = ev.opened(form)  # the evaluator opened it again
        page = browser("DINAS_OP").get(form_url(form)).content.decode()
        assert 'type="radio"' in page and "Kalimat rahasia" not in page
        assert not re.search(r'<input[^>]*type="(radio|checkbox)"[^>]* checked', page)


# --- Tests of a roster ---------------------------------------------------------------------------------------------


def test_the_tests_of_a_roster_are_entered_on_one_page(abroad, browser):
    ev.ended(abroad, 20)
    forms = [ev.opened(ev.form_of(ev.completed(abroad), "L2")) for _n in range(3)]
    client = browser("PPSDM_VER")
    address = url("evaluation_tests", training_code(abroad))
    assert client.get(form_url(forms[0])).headers["Location"] == address
    page = client.get(address).content.decode()
    assert all(form.nomination.person.name in page for form in forms)
    first, second, third = (form.pk for form in forms)
    assert client.post(address, {}).status_code == 400
    half = {f"before-{first}": "40", f"after-{second}": "101", f"before-{third}": "10", f"only-{third}": "on"}
    answer = client.post(address, half)
    assert set(answer.context["form"].errors) == {f"after-{first}", f"after-{second}", f"only-{third}"}
    good = {f"before-{first}": "40", f"after-{first}": "72,5", f"only-{second}": "on"}
    assert client.post(address, good).status_code == 302
    found = Learning.objects.order_by("evaluation").values_list("evaluation", "after", "certificate_only")
    assert sorted((pk, str(after), only) for pk, after, only in found) == sorted(
        [(first, "72.5", False), (second, "None", True)]
    )
    assert browser("EVAL").get(address).status_code == 403
    assert browser("DINAS_OP").get(address).status_code == 403
    assert browser("PARTNER_OFF").get(address).status_code == 403


# --- The summary ---------------------------------------------------------------------------------------------------


def test_the_summary_says_what_the_answers_amount_to(answered, browser):
    answer = browser("EVAL").get(url("evaluation_summary", training_code(answered)))
    summary = answer.context["summary"]
    assert [(r.level, r.asked, r.answered, r.percent) for r in summary.rates] == [
        ("L1", 7, 7, 100), ("L2", 7, 7, 100), ("L3_SELF", 7, 7, 100), ("L3_HEAD", 7, 7, 100), ("L4", 1, 1, 100),
    ]  # fmt: skip
    assert (summary.reactions.count, summary.reactions.promoters, summary.reactions.detractors) == (7, 3, 2)
    assert (summary.reactions.score, summary.reactions.mean) == (14, 4.0)
    tests = summary.tests
    assert (tests.before, round(tests.gain, 2), [n for _low, _high, n in tests.bands]) == (40, 23.57, [1, 1, 1, 1, 3])
    [gap] = summary.behaviours.gaps
    assert (gap.people, gap.filed, round(gap.now, 2), gap.target, gap.own) == (7, 1, 2.29, 3, 4)
    assert (summary.cascade.people, summary.cascade.ratio) == (70, 10)
    assert [result.achieved for result in summary.results] == [60]
    page = answer.content.decode()
    assert "Kalimat bebas 3" in page and '<svg class="sg-bells"' in page and "style=" not in page


@pytest.mark.parametrize("role", ["PARTNER_OFF", "PARTNER_HEAD", "DINAS_HEAD", "DINAS_OP", "BIROKS_HEAD", "AUDITOR"])
def test_others_read_means_of_five_answers_and_more_and_no_words(answered, browser, role):
    code = training_code(answered)
    answer = browser(role).get(url("evaluation_summary", code))
    summary, page = answer.context["summary"], answer.content.decode()
    assert (summary.reactions.count, summary.tests.count, summary.behaviours.count) == (7, 7, 7)
    assert "Kalimat bebas" not in page
    names = [form.nomination.person.name for form in Evaluation.objects.exclude(nomination=None)]
    assert not any(name in page for name in names)
    for form in Evaluation.objects.all():  # one form is open again: its answer could be seen coming
        ev.opened(form) if form.level == "L1" and form.nomination.person.account_id else None
    assert browser(role).get(url("evaluation_summary", code)).context["summary"].reactions is None


def test_four_answers_are_shown_to_nobody_outside(abroad, cast, browser):
    ev.ended(abroad, 100)
    for _n in range(4):
        record = ev.completed(abroad)
        services.answer(ev.opened(ev.form_of(record, "L1")), ev.REACTION, actor=cast["DINAS_OP"])
        form = ev.opened(ev.form_of(record, "L3_HEAD"))
        services.answer(form, ev.levels(form, 3), actor=cast["DINAS_HEAD"])
    code = training_code(abroad)
    for role in ("PARTNER_HEAD", "DINAS_HEAD"):
        summary = browser(role).get(url("evaluation_summary", code)).context["summary"]
        assert (summary.reactions, summary.behaviours, summary.cascade) == (None, None, None)
        text = b"".join(browser(role).get(url("evaluation_download", code, "csv")).streaming_content).decode()
        assert (
            len([line for line in text.splitlines() if line.startswith("Reaksi") or line.startswith("Reaction")]) <= 3
        )
    assert browser("EVAL").get(url("evaluation_summary", code)).context["summary"].reactions.count == 4


@pytest.fixture
def shared(aceh, bali, jica, cast):
    """(of Aceh, of Bali): one intake; five of Aceh answered."""
    of = make.seats(aceh, jica, people=8)
    ev.ended(of, 200)
    theirs = proposal(open_need(bali, people=8), None, ProposalStatus.ACCEPTED, partner=jica, seats_requested=8)
    Proposal.objects.filter(pk=theirs.pk).update(intake=of.intake, seats_allotted=8)
    theirs = Proposal.objects.get(pk=theirs.pk)
    for _n in range(5):
        answer_all(of, cast["DINAS_OP"], cast["DINAS_HEAD"])
    return of, theirs


def answer_all(of, operator, head) -> None:
    record = ev.completed(of)
    services.answer(ev.opened(ev.form_of(record, "L1")), ev.REACTION, actor=operator)
    own = ev.opened(ev.form_of(record, "L3_SELF"))
    services.answer(own, ev.levels(own, 3), actor=operator)
    form = ev.opened(ev.form_of(record, "L3_HEAD"))
    services.answer(form, ev.levels(form, 3), actor=head)


def test_an_office_cannot_take_its_own_people_away_and_find_the_rest(shared, cast, browser, bali_operator, bali_head):
    of, theirs = shared

    def shown(user) -> list[bool]:
        summary = browser(user).get(url("evaluation_summary", training_code(of))).context["summary"]
        return [bool(part) for part in (summary.reactions, summary.behaviours, summary.cascade)]

    assert shown("DINAS_HEAD") == [True] * 3  # all five are its own
    for there in range(1, 5):
        answer_all(theirs, bali_operator, bali_head)
        assert shown("DINAS_HEAD") == shown("DINAS_OP") == [False] * 3, there
        assert shown("PARTNER_HEAD") == [True] * 3, there
    answer_all(theirs, bali_operator, bali_head)
    assert shown("DINAS_HEAD") == shown(bali_head) == [True] * 3


def test_a_summary_waits_for_everyone_whose_answers_are_still_to_come(shared, browser):
    of, _theirs = shared
    address = url("evaluation_summary", training_code(of))
    assert browser("PARTNER_HEAD").get(address).context["summary"].reactions.count == 5
    late = make.nomination(of, "ATTENDING")
    assert browser("PARTNER_HEAD").get(address).context["summary"].reactions is None
    assert browser("EVAL").get(address).context["summary"].reactions.count == 5
    late.delete()
    ev.completed(of)  # recorded late: the forms are planned
    assert browser("PARTNER_HEAD").get(address).context["summary"].reactions is None


def test_the_share_of_what_there_was_to_learn_is_a_mean_of_five_too(abroad, cast, browser):
    ev.ended(abroad, 40)
    for after in (30, 20, 10, 35, 80):
        form = ev.opened(ev.form_of(ev.completed(abroad), "L2"))
        services.answer(form, {"before": 40, "after": after, "certificate_only": False}, actor=cast["PPSDM_VER"])
    address = url("evaluation_summary", training_code(abroad))
    for role, normalised in (("PARTNER_HEAD", None), ("EVAL", 2 / 3)):
        tests = browser(role).get(address).context["summary"].tests
        assert (tests.count, tests.normalised) == (5, normalised and pytest.approx(normalised))


def test_ratings_of_single_people_stand_behind_the_figure_for_those_who_read_them(shared, cast, outsiders, browser):
    forms = list(Evaluation.objects.filter(level="L3_HEAD"))
    for user in [user for role, user in cast.items() if role != "NOMINEE"] + list(outsiders):
        read = {form for form in forms if rules.reads_answers(user, form)}
        assert set(Evaluation.objects.filter(rules.ratings_read_by(user))) == read
    found = {}
    for role in ("DINAS_OP", "DINAS_HEAD", "EVAL", "AUDITOR", "BIROKS_HEAD", "PARTNER_HEAD"):
        answer = browser(role).get(reverse("kpi_file", args=["k06", "csv"]))
        found[role] = sum("NM-" in line for line in b"".join(answer.streaming_content).decode().splitlines())
    assert found == {"DINAS_OP": 0, "DINAS_HEAD": 5, "EVAL": 5, "AUDITOR": 0, "BIROKS_HEAD": 0, "PARTNER_HEAD": 0}


def test_a_training_opens_for_its_own_partner_and_offices_only(answered, browser, outsiders, cast):
    code = training_code(answered)
    opened = {role for role in cast if browser(role).get(url("evaluation_summary", code)).status_code == 200}
    assert opened == {
        "DINAS_OP", "DINAS_HEAD", "PPSDM_VER", "PPSDM_HEAD", "EVAL", "BIROKS_OFF", "BIROKS_HEAD", "PARTNER_OFF",
        "PARTNER_HEAD", "AUDITOR",
    }  # fmt: skip
    assert {browser(user).get(url("evaluation_summary", code)).status_code for user in outsiders} == {404}
    for wrong in ("PR-2026-0000-1", "PR-2026-0000", "x", "-1", f"{code}9", f"{code}-²"):
        assert browser("EVAL").get(url("evaluation_summary", wrong)).status_code == 404


def test_the_figures_leave_as_files(answered, browser):
    code = training_code(answered)
    text = b"".join(browser("EVAL").get(url("evaluation_download", code, "csv")).streaming_content).decode()
    book = load_workbook(io.BytesIO(browser("EVAL").get(url("evaluation_download", code, "xlsx")).getvalue()))
    rows = [[cell.value for cell in row] for row in book.worksheets[0].iter_rows()]
    assert len(rows) == len(text.splitlines()) > 30
    assert "Peserta Contoh" not in text and "Kalimat bebas" not in text
    assert browser("EVAL").get(url("evaluation_download", code, "pdf")).status_code == 404


def test_a_tailor_made_training_has_a_summary_too(aceh, jica, cast, browser):
    of = proposal(open_need(aceh, people=3), None, ProposalStatus.ACCEPTED, partner=jica, seats_requested=3)
    record = ev.completed(of, path="IN_COUNTRY")
    assert browser("EVAL").get(url("evaluation_summary", of.code)).status_code == 200
    assert browser("EVAL").get(url("evaluation", ev.form_of(record, "L4").code)).status_code == 200


# --- Lists, logs, queries ------------------------------------------------------------------------------------------


def test_who_reads_answers_of_somebody_else_is_logged_and_the_person_is_not(own, browser, cast):
    form = ev.opened(ev.form_of(own, "L1"))
    services.answer(form, ev.REACTION, actor=cast["NOMINEE"])
    for role in ("NOMINEE", "EVAL", "AUDITOR"):
        assert browser(role).get(form.get_absolute_url()).status_code == 200
    entries = LogEntry.objects.filter(flow="participants.evaluation", record_id=form.pk, action="read")
    assert [entry.role for entry in entries] == ["EVAL"]
    page = browser("AUDITOR").get(form.get_absolute_url()).content.decode()
    assert "9 / 10" not in page


def test_pages_are_kept_by_nobody(answered, browser):
    form = Evaluation.objects.filter(level="L1").first()
    for address in (url("evaluations"), form.get_absolute_url(), url("evaluation_summary", training_code(answered))):
        assert "no-store" in browser("EVAL").get(address).headers["Cache-Control"]


def queries(client, address: str) -> int:
    client.get(address)
    with CaptureQueriesContext(
        connection,
    ) as found:
        assert client.get(address).status_code == 200
    return len(found)


def test_pages_ask_as_often_for_thirty_people_as_for_one(aceh, jica, browser, cast):
    of = make.seats(aceh, jica, people=40)
    ev.ended(of, 100)
    addresses = (url("evaluations"), url("evaluation_summary", training_code(of)),
                 url("evaluation_tests", training_code(of)), of.line.need.get_absolute_url())  # fmt: skip

    def one_more():
        record = ev.completed(of)
        services.answer(ev.opened(ev.form_of(record, "L1")), ev.REACTION, actor=cast["DINAS_OP"])
        ev.opened(ev.form_of(record, "L2"))
        form = ev.opened(ev.form_of(record, "L3_HEAD"))
        services.answer(form, ev.levels(form, 3), actor=cast["DINAS_HEAD"])

    one_more()
    one_more()
    client = browser("PPSDM_VER")
    few = [queries(client, address) for address in addresses]
    for _n in range(20):
        one_more()
    assert [queries(client, address) for address in addresses] == few


def test_the_need_shows_what_training_changed(answered, browser):
    need = answered.line.need
    for role in ("DINAS_OP", "EVAL"):
        page = browser(role).get(need.get_absolute_url()).content.decode()
        assert 'id="h-effect"' in page and "Peserta Contoh" not in page
    listed = browser("DINAS_OP").get(reverse("regions:needs")).content.decode()
    assert ("1 still waits" in listed) or ("1 orang" in listed)
    fresh = factories.need(need.office)
    assert 'id="h-effect"' not in browser("DINAS_OP").get(fresh.get_absolute_url()).content.decode()
