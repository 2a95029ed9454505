"""Each role's home: what waits, figures, one primary action, and the same number of queries whatever the
load."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from django.contrib.auth import get_user_model
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone, translation

from accounts.models import LastVisit, Membership, OrganisationKind
from accounts.roles import Role
from portal.selectors.changes import changes_for
from regions.lifecycle import NEED
from regions.models import NeedCycle, NeedStatus
from tests import factories, program_factories
from workflow.engine import perform

pytestmark = pytest.mark.django_db

PLACES = {
    Role.DINAS_OP: "aceh_regency",
    Role.DINAS_HEAD: "aceh_regency",
    Role.PROV_VER: "aceh",
    Role.PARTNER_OFF: "jica",
    Role.PARTNER_HEAD: "jica",
    Role.NOMINEE: "aceh_regency",
}


def at_home(client, user):
    client.force_login(user)
    return client.get(reverse("home"))


@pytest.mark.parametrize("role", Role.values)
@pytest.mark.parametrize("prefix", ["", "/en"])
def test_every_role_has_a_home_in_both_languages(client, role, prefix, request, ppsdm):
    where = request.getfixturevalue(PLACES[role]) if role in PLACES else ppsdm
    user = factories.member(role, where)
    client.force_login(user)
    page = client.get(f"{prefix}/beranda/")
    assert page.status_code == 200
    assert str(Role(role).label) in page.content.decode()


def test_home_needs_a_sign_in(client):
    assert client.get(reverse("home")).url == "/masuk/?next=/beranda/"


def test_people_without_a_role_get_a_page_that_helps(client):
    user = get_user_model().objects.create_user("tanpa.peran@example.test", "x", name="Tanpa peran")
    page = at_home(client, user)
    assert page.status_code == 200 and page.templates[0].name == "portal/home/no_role.html"


def test_a_first_use_shows_three_steps(client, aceh_operator):
    home = at_home(client, aceh_operator).context["home"]
    assert (home.waiting, len(home.starter), home.section) == (0, 3, None)


def test_the_operator_sees_drafts_and_returned_needs(client, aceh_operator, aceh_regency):
    draft = factories.need(aceh_regency, created_by=aceh_operator, people=3)
    returned = factories.need(aceh_regency, status=NeedStatus.RETURNED, created_by=aceh_operator, people=4)
    home = at_home(client, aceh_operator).context["home"]
    assert {row.code for row in home.tasks} == {draft.code, returned.code}
    assert home.tasks[0].code == returned.code  # the one with a due date first
    assert [(piece.name, piece.count) for piece in home.people.pieces] == [("draft", 3), ("returned", 4)]
    assert {row.code for row in home.section.rows} == {draft.code, returned.code}


def test_the_head_sees_only_what_was_handed_over(client, aceh_operator, aceh_head, aceh_regency):
    from regions.lifecycle import NEED
    from workflow.engine import perform

    factories.need(aceh_regency, created_by=aceh_operator)
    handed = factories.need(aceh_regency, created_by=aceh_operator)
    perform(NEED, "send_to_head", record=handed, actor=aceh_operator)
    home = at_home(client, aceh_head).context["home"]
    assert [row.code for row in home.tasks] == [handed.code]


def test_the_verifier_s_primary_action_is_the_most_urgent_need(client, aceh_verifier, aceh_operator, aceh_regency):
    first = factories.need(aceh_regency, status=NeedStatus.PROV_REVIEW, created_by=aceh_operator)
    factories.need(aceh_regency, status=NeedStatus.PROV_REVIEW, created_by=aceh_operator)
    home = at_home(client, aceh_verifier).context["home"]
    assert (home.waiting, home.actions[0].url) == (2, first.get_absolute_url())
    assert [str(f.value) for f in home.figures] == ["1", "2", "0", "0"]
    assert str(home.figures[0].note) == "of 1" or "1" in str(home.figures[0].note)


def test_needs_of_another_province_stay_out(client, bali_verifier, aceh_operator, aceh_regency):
    factories.need(aceh_regency, status=NeedStatus.PROV_REVIEW, created_by=aceh_operator)
    home = at_home(client, bali_verifier).context["home"]
    assert (home.waiting, home.tasks, home.section.rows) == (0, [], [])


def test_coverage_counts_seats_against_approved_people(client, aceh_operator, aceh_regency, bali):
    factories.need(aceh_regency, status=NeedStatus.APPROVED, people=4, people_accepted=1)
    factories.need(bali, status=NeedStatus.APPROVED, people=6, people_accepted=4)
    bars = at_home(client, aceh_operator).context["home"].coverage
    assert [bar.percent for bar in bars] == [25, 25, 50]


def test_the_administrator_invites_and_the_auditor_searches(client, administrator, auditor):
    assert at_home(client, administrator).context["home"].actions[0].url == reverse("accounts:invite")
    assert at_home(client, auditor).context["home"].actions[0].url == reverse("audit")


@pytest.mark.parametrize("who", ["aceh_operator", "aceh_verifier", "ppsdm_head", "auditor"])
def test_home_asks_as_often_for_thirty_waiting_as_for_one(client, who, request, aceh_regency, aceh_operator):
    user = request.getfixturevalue(who)
    states = {"aceh_operator": NeedStatus.DRAFT, "aceh_verifier": NeedStatus.PROV_REVIEW}
    status = states.get(who, NeedStatus.MIN_REVIEW)
    counts = []
    for more in (1, 30):
        for _number in range(more):
            factories.need(aceh_regency, status=status, created_by=aceh_operator)
        at_home(client, user)
        with CaptureQueriesContext(connection) as queries:
            client.get(reverse("home"))
        counts.append(len(queries))
    assert counts[0] == counts[1] < 40


def test_what_is_overdue_is_counted_over_everything_that_waits(client, ppsdm_verifier, aceh_operator, aceh_regency):
    for days in (-1, 1):
        due = timezone.now() + dt.timedelta(days=days)
        factories.need(aceh_regency, status=NeedStatus.MIN_REVIEW, created_by=aceh_operator, due_at=due)
    home = at_home(client, ppsdm_verifier).context["home"]
    assert (home.waiting, home.late, str(home.figures[1].value)) == (2, 1, "1")


def test_the_nearest_deadlines_of_all_tables_come_first_with_their_titles(client, aceh_verifier, aceh_regency):
    now = timezone.now()
    needs = [
        factories.need(aceh_regency, status=NeedStatus.PROV_REVIEW, due_at=now + dt.timedelta(days=days))
        for days in (9, 3, 7, 1, 8, 5)
    ]
    home = at_home(client, aceh_verifier).context["home"]
    assert [row.code for row in home.due] == [needs[n].code for n in (3, 1, 5, 2, 4)]
    assert {row.title for row in home.due} == {needs[0].title}


def test_figure_and_card_of_a_province_count_the_same_cycle(client, aceh_verifier, aceh_operator, aceh_regency):
    factories.cycle()
    old = factories.need(aceh_regency, status=NeedStatus.APPROVED, created_by=aceh_operator)
    other = NeedCycle.objects.create(year=1999)
    type(old).objects.filter(pk=old.pk).update(cycle=other)
    home = at_home(client, aceh_verifier).context["home"]
    assert (str(home.figures[0].value), home.filing.filed) == ("0", 0)


def test_an_office_sees_when_filing_closes(client, aceh_operator):
    factories.cycle()
    home = at_home(client, aceh_operator).context["home"]
    assert home.banner["tone"] == "blue" and "2100" in home.banner["text"]


def test_partners_are_told_how_to_begin(client, jica_liaison):
    home = at_home(client, jica_liaison).context["home"]
    assert len(home.starter) == 3 and home.actions[0].url == reverse("programs:start")


def test_centre_staff_who_file_needs_have_an_office_home(client):
    centre = factories.organisation("BPVP-SDA", OrganisationKind.CENTRE)
    assert at_home(client, factories.member(Role.DINAS_OP, centre)).status_code == 200


# --- What changed since the last visit -----------------------------------------------------------------------


def changed(client, user) -> list[tuple[str, str, int]]:
    """(code, newest event, how many before it) of the records that changed."""
    return [(c.row.code, str(c.event.label), c.more) for c in at_home(client, user).context["home"].changes.rows]


def act(need, name, who, **answers):
    return perform(NEED, name, record=need, actor=who, answers=answers)


def ago(user, **span):
    """Move a person's visits into the past, since no test waits."""
    LastVisit.objects.filter(membership=user.acting).update(
        seen_at=timezone.now() - dt.timedelta(**span), before=timezone.now() - dt.timedelta(days=3)
    )


