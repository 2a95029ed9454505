"""A mail in two bodies, plain text and HTML. Both say the same; neither fetches anything when it is opened."""

from __future__ import annotations

from django.core.mail import EmailMultiAlternatives


def letter(subject: str, text: str, html: str, *, to: str, headers: dict[str, str] | None = None):
    """The message, ready to be sent. Programs that show text alone ignore the other body. A subject is one line,
    whatever it was made of: a broken one would never leave."""
    message = EmailMultiAlternatives(
        " ".join(subject.split()), text, to=[to], headers={"Auto-Submitted": "auto-generated", **(headers or {})}
    )
    message.attach_alternative(html, "text/html")
    return message
