"""Nobody decides on themselves, nobody writes over what they have not seen, and a fourth return is a call."""

from __future__ import annotations

import pytest
from django.test import Client

from accounts.roles import Role
from participants.lifecycle import NOMINATION
from participants.models import Nomination, NominationPaper, PanelScore
from participants.models import NominationStatus as S
from participants.rules import editing
from participants.services import nominations as services
from tests import factories
from tests import nomination_factories as make
from tests.delegation_factories import official, stand_in
from workflow.engine import Refused, log_of, offered, perform

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("vocabulary")]


@pytest.fixture(autouse=True)
def _sample_numbers(settings):
    settings.DEMO = True


def enabled(user, record) -> set[str]:
    return {offer.transition.name for offer in offered(user, record) if offer.enabled}


# State -> who decides there, and what they could do if they were not the person.
DECIDERS = """
SUBMITTED     DINAS_HEAD  return
ORG_ENDORSED  PPSDM_VER   screen
SCREENING     PPSDM_HEAD  disqualify
SHORTLISTED   BIROKS_HEAD forward
FORWARDED     BIROKS_OFF  accept not_accept partner_screen
"""


def rows():
    for row in DECIDERS.strip().splitlines():
        state, role, *acts = row.split()
        yield state, role, set(acts)


@pytest.mark.parametrize(("state", "role", "acts"), list(rows()))
def test_an_official_does_not_decide_on_themselves_by_account(abroad, cast, state, role, acts):
    other = make.nomination(abroad, state)
    assert acts <= enabled(cast[role], other)
    own = make.nomination(abroad, state, who=make.person(abroad.line.need.office, account=cast[role]))
    assert acts & enabled(cast[role], own) == set()


@pytest.mark.parametrize(("state", "role", "acts"), list(rows()))
def test_nor_where_no_account_is_linked_and_the_name_is_theirs(abroad, cast, state, role, acts):
    cast[role].name = "Dr. SITI  Contoh, M.M."
    cast[role].save()
    own = make.nomination(abroad, state, who=make.person(abroad.line.need.office, name="Siti Contoh, S.H."))
    assert acts & enabled(cast[role], own) == set()
    reasons = " ".join(r for o in offered(cast[role], own) for r in o.reasons)
    assert "nama" in reasons.lower() or "name" in reasons.lower()


def test_a_linked_account_of_somebody_else_shows_that_the_namesake_is_another_person(abroad, cast):
    cast["DINAS_HEAD"].name = "Siti Contoh"
    cast["DINAS_HEAD"].save()
    record = make.nomination(
        abroad, S.SUBMITTED, who=make.person(abroad.line.need.office, name="Siti Contoh", account=cast["NOMINEE"])
    )
    assert "return" in enabled(cast["DINAS_HEAD"], record)


@pytest.mark.parametrize("by_name", [False, True])
def test_nor_does_a_deputy_decide_on_the_official_they_stand_in_for(abroad, cast, by_name):
    head = cast["DINAS_HEAD"]
    head.name = "Kepala Contoh"
    head.save()
    fields = {"name": "Kepala Contoh"} if by_name else {"account": head}
    record = make.nomination(abroad, S.SUBMITTED, who=make.person(abroad.line.need.office, **fields))
    deputy = official(abroad.line.need.office)
    stand_in(head, deputy)
    assert "return" in {offer.transition.name for offer in offered(deputy, record)}
    assert enabled(deputy, record) == {"withdraw"}  # stepping back is the one thing nobody is kept from


def test_a_panel_member_neither_scores_themselves_nor_reads_their_sheets(abroad, cast, browser):
    person = make.person(abroad.line.need.office, account=cast["PPSDM_VER"])
    record = make.nomination(abroad, S.SCREENING, who=person)
    make.sheets(record, cast["EVAL"], cast["BIROKS_OFF"])
    assert not editing.may_score(cast["PPSDM_VER"], record)
    response = browser("PPSDM_VER").get(record.get_absolute_url())
    assert (list(response.context["sheets"]), response.context["sees_sheets"]) == ([], False)
    assert browser("PPSDM_VER").get(f"{record.get_absolute_url()}nilai/").status_code == 403


def test_switching_the_role_changes_nothing(abroad, cast):
    """The head of the office has a second post at PPSDM, and is the nominee."""
    head = cast["DINAS_HEAD"]
    second = factories.member(Role.PPSDM_VER, cast["PPSDM_VER"].acting_organisation)
    second.memberships.update(user=head)
    person = make.person(abroad.line.need.office, account=head)
    record = make.nomination(abroad, S.ORG_ENDORSED, who=person)
    head = type(head).objects.get(pk=head.pk)
    for membership in head.current_memberships:
        head.act_as(membership.pk)
        assert enabled(head, record) <= {"withdraw"}, membership.role


def test_an_account_that_has_decided_on_the_person_is_not_linked_with_them_later(abroad, cast, browser):
    record = make.nomination(abroad, S.SUBMITTED)
    perform(NOMINATION, "return", record=record, actor=cast["DINAS_HEAD"], answers={"reason": "Surat belum ada."})
    profile = {name: getattr(record.person, name) for name in services.PROFILE}
    for account, fits in ((cast["DINAS_HEAD"].pk, False), (cast["NOMINEE"].pk, True)):
        values = {"profile": profile | {"account_id": account}, "nip": "", "relevance": record.relevance}
        if fits:
            services.change(Nomination.objects.get(), **values, actor=cast["DINAS_OP"])
        else:
            with pytest.raises(Refused, match="akun|account"):
                services.change(Nomination.objects.get(), **values, actor=cast["DINAS_OP"])
    assert Nomination.objects.get().person.account == cast["NOMINEE"]


