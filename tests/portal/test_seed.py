"""Records for measuring: as many as asked for, with all that belongs to them, and never beside real ones."""

from __future__ import annotations

from collections import Counter

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import override_settings
from django.utils import translation

from accounts.models import Membership, User
from accounts.roles import Role
from portal.search.rebuild import differences
from portal.seeding import run
from portal.seeding.plan import NEEDS, Plan
from regions.models import TrainingNeed
from tests import databases
from workflow.models import Counter as Series
from workflow.tasks import verify_log

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def filled(django_db_setup, django_db_blocker):
    """The sample scenario, filled to four hundred needs and thirteen hundred accounts."""
    with (
        django_db_blocker.unblock(),
        databases.working_on_a_copy(databases.SAMPLE),
        override_settings(DEMO=True),
        translation.override("id"),
    ):
        yield run.seed(400, headcount=1300)


def test_as_many_needs_and_accounts_as_asked_for(filled):
    assert (TrainingNeed.objects.count(), User.objects.count()) == (400, 1300)


def test_needs_are_in_every_state_that_lasts(filled):
    assert set(TrainingNeed.objects.values_list("status", flat=True)) == {status for status, *_rest in NEEDS}


def test_every_office_has_a_head_and_an_operator(filled):
    held = Membership.objects.filter(organisation__kind="OFFICE").values_list("organisation", "role")
    offices = {organisation for organisation, _role in held}
    assert {(office, role) for office in offices for role in (Role.DINAS_HEAD, Role.DINAS_OP)} - set(held) == set()
    assert len(offices) == 552


def test_the_chain_of_the_log_holds_and_every_copy_has_its_history(filled):
    assert verify_log() == 0
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT count(*) FROM regions_trainingneed n WHERE n.status <> (SELECT target FROM workflow_logentry e
            WHERE e.flow = 'regions.need' AND e.record_id = n.id AND e.action <> 'overdue' AND e.target <> ''
            ORDER BY seq DESC LIMIT 1)"""
        )
        assert cursor.fetchone() == (0,)


def test_the_search_knows_all_of_it(filled):
    assert (differences("regions.need"), differences("programs.program"), differences("forum.thread")) == (0, 0, 0)


def test_new_records_are_numbered_on_from_the_copies(filled):
    codes = TrainingNeed.objects.order_by().values_list("code", flat=True)
    last = Counter()
    for series, number in (code.rsplit("-", 1) for code in codes if "-R" not in code):
        last[series] = max(last[series], int(number))
    assert {series: Series.objects.get(name=series).value for series in last} == dict(last)


def test_the_same_seed_throws_the_same_dice(filled):
    once, again, other = (Plan(50, number) for number in (1, 1, 2))
    assert once.copies == again.copies
    assert once.copies != other.copies


def test_a_filled_portal_is_not_filled_again(filled):
    with pytest.raises(CommandError, match="for measuring already|sudah diisi"):
        call_command("seed", needs=500)


def test_no_made_up_record_is_put_beside_real_people(db, settings):
    settings.DEMO = True
    User.objects.create(email="orang@kemnaker.go.id", name="Orang")
    before = TrainingNeed.objects.count()
    with pytest.raises(run.NotASample):
        run.seed(100)
    assert TrainingNeed.objects.count() == before


def test_outside_a_demo_nothing_is_made_up(db, settings):
    settings.DEMO = settings.DEBUG = False
    with pytest.raises(run.NotASample):
        run.seed(100)
