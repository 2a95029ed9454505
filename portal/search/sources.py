"""What can be found, and by whom. A new source is one entry here and one migration (docs/search.md)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any
from urllib.parse import urlencode

from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _

from accounts.models import Organisation, OrganisationKind
from accounts.roles import CENTRAL, OFFICE, PARTNER, Role
from accounts.rules import capacity
from forum.models import Question, QuestionStatus, Thread
from forum.rules.access import threads_in_reach
from partnerships.models import PUBLIC_RUNS, REGIONAL_TRACKS
from partnerships.rules.agreements import NATIONAL
from portal.selectors.published import published_agreements
from portal.selectors.rows import rows
from programs.models import Program
from programs.rules import OFFERED, public_programs
from regions.models import Region
from workflow.mandate import covers
from workflow.reading import seen_by
from workflow.registry import workflow, workflows


@dataclass(frozen=True)
class Hit:
    """One record found, ready to show."""

    kind: Any
    icon: str
    title: str
    url: str
    code: str
    place: str = ""
    status: tuple[Any, str, str] = ("", "", "")
    """Label, tone and icon; without a label the record has no status."""


@dataclass(frozen=True)
class Source:
    """A kind of record that can be found."""

    kind: str
    """As in the index: the name of a workflow table, or of something else."""
    model: Any
    label: Any
    icon: str
    seen: Callable[[Any], Any]
    """(user) -> the query of records that exist for somebody signed in."""
    public: Callable[[], Any] | None
    """The query of records that everyone may read, also without signing in; None: there are none."""
    show: Callable[[Any, list], list[Hit]]
    """(user, None for the public pages; records) -> their hits, in their order, with a fixed number of queries."""
    inside: Callable[[Any], bool | Q] = lambda user: True
    """Whether somebody signed in also finds their records by what only those inside read; which of them, if not all."""
    behind: float = 0
    """How far its records stand behind others that fit as well: the need before what has become of it."""

    def found(self, user, keys) -> list[tuple[Any, Hit]]:
        """(record, hit) of those of these records that exist for the reader (None: a visitor), public ones with the
        address of their public page."""
        own = list(self.seen(user).filter(pk__in=keys)) if user is not None else []
        rest = set(keys) - {record.pk for record in own}
        others = list(self.public().filter(pk__in=rest)) if rest and self.public else []
        return [
            *zip(own, self.show(user, own), strict=True),
            *zip(others, self.show(None, others), strict=True),
        ]


def _role(user) -> str:
    return user.acting_role if user is not None else ""


def _hit(row, icon: str, url: str = "") -> Hit:
    return Hit(row.kind, icon, row.title, url or row.url, row.code, row.place, (row.label, row.tone, row.icon))


def _table(
    name: str, icon: str, *, public=None, public_url: Callable = lambda record: "", inside=None, behind=0
) -> Source:
    """A workflow table: its own rule says who sees what; `public` is the query of what visitors may read."""

    def show(user, records):
        return [_hit(row, icon, "" if user is not None else public_url(row.record)) for row in rows(records)]

    entry = workflow(name)
    open_to_all = (lambda: public().select_related(*entry.related)) if public else None
    seen = partial(_seen, name)
    inside = inside or (lambda user: True)
    return Source(name, entry.model, entry.flow.label, icon, seen, open_to_all, show, inside, behind)


def _seen(name: str, user):
    return seen_by(user, name)


def _public_runs():
    return workflow("partnerships.allocation").model.objects.filter(status__in=PUBLIC_RUNS)


def _reads_letters(user) -> bool | Q:
    """`partnerships.rules.documents.reads_everything` as a query: the centre, and an office on what it leads itself."""
    role, organisation = capacity(user)
    if role in OFFICE and covers(user, "partnerships.agreement"):
        return Q(office_id=organisation.pk, track__in=REGIONAL_TRACKS)
    return role in NATIONAL


NEED_READERS = (Role.PROV_VER, *CENTRAL)
"""Roles whose list of needs holds more than one office."""


def _organisations():
    """Offices and training centres of today, and partners that have a page (`published.partners`): with whom is still
    being negotiated is nobody's to find."""
    today = timezone.localdate()
    offering = Program.objects.filter(public_programs(), status__in=OFFERED).values("partner")
    partners = Q(pk__in=offering) | Q(pk__in=published_agreements().values("partner"))
    kinds = Q(kind__in=(OrganisationKind.OFFICE, OrganisationKind.CENTRE))
    kinds |= Q(partners, kind=OrganisationKind.PARTNER, suspended=False)
    return Organisation.objects.filter(kinds, valid_from__lte=today).exclude(valid_to__lt=today)


