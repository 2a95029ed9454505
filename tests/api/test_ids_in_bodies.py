"""Keys of other people's records in what is sent: they are not found, and nothing of them is read or changed."""

from __future__ import annotations

import pytest
from django.core import serializers

from forum.models import Audience, Message
from partnerships.models import Proposal
from programs.models import Program, ProgramStatus, Remark
from regions.models import TrainingNeed
from tests import factories, program_factories
from tests.api.calls import Caller
from tests.api.test_needs import LINE
from tests.forum.factories import thread
from tests.proposal_factories import line_of, open_need

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("vocabulary")]
REFUSED = {400, 403, 404, 422}


def kept(*records) -> str:
    """Records as they are stored, to be compared afterwards."""
    return serializers.serialize("json", [type(r)._default_manager.get(pk=r.pk) for r in records])


@pytest.fixture
def offices(aceh_operator, bali_operator):
    """(an office, a stranger to it), with what both need to file."""
    factories.cycle()
    for code in ("T07", "T08"):
        factories.theme(code)
    return Caller(aceh_operator), Caller(bali_operator)


@pytest.fixture
def partners(jica, koica):
    """(JICA's liaison, KOICA's)."""
    return Caller(factories.member("PARTNER_OFF", jica)), Caller(factories.member("PARTNER_OFF", koica))


def test_a_proposal_joins_only_what_its_author_may_see(offices, aceh_regency, bali, jica):
    """A line of another office; an own line with an intake of a draft that no office may see."""
    office, _stranger = offices
    program = program_factories.program(jica, ProgramStatus.OPEN, seats=10)
    draft = program_factories.program(jica, ProgramStatus.DRAFT, seats=10)
    own, other = (line_of(open_need(place, people=4)).pk for place in (aceh_regency, bali))
    tried = [(other, program), (own, draft), (other, draft)]
    answers = [
        office.post("/proposals", {"line": line, "intake": of.intakes.get().pk, "seats": 2}) for line, of in tried
    ]
    unknown = office.post("/proposals", {"line": 999_999, "intake": 999_999, "seats": 2})
    assert [answer.status_code for answer in (*answers, unknown)] == [404] * 4
    told = {answer.json()["detail"] for answer in (*answers, unknown)}
    assert len(told) == 1 and Proposal.objects.count() == 0
    made = office.post("/proposals", {"line": own, "intake": program.intakes.get().pk, "seats": 2})
    assert made.status_code == 201


def test_a_need_of_another_office_is_not_copied(offices):
    office, stranger = offices
    secret = stranger.post("/needs").json()["code"]
    assert stranger.patch(f"/needs/{secret}", {"reason": "Rahasia dinas lain."}).status_code == 200
    answers = [office.post("/needs", {"source": code}) for code in (secret, "KB-2026-99999")]
    assert [(a.status_code, a.json()["detail"]) for a in answers] == [(404, answers[1].json()["detail"])] * 2
    assert TrainingNeed.objects.count() == 1


def test_lines_and_gaps_of_another_need_are_not_found_under_an_own_one(offices):
    office, stranger = offices
    own, other = (c.post("/needs").json()["code"] for c in (office, stranger))
    mine, theirs = (c.post(f"/needs/{n}/lines", LINE).json() for c, n in ((office, own), (stranger, other)))
    need = TrainingNeed.objects.get(code=other)
    before = kept(*need.lines.all(), *need.lines.get().gaps.all())
    assert office.patch(f"/needs/{own}/lines/{theirs['id']}", {"requested_total": 3}).status_code == 404
    assert office.delete(f"/needs/{own}/lines/{theirs['id']}").status_code == 404
    gap = [{"id": theirs["gaps"][0]["id"], "target_level": 5}]
    assert office.patch(f"/needs/{own}/lines/{mine['id']}", {"gaps": gap}).status_code in REFUSED
    assert kept(*need.lines.all(), *need.lines.get().gaps.all()) == before
    assert office.get(f"/needs/{own}/lines").json()["data"] == [mine]


