"""A mail server for drills: it counts what it takes, and can refuse, hang up, or keep a sender waiting."""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from email import message_from_bytes, policy

from aiosmtpd.controller import Controller


@dataclass(frozen=True)
class Taken:
    """One message the server took over, whatever the sender came to know of it."""

    message_id: str
    to: str
    subject: str
    text: str
    confirmed: bool
    """Whether "250" was sent; without it an honest sender has to try again."""


@dataclass
class MailSink:
    """Takes mail on a port of 127.0.0.1 between `open()` and `close()`; outside of that the connection is refused.

    `refuse`, `cut`, `swallow`: of the messages seen for the first time, each so-manieth is answered 451, cut off before
    it is taken, or taken and then cut off without an answer. Their second try goes well. 0: never.
    """

    port: int
    refuse: int = 0
    cut: int = 0
    swallow: int = 0
    taken: list[Taken] = field(default_factory=list)
    met: Counter = field(default_factory=Counter)
    fates: Counter = field(default_factory=Counter)

    def __post_init__(self):
        self._controller: Controller | None = None
        self._hold, self._let_go = False, False
        self.held = threading.Event()
        self.last = time.monotonic()
        logging.getLogger("mail.log").setLevel(logging.WARNING)

    def open(self) -> None:
        """Begin to listen."""
        self._controller = Controller(self, hostname="127.0.0.1", port=self.port)
        self._controller.start()

    def close(self) -> None:
        """Refuse connections again."""
        self.let_go()
        if self._controller:
            self._controller.stop()
            self._controller = None

    def hold_next(self) -> None:
        """Take the next message and say nothing, until `let_go()`; `held` is set once it is there."""
        self._let_go, self._hold = False, True
        self.held.clear()

    def let_go(self) -> None:
        """Stop keeping senders waiting."""
        self._let_go, self._hold = True, False

    def idle(self) -> float:
        """Seconds since anybody knocked."""
        return time.monotonic() - self.last

    async def handle_DATA(self, server, session, envelope):
        """What the server answers to a whole message."""
        self.last = time.monotonic()
        logging.getLogger("mail.log").setLevel(logging.WARNING)
        message = message_from_bytes(envelope.content, policy=policy.default)
        fate = self._fate(message["Message-ID"])
        self.fates[fate] += 1
        if fate == "refuse":
            return "451 4.3.0 Try again later"
        if fate == "cut":
            return self._hang_up(server)
        self._take(message, envelope, confirmed=fate == "take")
        if fate == "swallow":
            return self._hang_up(server)
        if fate == "hold":
            self.held.set()
            while not self._let_go:
                await asyncio.sleep(0.01)
            return self._hang_up(server)
        return "250 OK"

    def _fate(self, message_id: str) -> str:
        if self._hold:
            self._hold = False
            return "hold"
        self.met[message_id] += 1
        number = len(self.met)
        if self.met[message_id] == 1:
            for fate in ("refuse", "cut", "swallow"):
                each = getattr(self, fate)
                if each and number % each == 0:
                    return fate
        return "take"

    def _take(self, message, envelope, *, confirmed: bool) -> None:
        text = message.get_body(("plain",)).get_content()
        self.taken.append(
            Taken(message["Message-ID"], envelope.rcpt_tos[0], str(message["Subject"]), text, confirmed=confirmed)
        )

    def _hang_up(self, server) -> str:
        server.transport.abort()
        return "421 4.3.0 Gone"
