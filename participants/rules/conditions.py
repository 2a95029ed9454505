"""Records as facts for the eligibility rules; a fixed number of queries however many people are judged."""

from __future__ import annotations

import contextlib
from collections import defaultdict
from collections.abc import Iterable

from django.conf import settings
from django.views.decorators.debug import sensitive_variables

from accounts.models import OrganisationKind
from participants import sealing
from participants.eligibility import CourseFacts, Finding, Journey, PersonFacts, judge, judge_journeys
from participants.models import OPEN, PASSED, SEATED, Nomination, Path, Person
from participants.models import NominationStatus as S
from participants.models.backgrounds import Background
from participants.names import may_be_one
from partnerships.matching import GOES_ABROAD
from regions.models import Term

ATTENDED = (S.ATTENDING, S.INCOMPLETE, *PASSED)


def path_of(proposal) -> str:
    """Abroad, online with the partner, or in the country."""
    program = proposal.program
    if program is None:
        return Path.IN_COUNTRY
    online = program.delivery_mode == "ONLINE"
    if program.delivery_mode in GOES_ABROAD or (not online and program.country not in {"", "ID"}):
        return Path.ABROAD
    return Path.REMOTE if online and proposal.partner.kind == OrganisationKind.PARTNER else Path.IN_COUNTRY


def course_facts(proposal) -> CourseFacts:
    """What the proposal's intake asks of people; a tailor-made request asks for nothing yet."""
    if proposal.intake_id is None:
        return CourseFacts()
    intake, program = proposal.intake, proposal.intake.program
    return CourseFacts(
        first_day=intake.first_day,
        last_day=intake.ends,
        country=program.country,
        is_abroad=path_of(proposal) == Path.ABROAD,
        all_posts=program.all_posts,
        posts=frozenset(post.code for post in program.posts.all()),
        language=program.language,
        interpretation=program.interpretation,
        min_language=program.min_language_level,
        language_test="" if program.language_test == "NONE" else program.language_test,
        language_score=None if program.language_score is None else float(program.language_score),
        min_rank=program.min_rank,
        min_years=program.min_years,
        min_age=program.min_age,
        max_age=program.max_age,
        min_education=program.min_education,
        employment_statuses=frozenset(program.employment_statuses),
        no_prior_visit=program.no_prior_visit,
    )


def person_facts(person: Person, background: Background | None = None) -> PersonFacts:
    """A person without a name."""
    return PersonFacts(
        post=person.post_id,
        rank=person.rank,
        employment_status=person.employment_status,
        education=person.education,
        english=person.english,
        years_in_post=person.years_in_post,
        birth_year=person.birth_year,
        last_abroad_year=person.last_abroad_year,
        test=background.english_test if background else "",
        score=background.english_score if background else "",
        visited=_visited(background) if background else frozenset(),
    )


def _visited(background: Background) -> frozenset[str]:
    """Countries of earlier visits by code, whichever language they were typed in."""
    typed = {str(row.get("country", "")).strip().casefold() for row in background.visits if isinstance(row, dict)}
    known = {
        code for code, (ind, eng, *_rest) in Term.table().get("country", {}).items()
        if {code.casefold(), ind.casefold(), eng.casefold()} & typed
    }  # fmt: skip
    return frozenset(known)


def _backgrounds(people: list[Person], course: CourseFacts) -> dict[int, Background]:
    """What people told of themselves beyond the selection, where this course asks for it; one query at most."""
    if not course.language_test and not course.no_prior_visit:
        return {}
    return {found.person_id: found for found in Background.objects.filter(person__in=people)}


@sensitive_variables()
def _fingerprints(person: Person) -> set[str]:
    """Every fingerprint the person's number can have: other rows may still carry that of another key."""
    found = {person.nip_hash} - {""}
    if found and len(settings.PERSONAL_DATA_KEYS) > 1:
        with contextlib.suppress(sealing.Unreadable):
            found |= set(sealing.fingerprints(sealing.unseal(person.nip_sealed)))
    return found


def _relevant():
    """Nominations that can stand in the way; a draft of another office is nobody's business."""
    return Nomination.objects.filter(
        proposal__intake__isnull=False, status__in=[s.value for s in {*OPEN, *SEATED} - {S.DRAFT}]
    )


def _journey(other: Nomination, *, is_certain: bool = True) -> Journey:
    intake = other.proposal.intake
    return Journey(
        starts=intake.first_day,
        ends=intake.ends,
        is_open=other.status in OPEN,
        is_abroad=other.path == Path.ABROAD,
        country=intake.program.country,
        attended=other.status in ATTENDED,
        is_certain=is_certain,
    )


def _journeys(nominations: list[Nomination], across_offices: bool) -> dict[int, list[Journey]]:
    """Nomination -> the same person's other nominations, found by the number."""
    prints = {nomination.pk: _fingerprints(nomination.person) for nomination in nominations}
    others = _relevant().filter(person__nip_hash__in=set().union(*prints.values()))
    if not across_offices:
        others = others.filter(person__office__in={nomination.person.office_id for nomination in nominations})
    by_hash: dict[str, list[Nomination]] = defaultdict(list)
    for other in others.select_related("person", "proposal__intake__program"):
        by_hash[other.person.nip_hash].append(other)
    return {
        nomination.pk: [
            _journey(other)
            for one in sorted(prints[nomination.pk])
            for other in by_hash[one]
            if other.pk != nomination.pk and (across_offices or other.person.office_id == nomination.person.office_id)
        ]
        for nomination in nominations
    }


def _namesakes(nomination: Nomination) -> list[Journey]:
    """Nominations of people with the same name, sex and year of birth under another number, in whichever office."""
    person = nomination.person
    others = _relevant().filter(person__birth_year=person.birth_year, person__sex=person.sex)
    others = others.exclude(person__nip_hash__in=_fingerprints(person)).exclude(person=person)
    alike = [pk for pk, name in others.values_list("pk", "person__name") if may_be_one(name, person.name)]
    found = Nomination.objects.filter(pk__in=alike).select_related("proposal__intake__program")
    return [_journey(other, is_certain=False) for other in found]


def findings_for(proposal, nominations: Iterable[Nomination], *, across_offices: bool) -> dict[int, list[Finding]]:
    """Nomination -> what is not met. The office is told of its own people only; PPSDM looks across all offices."""
    rows = list(nominations)
    course = course_facts(proposal)
    journeys = _journeys(rows, across_offices) if rows else {}
    told = _backgrounds([row.person for row in rows], course)
    return {
        row.pk: [
            *judge(person_facts(row.person, told.get(row.person_id)), course),
            *judge_journeys(course, journeys[row.pk]),
        ]
        for row in rows
    }


def findings_of(nomination: Nomination, *, across_offices: bool) -> list[Finding]:
    """The same for one, with a look for the same name under another number where all offices are looked through."""
    found = findings_for(nomination.proposal, [nomination], across_offices=across_offices)[nomination.pk]
    if not across_offices or nomination.proposal.intake_id is None:
        return found
    return [*found, *judge_journeys(course_facts(nomination.proposal), _namesakes(nomination))]
