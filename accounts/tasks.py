"""Letters of the front desk. The link's token is made here, so that it is never queued and never stored."""

from __future__ import annotations

from urllib.parse import urlsplit

from celery import shared_task
from django.conf import settings
from django.contrib.auth.tokens import default_token_generator
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Delegation, Invitation, OrganisationKind, User
from accounts.services.delegations import keep_time
from accounts.services.sessions import forget_sessions
from workflow import errands
from workflow.letters import letter


def _post(to: str, subject: str, templates: tuple[str, str], *, same: bool = True, **values) -> None:
    """Both bodies of a letter, text and HTML. `same`: a letter that had to be sent again says the same, and mailboxes
    know it by its Message-ID."""
    frame = {"site": settings.SITE_URL, "support": settings.SUPPORT_EMAIL, "demo": settings.DEMO, "subject": subject}
    text, html = (render_to_string(name, {**frame, **values}) for name in templates)
    host = urlsplit(settings.SITE_URL).hostname
    identity = {"Message-ID": f"<sinergi-letter-{errands.number()}@{host}>"} if same and errands.number() else {}
    letter(subject, text, html, to=to, headers=identity).send()


def _language_of(invitation: Invitation, known: User | None) -> str:
    """The language of somebody who may not be here yet: a partner's people read English."""
    if known is not None:
        return known.language
    return "en" if invitation.organisation.kind == OrganisationKind.PARTNER else settings.LANGUAGE_CODE


@shared_task
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
            same=False,
            invitation=invitation,
            link=settings.SITE_URL + reverse("accounts:accept", args=[token]),
        )
    Invitation.objects.filter(pk=invitation.pk).update(sent_at=timezone.now())


@shared_task
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
def forget_old_sessions() -> int:
    """Every night: sessions that have run out, and sign-ins that were over long ago."""
    return forget_sessions()


@shared_task
def keep_delegations() -> int:
    """Tell of delegations that end soon or have ended; beat calls it, any number of calls is safe."""
    return keep_time()


def password_link_soon(email: str) -> None:
    """Promise a link to an account that exists. For an unknown address the same is done, with nobody to write to."""
    user = User.objects.filter(email=email.strip().lower(), is_active=True).first()
    errands.promise(send_password_link.name, user.pk if user else 0)


@shared_task
def send_password_link(user_id: int) -> None:
    """Write to an account that exists."""
    user = User.objects.filter(pk=user_id, is_active=True).first()
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


SECURITY_EVENTS = {
    "add_app": gettext_lazy("An authenticator app was set up for your account."),
    "add_passkey": gettext_lazy("A passkey was added to your account."),
    "remove_app": gettext_lazy("The authenticator app of your account was removed."),
    "remove_passkey": gettext_lazy("A passkey of your account was removed."),
    "renew_codes": gettext_lazy("New recovery codes were made for your account. Former ones no longer work."),
    "use_recovery_code": gettext_lazy("Somebody signed in to your account with one of your recovery codes."),
    "reset_factors": gettext_lazy("An administrator reset the second factor of your account. Set up a new one."),
    "link_sign_on": gettext_lazy("Your account was connected with the sign-in of your organisation."),
    "unlink_sign_on": gettext_lazy("Your account is no longer connected with the sign-in of your organisation."),
    "change_password": gettext_lazy("The password of your account was changed."),
    "wrong_codes": gettext_lazy("Somebody knows your password and typed wrong codes several times."),
}
"""What a person is told at once about their own sign-in."""


@shared_task
def send_security_letter(user_id: int, event: str) -> None:
    """Write to a person that something about their sign-in has changed."""
    user = User.objects.filter(pk=user_id, is_active=True).first()
    if user is None:
        return
    with translation.override(user.language):
        _post(
            user.email,
            _("Sinergi: your sign-in"),
            ("mail/security.txt", "mail/security.html"),
            sentence=SECURITY_EVENTS[event],
            link=settings.SITE_URL + reverse("accounts:security"),
            reset=settings.SITE_URL + reverse("accounts:password_reset"),
        )
