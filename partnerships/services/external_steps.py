"""Letters to bodies outside the portal, and their answers."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from partnerships.models import Agreement, ExternalStep, LetterFor
from partnerships.rules import agreements as rules
from partnerships.rules.external_steps import ANSWER_KIND
from partnerships.services.documents import store
from workflow.engine import Refused, lock, note


def _locked(agreement, actor) -> Agreement:
    """The agreement under lock, or a refusal when letters may no longer be recorded."""
    found = lock(agreement)
    if not rules.may_record_letters(actor, found):
        raise Refused([_("Letters can no longer be recorded in the present state.")])
    return found


@transaction.atomic
def record_sent(agreement, actor, *, body: str, step: str, purpose: str, sent_on, ref_no: str) -> ExternalStep:
    """A letter went out: from now on its age is counted."""
    locked = _locked(agreement, actor)
    letter = ExternalStep.objects.create(
        agreement=locked,
        body=body,
        step=step,
        purpose=purpose,
        sent_on=sent_on,
        ref_no=ref_no,
        recorded_by=actor,
    )
    if step == LetterFor.FULL_POWERS and not locked.signed_on:
        locked.full_powers_needed = True
        locked.version += 1
        locked.save()
    note(
        locked.flow,
        locked,
        actor,
        "external",
        {"body": body, "step": step, "ref_no": ref_no, "sent_on": sent_on},
        purpose,
    )
    return letter


@transaction.atomic
def record_answer(letter, actor, *, answered_on, answer_no: str, result: str, upload) -> ExternalStep:
    """The body answered. Its document is kept with the answer: nobody approves on its behalf without it."""
    locked = _locked(letter.agreement, actor)
    fresh = ExternalStep.objects.select_for_update().get(pk=letter.pk, agreement=locked)
    if not fresh.is_open:
        raise Refused([_("The answer to this letter is already recorded.")])
    if upload is None:
        raise Refused([_("Attach the document of the body that answered.")])
    fresh.answered_on, fresh.answer_no, fresh.result = answered_on, answer_no, result
    fresh.document = store(locked, ANSWER_KIND[fresh.step], upload, actor, fresh.get_body_display()[:200])
    fresh.save()
    locked.save()
    note(
        locked.flow,
        locked,
        actor,
        "external",
        {
            "body": fresh.body,
            "step": fresh.step,
            "answer_no": answer_no,
            "answered_on": answered_on,
            "result": result,
            "sha256": fresh.document.sha256,
        },
    )
    return fresh
