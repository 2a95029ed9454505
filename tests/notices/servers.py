"""Mail servers with a temper, for the tests of sending: each test says what its server does."""

from __future__ import annotations

import smtplib

from django.core import mail
from django.core.mail.backends.base import BaseEmailBackend


class Backend(BaseEmailBackend):
    """Keeps what it takes in `mail.outbox`; `temper` maps an address to what happens to mails for it."""

    temper: dict[str, Exception] = {}
    closed = False
    """Nobody answers at the door."""
    opened = 0

    def open(self):
        if type(self).closed:
            raise ConnectionRefusedError("111 refused")
        type(self).opened += 1
        return True

    def send_messages(self, email_messages):
        for message in email_messages:
            if trouble := type(self).temper.get(message.to[0]):
                raise trouble
            mail.outbox.append(message)
        return len(email_messages)


def refused(address: str, code: int) -> Exception:
    """The server does not take mail for an address."""
    return smtplib.SMTPRecipientsRefused({address: (code, b"no")})
