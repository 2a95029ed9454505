"""A mail in two bodies, plain text and HTML. Both say the same; neither fetches anything when it is opened."""

from __future__ import annotations

from collections.abc import Iterable

from django.core.mail import EmailMultiAlternatives

CALENDAR = "text/calendar"


def letter(
    subject: str,
    text: str,
    html: str,
    *,
    to: str,
    headers: dict[str, str] | None = None,
    attachments: Iterable[tuple[str, bytes, str]] = (),
):
    """The message, ready to be sent. Programs that show text alone ignore the other body. A subject is one line,
    whatever it was made of: a broken one would never leave.

    `attachments`: (file name, content, type). A calendar file with a method travels as RFC 6047 has it and as Gmail,
    Outlook and Apple Mail look for it: as a third body, in which they find the invitation, and as a file for those that
    show none.
    """
    message = EmailMultiAlternatives(
        " ".join(subject.split()), text, to=[to], headers={"Auto-Submitted": "auto-generated", **(headers or {})}
    )
    message.attach_alternative(html, "text/html")
    for name, content, kind in attachments:
        main, *parameters = [part.strip() for part in kind.split(";")]
        method = next((part for part in parameters if part.lower().startswith("method=")), "")
        if main == CALENDAR and method:
            message.attach_alternative(content.decode("utf-8"), f"{main}; {method}")
            message.attach(name, content, "application/ics")
        else:
            message.attach(name, content, main)
    return message