def _show_organisations(user, records) -> list[Hit]:
    places = {r.code: r for r in Region.objects.filter(code__in=[o.region_code for o in records])}
    parents = {r.code: r.name for r in Region.objects.filter(code__in={o.province_code for o in records})}
    found = []
    for o in records:
        region = places.get(o.region_code)
        around = [region.name if region else "", parents.get(o.province_code, "") if len(o.region_code) == 4 else ""]
        partner = o.kind == OrganisationKind.PARTNER
        icon = "people" if partner else "geo-alt"
        found.append(
            Hit(o.get_kind_display(), icon, o.name, _address_of(user, o), o.code, ", ".join(filter(None, around)))
        )
    return found


def _address_of(user, organisation) -> str:
    """Where an organisation leads this reader: a partner to its page, an office to its needs or to the map."""
    if organisation.kind == OrganisationKind.PARTNER:
        return reverse("partner", args=[organisation.code])
    if _role(user) in NEED_READERS:
        return f"{reverse('regions:needs')}?q={organisation.code}"
    return reverse("map_province", args=[organisation.province_code]) if organisation.region_code else reverse("map")


def _threads(user):
    return Thread.objects.filter(threads_in_reach(user)).select_related("organisation")


def _show_threads(user, records) -> list[Hit]:
    return [
        Hit(
            _("Conversation"),
            "chat-left-text",
            t.title,
            t.get_absolute_url(),
            t.code,
            " · ".join(filter(None, [t.record_code, t.organisation.name])),
            (t.state.label, t.state.tone, t.state.icon),
        )
        for t in records
    ]


def _public_answers():
    """Answers that visitors read on the page of a programme for everyone."""
    programs = Program.objects.filter(public_programs()).values("pk")
    found = Question.objects.filter(status=QuestionStatus.ANSWERED, program__in=programs)
    return found.select_related("program__partner")


def _show_questions(user, records) -> list[Hit]:
    found = []
    for question in records:
        url = question.get_absolute_url()
        if user is None:
            words = urlencode({"q": " ".join(question.text.split()[:6])[:80]})
            url = f"{reverse('forum:program_questions', args=[question.program.slug])}?{words}"
        place = " · ".join([question.title, question.program.partner.name])
        status = (question.state.label, question.state.tone, question.state.icon)
        text = Truncator(question.text).chars(160)
        found.append(Hit(_("Question on a programme"), "question-circle", text, url, question.code, place, status))
    return found


def sources() -> list[Source]:
    """Everything that can be found, in the order in which the filter lists it."""
    return [
        _table("regions.need", "clipboard-data"),
        _table(
            "programs.program",
            "mortarboard",
            public=lambda: Program.objects.filter(public_programs()),
            inside=lambda user: _role(user) in (*CENTRAL, *PARTNER),
        ),
        _table("partnerships.proposal", "shuffle", inside=lambda user: _role(user) not in PARTNER, behind=0.1),
        _table(
            "partnerships.agreement",
            "diagram-3",
            public=published_agreements,
            public_url=lambda agreement: reverse("published_agreement", args=[agreement.code]),
            inside=_reads_letters,
        ),
        _table(
            "partnerships.allocation",
            "grid-3x3-gap",
            public=_public_runs,
            public_url=lambda run: reverse("partnerships:public_allocation", args=[run.code]),
        ),
        _table(
            "participants.nomination",
            "people",
            inside=lambda user: _role(user) not in (*PARTNER, Role.NOMINEE),
            behind=0.2,
        ),
        Source(
            "accounts.organisation",
            Organisation,
            _("Offices and partners"),
            "geo-alt",
            lambda user: _organisations(),
            _organisations,
            _show_organisations,
        ),
        Source(
            "forum.question",
            Question,
            _("Questions on programmes"),
            "question-circle",
            partial(_seen, "forum.question"),
            _public_answers,
            _show_questions,
            behind=0.2,
        ),
        Source("forum.thread", Thread, _("Conversations"), "chat-left-text", _threads, None, _show_threads, behind=0.2),
    ]


def unindexed() -> list:
    """Tables whose records open by their whole code alone: evaluations, requests about personal data, reviews."""
    known = {source.kind for source in sources()}
    return [entry for entry in workflows() if entry.flow.name not in known]
