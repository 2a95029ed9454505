"""Letters of the front desk. The link's token is made here, so that it is never queued and never stored."""

from __future__ import annotations

import logging

from celery import shared_task
from django.conf import settings
from django.contrib.auth.tokens import default_token_generator
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode
from django.utils.translation import gettext as _

from accounts.models import Delegation, Invitation, OrganisationKind, User
from accounts.services.delegations import keep_time
from workflow.letters import letter

log = logging.getLogger(__name__)
_AGAIN = {"autoretry_for": (OSError,), "max_retries": 5, "retry_backoff": 60, "retry_backoff_max": 3600}


def _post(to: str, subject: str, templates: tuple[str, str], **values) -> None:
    """Both bodies of a letter, text and HTML."""
    frame = {"site": settings.SITE_URL, "support": settings.SUPPORT_EMAIL, "demo": settings.DEMO, "subject": subject}
    text, html = (render_to_string(name, {**frame, **values}) for name in templates)
    letter(subject, text, html, to=to).send()


def _language_of(invitation: Invitation, known: User | None) -> str:
    """The language of somebody who may not be here yet: a partner's people read English."""
    if known is not None:
        return known.language
    return "en" if invitation.organisation.kind == OrganisationKind.PARTNER else settings.LANGUAGE_CODE


@shared_task(**_AGAIN)
def send_invitation(invitation_id: int) -> None:
    """Write to the invited address. Every letter carries a new token; the link of the former letter stops
    working."""
    invitation = Invitation.objects.select_related("organisation").filter(pk=invitation_id).first()
    if invitation is None or invitation.accepted_at or invitation.revoked_at:
        return
    known = User.objects.filter(email=invitation.email).first()
    token = invitation.new_token()
    invitation.save(update_fields=["token_hash", "expires_at"])
    with translation.override(_language_of(invitation, known)):
        _post(
            invitation.email,
            _("Invitation to Sinergi"),
            ("mail/invitation.txt", "mail/invitation.html"),
            invitation=invitation,
            link=settings.SITE_URL + reverse("accounts:accept", args=[token]),
        )
    Invitation.objects.filter(pk=invitation.pk).update(sent_at=timezone.now())


def tell_of_delegation(delegation: Delegation, event: str) -> None:
    """Both persons get a letter, each by a task of their own: a letter that is tried again is not doubled."""
    for person_id in {delegation.post.user_id, delegation.delegate_id}:
        soon(send_delegation, delegation.pk, event, person_id)


@shared_task(**_AGAIN)
def send_delegation(delegation_id: int, event: str, person_id: int) -> None:
    """Write to one of the two persons that a delegation was recorded or revoked, in their own language."""
    found = Delegation.objects.select_related("post__user", "post__organisation", "delegate").get(pk=delegation_id)
    person = User.objects.filter(pk=person_id, is_active=True).first()
    if person is None:
        return
    with translation.override(person.language):
        revoked = event == "revoked"
        subject = _("%(code)s: delegation revoked") if revoked else _("%(code)s: delegation recorded")
        _post(
            person.email,
            subject % {"code": found.code},
            ("mail/delegation.txt", "mail/delegation.html"),
            delegation=found,
            revoked=revoked,
            is_delegate=person == found.delegate,
            link=settings.SITE_URL + found.get_absolute_url(),
        )


@shared_task
def keep_delegations() -> int:
    """Tell of delegations that end soon or have ended; beat calls it, any number of calls is safe."""
    return keep_time()


@shared_task(**_AGAIN)
def send_password_link(email: str) -> None:
    """Write to an account that exists; an unknown address gets nothing and the page says the same."""
    user = User.objects.filter(email=email.strip().lower(), is_active=True).first()
    if user is None:
        return
    with translation.override(user.language):
        place = [urlsafe_base64_encode(force_bytes(user.pk)), default_token_generator.make_token(user)]
        _post(
            user.email,
            _("New password for Sinergi"),
            ("mail/password.txt", "mail/password.html"),
            link=settings.SITE_URL + reverse("accounts:password_reset_confirm", args=place),
            hours=settings.PASSWORD_RESET_TIMEOUT // 3600,
        )


def soon(task, *args) -> bool:
    """Queue a letter; with the broker away, write it now. False when it could not even be written."""
    try:
        task.delay(*args)
    except Exception:
        log.warning("the broker does not answer: %s is done at once", task.name)
        try:
            task(*args)
        except Exception:
            log.exception("%s failed", task.name)
            return False
    return True