def test_a_first_visit_looks_back_a_week(client, aceh_operator, aceh_head, aceh_regency):
    need = factories.need(aceh_regency, created_by=aceh_operator)
    act(need, "send_to_head", aceh_operator)
    home = at_home(client, aceh_head).context["home"]
    assert home.changes.is_first and timezone.now() - home.changes.since >= dt.timedelta(days=6, hours=23)
    assert [c.row.code for c in home.changes.rows] == [need.code]


def test_changes_of_others_since_the_visit_before_come_by_record_the_newest_event_first(
    client, aceh_operator, aceh_head, aceh_regency
):
    former, later = (factories.need(aceh_regency, created_by=aceh_operator) for _n in range(2))
    act(former, "send_to_head", aceh_operator)
    visit = timezone.now()
    act(later, "send_to_head", aceh_operator)
    act(later, "take_back", aceh_operator)
    found = changes_for(aceh_head, visit)
    assert [(c.row.code, c.event.role, c.more) for c in found.rows] == [(later.code, "Operator dinas", 1)]
    assert {c.row.code for c in at_home(client, aceh_head).context["home"].changes.rows} == {former.code, later.code}


def test_one_s_own_acts_are_no_news(client, aceh_operator, aceh_regency):
    need = factories.need(aceh_regency, created_by=aceh_operator)
    act(need, "send_to_head", aceh_operator)
    assert changed(client, aceh_operator) == []


