"""What only a partner's paper asks for: of the person, of the office, for one course. Entered once, for every paper."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_variables

from participants.models import Background, CourseAnswers, Nomination, OfficeDetails, Person
from participants.rules import letters as rules
from workflow.engine import Refused, lock, note

BACKGROUND = (
    "preferred_name",
    "service_since",
    "duties",
    "education_history",
    "work_history",
    "training_history",
    "visits",
    "english_test",
    "english_score",
    "english_test_on",
)
COURSE = ("motivation", "plan", "issue", "report_title")
OFFICE = ("name_en", "address", "phone", "duties", "staff")
"""Columns a form may change. The accommodation request is handled apart, because it is sealed and needs consent."""


@transaction.atomic
@sensitive_variables()
def answer(
    nomination,
    *,
    background: dict,
    course: dict,
    office: dict,
    accommodation: str | None = None,
    consent: bool = False,
    actor,
    version: int | None = None,
) -> Nomination:
    """Keep the answers given. `accommodation=None` leaves the request alone. The log names fields, never what stands in
    them; the request it calls "background", because its mere existence says something about the person."""
    locked = lock(nomination, version=version)
    if not rules.may_answer(actor, locked):
        raise Refused([_("What the partner's paper asks for can no longer be changed in this state.")])
    person = Person.objects.select_for_update().get(pk=locked.person_id)
    mine, _made = Background.objects.get_or_create(person=person)
    changed = _write(mine, {key: value for key, value in background.items() if key in BACKGROUND})
    if accommodation is not None and _request(mine, accommodation, consent):
        changed.append("background")
    if changed and person.nominations.filter(status__in=rules.WITH_THE_PARTNER).exclude(pk=locked.pk).exists():
        raise Refused([_("A partner is working with this person's data for another training. Change them afterwards.")])
    mine.save()
    answers, _made = CourseAnswers.objects.get_or_create(nomination=locked)
    changed += _write(answers, {key: value for key, value in course.items() if key in COURSE})
    answers.save()
    if office and rules.may_present_office(actor, locked):
        details, _made = OfficeDetails.objects.select_for_update().get_or_create(office=locked.office)
        changed += [f"office_{key}" for key in _write(details, {k: v for k, v in office.items() if k in OFFICE})]
        details.save()
    if changed:
        locked.version += 1
        locked.save(update_fields=["version", "updated_at"])
        note(locked.flow, locked, actor, "change", {"fields": sorted(changed)})
    return locked


@sensitive_variables()
def _write(row, values: dict) -> list[str]:
    """Put values into a row; returns the names of those that changed."""
    changed = [key for key, value in values.items() if getattr(row, key) != value]
    for key in changed:
        setattr(row, key, values[key])
    return changed


@sensitive_variables()
def _request(background: Background, text: str, consent: bool) -> bool:
    """The accommodation request, only with consent; returns whether anything changed."""
    if text and not consent:
        raise Refused([_("The accommodation request is kept and passed on only with the person's consent.")])
    if text == background.accommodation and bool(text) == bool(background.accommodation_sealed):
        return False
    background.hold_accommodation(text, timezone.localdate())
    return True
