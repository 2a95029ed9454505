"""Bodies outside the portal: whose answer opens which step, and what an answer must carry."""

from __future__ import annotations

from django.db.models import Max
from django.utils.translation import gettext as _

from partnerships.models import ABROAD, MINISTERS_APPROVAL, DocumentKind, ExternalBody, LetterFor, StepResult

STEP_BODIES = {
    LetterFor.COUNCIL: (ExternalBody.DPRD,),
    LetterFor.VERIFICATION: (ExternalBody.KEMENDAGRI,),
    LetterFor.FULL_POWERS: (ExternalBody.KEMLU,),
}
"""Who answers which step; clearance depends on the track, consultation is open to all."""

CENTRAL_CLEARANCE = (ExternalBody.KEMLU, ExternalBody.SETNEG_KTLN)
REGIONAL_CLEARANCE = (ExternalBody.KEMENDAGRI, ExternalBody.KEMLU)
AT_HOME = (ExternalBody.KEMENDAGRI, ExternalBody.BAPPENAS, ExternalBody.KEMENKEU)
"""Whom ministry and region may consult: with nobody abroad there is nothing to ask Foreign Affairs."""

ABOUT_THE_TEXT = (LetterFor.CLEARANCE, LetterFor.FULL_POWERS)
SENT_TO_REVIEW = ("to_legal", "to_legal_region", "resubmit", "resubmit_region", "amendment_to_legal")
"""Acts with which a text goes to the Legal Bureau and is frozen; a version is kept with each."""

ANSWER_KIND = {
    LetterFor.COUNCIL: DocumentKind.DPRD_LETTER,
    LetterFor.VERIFICATION: DocumentKind.GOV_RESULT,
    LetterFor.CLEARANCE: DocumentKind.CLEARANCE,
    LetterFor.FULL_POWERS: DocumentKind.FULL_POWERS,
    LetterFor.CONSULTATION: DocumentKind.OTHER,
}
"""As which kind of paper the answer to a letter is kept."""


def bodies_for(agreement, step: str) -> tuple[ExternalBody, ...]:
    """The bodies whose answer counts for a step of this agreement."""
    if step == LetterFor.CLEARANCE:
        return REGIONAL_CLEARANCE if agreement.is_regional else CENTRAL_CLEARANCE
    if agreement.track not in ABROAD:
        return AT_HOME
    return STEP_BODIES.get(step, tuple(ExternalBody))


def must_approve(agreement, step: str) -> tuple[ExternalBody, ...]:
    """The bodies without whose own approval the step stays shut; elsewhere one of those asked is enough."""
    if step == LetterFor.CLEARANCE and agreement.track in MINISTERS_APPROVAL:
        return (ExternalBody.KEMENDAGRI,)
    return ()


def steps_for(agreement) -> list[LetterFor]:
    """The steps letters can serve on this track. Ministry and region need nobody's clearance, they may consult."""
    if agreement.is_regional:
        return list(LetterFor)
    abroad = {LetterFor.CLEARANCE, LetterFor.FULL_POWERS} if agreement.track in ABROAD else set()
    return [s for s in LetterFor if s == LetterFor.CONSULTATION or s in abroad]


def letters_that_count(agreement, step) -> list:
    """The letters of a step that are about the plan or text as it is: recorded since the last return and, where a text
    is judged, since it was last sent to the Legal Bureau. A draft that was cleared early clears no other text."""
    since = [agreement.returned_at]
    if step in ABOUT_THE_TEXT:
        sent = agreement.versions.filter(occasion__in=SENT_TO_REVIEW)
        since.append(sent.aggregate(at=Max("made_at"))["at"])
    begin = max((at for at in since if at), default=None)
    letters = [x for x in agreement.external_steps.all() if x.step == step]
    return letters if begin is None else [x for x in letters if x.recorded_at >= begin]


def objection(letters) -> str:
    """A sentence when the last answer of a body was a refusal, or had remarks that nobody settled with it since."""
    closed = sorted((x for x in letters if not x.is_open), key=lambda x: (x.answered_on, x.pk))
    said = {
        StepResult.REFUSED: _(
            "%(body)s refused with its answer %(number)s. Change the plan or the text and ask again."
        ),
        StepResult.REMARKS: _(
            "%(body)s answered with remarks (%(number)s), which is no approval. Settle them and ask again."
        ),
    }
    for letter in {x.body: x for x in closed}.values():
        if letter.result in said:
            return said[letter.result] % {"body": letter.get_body_display(), "number": letter.answer_no}
    return ""


def council_stays_asked(agreement, actor) -> str:
    """A council that was asked is heard: no exemption while its answer is open, or after it objected."""
    letters = [x for x in agreement.external_steps.all() if x.step == LetterFor.COUNCIL]
    if any(x.is_open for x in letters):
        return _("The council was asked. Record its answer under External steps first.")
    return objection(letters)


def powers_were_asked(agreement) -> bool:
    """Who asked for full powers needs them: the tick is closed then, so that a refusal cannot be unticked away."""
    return agreement.pk is not None and agreement.external_steps.filter(step=LetterFor.FULL_POWERS).exists()


def approved(step: LetterFor):
    """A check: a body approved this step with its document, no letter is open, and nobody objected last."""

    def check(agreement, actor) -> str:
        wanted, vital = bodies_for(agreement, step), must_approve(agreement, step)
        letters = [x for x in letters_that_count(agreement, step) if x.body in wanted]
        answered = {x.body for x in letters if not x.is_open}
        if not answered or not set(vital) <= answered:
            said = _(
                "No answer with its document is recorded yet for: %(step)s. "
                "Record the letter and the answer of %(bodies)s."
            ) % {"step": step.label, "bodies": ", ".join(str(b.label) for b in vital or wanted)}
            earlier = agreement.external_steps.filter(step=step, answered_on__isnull=False)
            if not letters and earlier.exists():
                said += " " + _("Answers recorded before were about an earlier plan or text.")
            return said
        if waiting := [x for x in letters if x.is_open]:
            return _("%(body)s has not answered the letter %(number)s yet.") % {
                "body": waiting[0].get_body_display(),
                "number": waiting[0].ref_no,
            }
        return objection(letters)

    check.__name__ = f"approved_{step.lower()}"
    return check