def test_coming_back_within_half_an_hour_is_the_same_visit(client, aceh_head):
    at_home(client, aceh_head)
    ago(aceh_head, minutes=20)
    first = at_home(client, aceh_head).context["home"].changes
    second = at_home(client, aceh_head).context["home"].changes
    assert (first.is_first, first.since) == (False, second.since)
    assert timezone.now() - first.since > dt.timedelta(days=2)
    ago(aceh_head, minutes=40)
    third = at_home(client, aceh_head).context["home"].changes
    assert dt.timedelta(minutes=39) < timezone.now() - third.since < dt.timedelta(minutes=45)


def test_each_capacity_has_its_own_last_visit(client, aceh_head, bali):
    other = Membership.objects.create(
        user=aceh_head, organisation=bali, role=Role.DINAS_HEAD, valid_from=dt.date(2020, 1, 1)
    )
    at_home(client, aceh_head)
    client.post(reverse("accounts:switch"), {"membership": other.pk})
    assert client.get(reverse("home")).context["home"].changes.is_first
    assert LastVisit.objects.count() == 2


def test_records_one_may_not_see_are_no_news(client, aceh_operator, aceh_head, bali_verifier, aceh_regency):
    need = factories.need(aceh_regency, created_by=aceh_operator)
    act(need, "send_to_head", aceh_operator)
    assert changed(client, bali_verifier) == []
    assert [code for code, _event, _more in changed(client, aceh_head)] == [need.code]


