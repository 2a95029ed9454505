"""Each role's home: what waits, figures, one primary action, and the same number of queries whatever the
load."""

from __future__ import annotations

import pytest
from django.contrib.auth import get_user_model
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import OrganisationKind
from accounts.roles import Role
from regions.models import NeedStatus
from tests import factories

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
    assert [str(f.value) for f in home.figures] == ["2", "7", "0", "0"]
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
    assert counts[0] == counts[1] < 45


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
