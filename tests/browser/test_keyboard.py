"""The three journeys by keyboard alone: an office files and its head signs, a verifier decides, a partner answers."""

from __future__ import annotations

import pytest

from partnerships.models import Proposal, ProposalStatus
from regions.models import NeedStatus, TrainingNeed
from tests import factories, program_factories, proposal_factories
from tests.browser.keyboard import Keyboard
from workflow.engine import log_of

pytestmark = pytest.mark.browser


@pytest.fixture
def keyboard(chromium_page):
    """`keyboard(user, address)`: someone who has signed in by typing and opened a page."""
    used = []

    def make(user, address) -> Keyboard:
        person = Keyboard(chromium_page())
        used.append(person)
        person.page.goto(f"/en/masuk/?next=/en{address}")
        person.type("E-mail", user.email)
        person.type("Password", "kata-sandi-uji")
        person.press("Sign in")
        return person

    yield make
    assert [stop for person in used for stop in person.unseen] == [], "the focus is there, but nobody sees it"


def test_an_office_files_and_its_head_signs(keyboard, need_aceh, aceh_operator, aceh_head):
    me = keyboard(aceh_operator, need_aceh.get_absolute_url())
    me.press("Send for sign-off")
    me.press("Send for sign-off")
    assert [entry["action"] for entry in log_of(need_aceh).values("action")][-1] == "send_to_head"
    head = keyboard(aceh_head, need_aceh.get_absolute_url())
    head.press("Sign and submit")
    head.press("Sign and submit")
    assert TrainingNeed.objects.get().status == NeedStatus.PROV_REVIEW


def test_a_provincial_verifier_endorses_a_need(keyboard, aceh_regency, aceh_operator, aceh_verifier):
    need = factories.need(aceh_regency, created_by=aceh_operator, status=NeedStatus.PROV_REVIEW)
    me = keyboard(aceh_verifier, need.get_absolute_url())
    me.press("Endorse")
    me.reach("I checked staff figures, evidence and the cover letter")
    me.page.keyboard.press("Space")
    me.press("Endorse")
    assert TrainingNeed.objects.get().status == NeedStatus.MIN_REVIEW


def test_a_partner_answers_a_proposal(keyboard, jica, jica_head, bali):
    program = program_factories.program(jica, visibility="PUBLIC")
    need = proposal_factories.open_need(bali)
    made = proposal_factories.proposal(need, program, ProposalStatus.PARTNER_REVIEW)
    me = keyboard(jica_head, made.get_absolute_url())
    me.press("Accept")
    me.press("Accept")
    assert Proposal.objects.get().status == ProposalStatus.ACCEPTED


@pytest.mark.parametrize("address", ["/en/", "/en/program/", "/en/masuk/", "/en/peta/"])
def test_the_focus_walks_through_a_public_page_and_out_again(chromium_page, address):
    factories.cycle()
    me = Keyboard(chromium_page())
    me.page.goto(address)
    assert me.walk() > 5
    assert me.unseen == []
