"""Conversations of the sample scenario: every audience, on records and on topics, with quotes, people called by name,
an edited and a deleted message, pinned, resolved and widened ones. Invented like everything here."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from accounts.models import Organisation
from forum.models import Message, Thread
from forum.services import messages, threads
from portal.demo.agreements import Agreements
from portal.demo.days import Days
from portal.demo.forum_texts import TALKS, Line, Talk
from portal.demo.needs import Needs
from portal.demo.papers import pdf
from portal.demo.programs import Programs
from regions.models import Theme


class Forum:
    """Plans every conversation, message by message."""

    def __init__(self, days: Days, users: dict, needs: Needs, programs: Programs, agreements: Agreements):
        self.days, self.users = days, users
        self.records: dict[str, Callable[[], Any]] = {
            "need": lambda: needs.need(1),
            "regency": lambda: needs.need(3),
            "program": lambda: programs.program("JA1"),
            "mou": agreements.mou,
        }
        self.threads: dict[str, int] = {}
        self.said: dict[tuple[str, int], int] = {}

    def plan(self) -> None:
        """Put every message and act into the calendar."""
        for talk in TALKS:
            for number, line in enumerate(talk.lines):
                moment = self.days.working_days_ago(line.ago, line.hour, line.minute)
                self.days.plan(moment, lambda t=talk, n=number, w=line: self.say(t, n, w))

    def thread(self, talk: Talk) -> Thread:
        """The conversation as it is now."""
        return Thread.objects.select_related("organisation").get(pk=self.threads[talk.key])

    def message(self, talk: Talk, number: int) -> Message:
        """One of its messages as it is now."""
        return Message.objects.select_related("thread__organisation").get(pk=self.said[talk.key, number])

    def say(self, talk: Talk, number: int, line: Line) -> None:
        """One message, or one act on the conversation. Who writes has read what stands above."""
        actor = self.users[line.who]
        if line.act:
            getattr(self, line.act)(talk, line, actor)
        elif number == 0:
            self.open(talk, line, actor)
        else:
            quotes = self.message(talk, line.quotes) if line.quotes is not None else None
            messages.post(
                actor,
                self.thread(talk),
                text=line.text,
                quotes=quotes,
                mentions=[self.users[name].pk for name in line.calls],
                files=[pdf(*paper) for paper in line.papers],
            )
        thread = self.thread(talk)
        last = thread.messages.order_by("-pk").first()
        if last.pk not in self.said.values():
            self.said[talk.key, number] = last.pk
        threads.mark_read(actor, thread, last.pk)

    def open(self, talk: Talk, line: Line, actor) -> None:
        """The conversation with its first message."""
        thread = threads.open_thread(
            actor,
            title=talk.title,
            audience=talk.audience,
            text=line.text,
            record=self.records[talk.record]() if talk.record else None,
            theme=Theme.objects.filter(pk=talk.theme).first() if talk.theme else None,
            province=talk.province,
            parties=list(Organisation.objects.filter(code__in=talk.parties)),
            files=[pdf(*paper) for paper in line.papers],
        )
        self.threads[talk.key] = thread.pk

    # --- Acts on what was said before

    def edit(self, talk: Talk, line: Line, actor) -> None:
        """Another wording of an earlier message."""
        messages.edit(actor, self.message(talk, line.quotes), text=line.text)

    def delete(self, talk: Talk, line: Line, actor) -> None:
        """A tombstone."""
        messages.delete(actor, self.message(talk, line.quotes))

    def pin(self, talk: Talk, line: Line, actor) -> None:
        """To the top."""
        messages.pin(actor, self.message(talk, line.quotes), True)

    def record(self, talk: Talk, line: Line, actor) -> None:
        """A decision into the history of the record."""
        messages.take_into_record(actor, self.message(talk, line.quotes))

    def resolve(self, talk: Talk, line: Line, actor) -> None:
        """Settled."""
        threads.resolve(actor, self.thread(talk), note=line.text)

    def widen(self, talk: Talk, line: Line, actor) -> None:
        """More people read along."""
        thread = self.thread(talk)
        threads.widen(actor, thread, audience=line.audience, reason=line.text, version=thread.version)