# --- Returns ------------------------------------------------------------------------------------------------


def test_after_three_returns_a_call_is_proposed_and_the_act_is_closed(abroad, cast, browser):
    record = make.nomination(abroad, S.SUBMITTED)
    make.paper(record)
    for number in range(3):
        record = perform(
            NOMINATION, "return", record=record, actor=cast["DINAS_HEAD"], answers={"reason": "Surat belum ada."}
        )
        assert record.return_count == number + 1
        record = perform(
            NOMINATION, "resubmit", record=record, actor=cast["DINAS_OP"], answers={"summary": "Surat ditambahkan."}
        )
    [offer] = [o for o in offered(cast["DINAS_HEAD"], record) if o.transition.name == "return"]
    assert not offer.enabled
    page = browser("DINAS_HEAD").get(f"/en/peserta/calon/{record.code}/").content.decode()
    assert "returned three times" in page
    answer = browser("DINAS_HEAD").post(f"/en/peserta/calon/{record.code}/return/", {"reason": "Surat belum ada."})
    assert answer.status_code == 400
    record.refresh_from_db()
    assert (record.status, record.return_count) == ("SUBMITTED", 3)


def test_returns_of_the_office_and_of_ppsdm_are_counted_together(abroad, cast):
    record = make.nomination(abroad, S.SCREENING, return_count=2)
    done = perform(NOMINATION, "return", record=record, actor=cast["PPSDM_VER"], answers={"reason": "Nilai lama."})
    assert (done.status, done.return_count) == ("RETURNED", 3)


# --- Who comes second ---------------------------------------------------------------------------------------


def test_a_paper_does_not_replace_one_that_was_never_seen(abroad, cast, browser):
    record = make.nomination(abroad)
    url = f"/en/peserta/calon/{record.code}/berkas/"
    seen = {"version": record.version, "kind": "CV"}
    assert browser("DINAS_OP").post(url, {**seen, "file": factories.pdf()}).status_code == 302
    second = browser("DINAS_OP").post(url, {**seen, "file": factories.pdf()})
    assert second.status_code == 409
    assert second.context["form"]["kind"].value() == "CV"
    assert NominationPaper.objects.count() == 1
    again = {"version": second.context["form"]["version"].value(), "kind": "CV"}
    assert browser("DINAS_OP").post(url, {**again, "file": factories.pdf()}).status_code == 302


SHEET = {"relevance": "5", "competence": "4", "language": "3", "plan": "4"}


def test_a_score_sheet_for_what_has_changed_since_comes_back_with_what_was_typed(abroad, cast, browser):
    record = make.nomination(abroad, S.SCREENING)
    url = f"/en/peserta/calon/{record.code}/nilai/"
    seen = browser("EVAL").get(url).context["form"]["version"].value()
    perform(NOMINATION, "return", record=record, actor=cast["PPSDM_VER"], answers={"reason": "Nilai tes lama."})
    make.paper(record)
    perform(NOMINATION, "resubmit", record=record, actor=cast["DINAS_OP"], answers={"summary": "Nilai tes baru."})
    second = browser("EVAL").post(url, {**SHEET, "version": seen})
    assert second.status_code == 409
    assert [second.context["form"][name].value() for name in SHEET] == ["5", "4", "3", "4"]
    assert PanelScore.objects.count() == 0
    again = {**SHEET, "version": second.context["form"]["version"].value()}
    assert browser("EVAL").post(url, again).status_code == 302


def test_a_colleagues_sheet_makes_no_other_member_start_again(abroad, cast, browser):
    record = make.nomination(abroad, S.SCREENING)
    url = f"/en/peserta/calon/{record.code}/nilai/"
    seen = browser("EVAL").get(url).context["form"]["version"].value()
    assert browser("BIROKS_OFF").post(url, SHEET).status_code == 302
    assert browser("EVAL").post(url, {**SHEET, "version": seen}).status_code == 302
    assert PanelScore.objects.count() == 2


# --- What is written down about reading ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("method", "data", "status"),
    [
        ("get", {}, 200),
        ("post", {"reason": ""}, 400),
        ("post", {"reason": "Surat belum ada.", "version": "999"}, 409),
    ],
)
def test_reading_is_written_down_on_pages_of_refusal_too(abroad, cast, browser, method, data, status):
    record = make.nomination(abroad, S.SUBMITTED)
    response = getattr(browser("DINAS_HEAD"), method)(f"/en/peserta/calon/{record.code}/return/", data)
    assert response.status_code == status
    assert [(e.action, e.actor) for e in log_of(record)] == [("read", cast["DINAS_HEAD"])]


def test_who_moved_on_has_read_nothing(abroad, browser):
    record = make.nomination(abroad, S.SUBMITTED)
    browser("DINAS_HEAD").post(f"/en/peserta/calon/{record.code}/return/", {"reason": "Surat belum ada."})
    assert [entry.action for entry in log_of(record)] == ["return"]


def test_visitors_are_sent_to_the_sign_in(abroad):
    record = make.nomination(abroad, S.SUBMITTED)
    for path in ("/data-saya/", "/data-saya/unduh/", "/peserta/koreksi/", "/peserta/retensi/",
                 f"/peserta/calon/{record.code}/koreksi/name/"):  # fmt: skip
        assert Client().get(path).status_code == 302, path