def test_who_was_away_for_long_is_told_of_thirty_days(client, aceh_head):
    at_home(client, aceh_head)
    ago(aceh_head, days=200)
    changes = at_home(client, aceh_head).context["home"].changes
    assert dt.timedelta(days=29) < timezone.now() - changes.since < dt.timedelta(days=31)


def test_what_came_to_one_s_turn_since_then_is_marked_as_new(client, aceh_operator, aceh_head, aceh_regency):
    at_home(client, aceh_head)
    ago(aceh_head, hours=1)
    need = factories.need(aceh_regency, created_by=aceh_operator)
    act(need, "send_to_head", aceh_operator)
    with translation.override("en"):
        page = client.get("/en/beranda/").content.decode()
    assert re.search(r"sg-tag-blue.*?New</span>", page) is not None


# --- Drawings ------------------------------------------------------------------------------------------------


def test_an_office_sees_its_people_as_one_bar_that_leads_to_the_rows(client, aceh_operator, aceh_regency):
    factories.need(aceh_regency, created_by=aceh_operator, people=1)
    factories.need(aceh_regency, status=NeedStatus.APPROVED, people=10, people_accepted=4)
    bar = at_home(client, aceh_operator).context["home"].people
    assert [(p.name, p.count, p.x, p.width, p.is_wide) for p in bar.pieces] == [
        ("draft", 1, "0", "9.09", True),
        ("approved", 6, "9.09", "54.55", True),
        ("seated", 4, "63.64", "36.36", True),
    ]
    listed = client.get(bar.pieces[1].url).context["listing"]
    assert [row.people_requested for row in listed.rows] == [10]


def test_gaps_are_weighted_by_people_and_lead_to_their_needs(client, aceh_operator, aceh_regency):
    factories.need(aceh_regency, created_by=aceh_operator, people=3)
    ways = at_home(client, aceh_operator).context["home"].gaps
    assert [(w.label, w.count, w.now < w.target) for w in ways.rows] == [("Tema T07", 3, True)]
    assert client.get(ways.rows[0].url).context["listing"].total == 1


def test_a_head_sees_days_left_and_people_by_post(client, aceh_head, aceh_regency):
    factories.cycle()
    factories.need(aceh_regency, status=NeedStatus.APPROVED, people=4, people_accepted=1)
    home = at_home(client, aceh_head).context["home"]
    assert [str(f.value) for f in home.figures][::2] == ["0", "4"] and home.figures[1].value != "–"
    assert [(row.first, row.label) for row in home.posts.rows] == [(4, "Mediator Hubungan Industrial")]


def test_a_verifier_sees_who_has_not_filed_and_how_long_needs_wait(client, aceh_verifier, aceh_operator, aceh_regency):
    factories.cycle()
    factories.office("1102")
    factories.need(aceh_regency, status=NeedStatus.PROV_REVIEW, created_by=aceh_operator)
    home = at_home(client, aceh_verifier).context["home"]
    assert (home.filing.filed, home.filing.total, home.filing.missing) == (1, 2, ["Kabupaten 1102"])
    assert (home.ageing.waiting, home.ageing.bars[0]) == (1, ("0", 1, False))


def test_the_ministry_and_partners_see_need_beside_seats(client, ppsdm_head, jica_liaison, aceh_regency):
    factories.need(aceh_regency, status=NeedStatus.APPROVED, people=4)
    for user in (ppsdm_head, jica_liaison):
        rows = at_home(client, user).context["home"].demand.rows
        assert [(row.label, row.first, row.second) for row in rows] == [("Tema T07", 4, 0)]


def test_a_partner_sees_how_full_each_intake_is(client, jica, jica_liaison):
    program_factories.program(jica, seats=10).intakes.update(seats_taken=4)
    intakes = at_home(client, jica_liaison).context["home"].intakes
    assert [(intake.seats_taken, intake.seats) for intake in intakes] == [(4, 10)]