ROWS = {
    "competencies": ("themes", {"theme": "T07", "entry_level": 1, "exit_level": 4}),
    "intakes": ("intakes", {"seats": 3, "starts": "2027-09-06", "ends": "2027-09-10"}),
    "terms": ("costs", {"item": "TUITION", "payer": "PARTNER", "amount": "1.00", "currency": "IDR"}),
    "papers": ("contacts", {"post": "Orang lain", "email": "lain@example.test"}),
}
"""Section of a programme: the rows it takes, and one of them."""


@pytest.mark.parametrize("section", ROWS)
def test_rows_of_another_programme_are_not_changed_through_an_own_one(section, partners, jica, koica):
    factories.theme("T07")
    jica_liaison, koica_liaison = partners
    theirs, own = (program_factories.program(p, ProgramStatus.DRAFT) for p in (jica, koica))
    field, row = ROWS[section]
    filled = jica_liaison.patch(f"/programmes/{theirs.code}/sections/{section}", {field: [row]})
    assert filled.status_code == 200, filled.content
    [stored] = filled.json()[field]
    rows = list(getattr(theirs, field).all())
    before = kept(*rows)
    path = f"/programmes/{own.code}/sections/{section}"
    answer = koica_liaison.patch(path, {field: [{**row, "id": stored["id"]}]})
    assert answer.status_code == 400 and f"{field}[0].id" in {error["field"] for error in answer.json()["errors"]}
    assert kept(*rows) == before and not getattr(own, field).filter(pk=stored["id"]).exists()
    assert koica_liaison.patch(f"/programmes/{theirs.code}/sections/{section}", {field: [row]}).status_code == 404


def test_a_programme_is_neither_copied_from_nor_filed_for_another_partner(partners, jica, koica):
    program_factories.scheme("KOICA_CIAT_CTRY")
    _jica_liaison, liaison = partners
    secret = program_factories.program(jica, ProgramStatus.DRAFT)
    for body in (
        {"source": secret.code},
        {"scheme": "KOICA_CIAT_CTRY", "partner": "JICA"},
        {"scheme": "KOICA_CIAT_CTRY", "source": secret.code},
    ):
        answer = liaison.post("/programmes", body)
        assert answer.status_code in REFUSED and secret.title not in answer.content.decode(), body
    assert [p.pk for p in Program.objects.all()] == [secret.pk]


def test_remarks_on_another_programme_are_not_ticked_off(partners, jica, koica, biroks_officer):
    _jica_liaison, liaison = partners
    theirs, own = (program_factories.program(p, ProgramStatus.RETURNED, return_count=1) for p in (jica, koica))
    remark, mine = (
        Remark.objects.create(program=p, round=1, field="intakes", text="Lengkapi.", author=biroks_officer)
        for p in (theirs, own)
    )
    before = kept(remark)
    path = f"/programmes/{own.code}/remarks"
    assert liaison.post(path, {"remarks": [{"id": remark.pk, "done": True}]}).status_code in REFUSED
    assert kept(remark) == before
    assert liaison.post(path, {"remarks": [{"id": mine.pk, "done": True}]}).status_code == 200


def test_a_message_of_a_closed_conversation_is_not_quoted(offices, aceh_operator, bali_operator):
    office, _stranger = offices
    own = thread(aceh_operator, Audience.OFFICE, text="Rapat Senin.")
    closed = thread(bali_operator, Audience.OFFICE, text="Anggaran kami rahasia.")
    answer = office.post(f"/threads/{own.code}/messages", {"text": "Lihat ini.", "quotes": closed.messages.get().pk})
    assert answer.status_code == 422 and "rahasia" not in answer.content.decode()
    assert Message.objects.count() == 2
    quoted = office.post(f"/threads/{own.code}/messages", {"text": "Ya.", "quotes": own.messages.get().pk})
    assert quoted.status_code == 201
