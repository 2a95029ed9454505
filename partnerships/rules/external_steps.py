"""Bodies outside the portal: whose answer opens which step, and what an answer must carry."""

from __future__ import annotations

from django.utils.translation import gettext as _

from partnerships.models import DocumentKind, ExternalBody, LetterFor, StepResult

STEP_BODIES = {
    LetterFor.COUNCIL: (ExternalBody.DPRD,),
    LetterFor.VERIFICATION: (ExternalBody.KEMENDAGRI,),
    LetterFor.FULL_POWERS: (ExternalBody.KEMLU,),
}
"""Who answers which step; clearance depends on the track, consultation is open to all."""

CENTRAL_CLEARANCE = (ExternalBody.KEMLU, ExternalBody.SETNEG_KTLN)
REGIONAL_CLEARANCE = (ExternalBody.KEMENDAGRI, ExternalBody.KEMLU)

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
    return STEP_BODIES.get(step, tuple(ExternalBody))


def steps_for(agreement) -> list[LetterFor]:
    """The steps letters can serve on this track."""
    if agreement.is_regional:
        return list(LetterFor)
    return [s for s in LetterFor if s not in {LetterFor.COUNCIL, LetterFor.VERIFICATION}]


def letters_since_return(agreement) -> list:
    """The letters that count: those recorded before the last return were about another text."""
    since = agreement.returned_at
    return [x for x in agreement.external_steps.all() if since is None or x.recorded_at >= since]


def last_refusal(letters) -> str:
    """A sentence when the last answer of a body was a refusal."""
    closed = sorted((x for x in letters if not x.is_open), key=lambda x: (x.answered_on, x.pk))
    for letter in {x.body: x for x in closed}.values():
        if letter.result == StepResult.REFUSED:
            return _("%(body)s refused with its answer %(number)s. Change the plan or the text and ask again.") % {
                "body": letter.get_body_display(),
                "number": letter.answer_no,
            }
    return ""


def council_is_settled(agreement, actor) -> str:
    """No letter to the council is open, and its last answer was no refusal."""
    letters = [x for x in agreement.external_steps.all() if x.step == LetterFor.COUNCIL]
    if any(x.is_open for x in letters):
        return _("Record the council's answer under External steps first.")
    return last_refusal(letters)


def answered(step: LetterFor):
    """A check: a body answered for this step with its document, no letter is open, none was refused last."""

    def check(agreement, actor) -> str:
        wanted = bodies_for(agreement, step)
        names = ", ".join(str(b.label) for b in wanted)
        letters = [x for x in letters_since_return(agreement) if x.step == step and x.body in wanted]
        if not any(not x.is_open for x in letters):
            return _(
                "No answer with its document is recorded yet for: %(step)s. "
                "Record the letter and the answer of %(bodies)s."
            ) % {"step": step.label, "bodies": names}
        if waiting := [x for x in letters if x.is_open]:
            return _("%(body)s has not answered the letter %(number)s yet.") % {
                "body": waiting[0].get_body_display(),
                "number": waiting[0].ref_no,
            }
        return last_refusal(letters)

    check.__name__ = f"answered_{step.lower()}"
    return check
