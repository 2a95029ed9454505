"""Records as facts for the eligibility rules; a fixed number of queries however many people are judged."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from accounts.models import OrganisationKind
from participants.eligibility import CourseFacts, Finding, Journey, PersonFacts, judge, judge_journeys
from participants.models import OPEN, PASSED, SEATED, Nomination, Path, Person
from participants.models import NominationStatus as S
from partnerships.matching import GOES_ABROAD

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
        min_rank=program.min_rank,
        min_years=program.min_years,
        min_age=program.min_age,
        max_age=program.max_age,
        min_education=program.min_education,
        employment_statuses=frozenset(program.employment_statuses),
        no_prior_visit=program.no_prior_visit,
    )


def person_facts(person: Person) -> PersonFacts:
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
    )


def _journeys(nominations: list[Nomination], across_offices: bool) -> dict[int, list[Journey]]:
    """Nomination -> the same person's other nominations; a draft of another office is nobody's business."""
    hashes = {nomination.person.nip_hash for nomination in nominations} - {""}
    others = (
        Nomination.objects.filter(person__nip_hash__in=hashes, proposal__intake__isnull=False)
        .filter(status__in=[s.value for s in {*OPEN, *SEATED} - {S.DRAFT}])
        .select_related("person", "proposal__intake__program")
    )
    if not across_offices:
        others = others.filter(person__office__in={nomination.person.office_id for nomination in nominations})
    by_hash: dict[str, list[tuple[int, int, Journey]]] = defaultdict(list)
    for other in others:
        intake = other.proposal.intake
        journey = Journey(
            starts=intake.first_day,
            ends=intake.ends,
            is_open=other.status in OPEN,
            is_abroad=other.path == Path.ABROAD,
            country=intake.program.country,
            attended=other.status in ATTENDED,
        )
        by_hash[other.person.nip_hash].append((other.pk, other.person.office_id, journey))
    return {
        nomination.pk: [
            journey
            for pk, office, journey in by_hash[nomination.person.nip_hash]
            if pk != nomination.pk and (across_offices or office == nomination.person.office_id)
        ]
        for nomination in nominations
    }


def findings_for(proposal, nominations: Iterable[Nomination], *, across_offices: bool) -> dict[int, list[Finding]]:
    """Nomination -> what is not met. The office is told of its own people only; PPSDM looks across all offices."""
    rows = list(nominations)
    course = course_facts(proposal)
    journeys = _journeys(rows, across_offices) if rows else {}
    return {
        row.pk: [*judge(person_facts(row.person), course), *judge_journeys(course, journeys[row.pk])] for row in rows
    }


def findings_of(nomination: Nomination, *, across_offices: bool) -> list[Finding]:
    """The same for one."""
    return findings_for(nomination.proposal, [nomination], across_offices=across_offices)[nomination.pk]
