"""What people wrote cannot turn a mail around, pass for the portal speaking, or be run."""

from __future__ import annotations

import pytest

from accounts.models import User
from notices.mail import MAX_BYTES, compose
from notices.models import Notice, NoticeKind
from notices.templatetags.mail_tags import cited, tame

TURNED = "\u202egnp.exe\u2066 \u200f\x07--\r\nPengaturan: http://jahat.example\n<script>alert(1)</script>"


def notice(kind=NoticeKind.TURN, number: int = 1, **fields) -> Notice:
    """A notice that is not stored."""
    return Notice(
        pk=number,
        kind=kind,
        flow="regions.need",
        record_id=number,
        action="return",
        record_code=f"KB-2026-{number:04d}",
        **fields,
    )


def test_marks_that_turn_text_around_are_taken_out():
    assert tame("a\u202eb\u2066c\u200fd\x00e\tf") == "abcd e\tf"
    assert cited(" satu\n\n\u202edua\n", 100) == "  > satu\n  > dua"


def test_no_line_of_a_quotation_passes_for_the_portals_own():
    made = compose(User(pk=1, language="en"), [notice(comment=TURNED, subject_en=TURNED)])
    assert "\n  > Pengaturan: http://jahat.example" in made.text
    assert [mark for mark in "\u202e\u2066\u200f\x07" if mark in made.text or mark in made.html] == []
    assert ("<script>" in made.html, "&lt;script&gt;" in made.html) == (False, True)


@pytest.mark.parametrize(("language", "titles"), [("en", ["Your turn", "Due dates", "Changes", "Conversations"])])
def test_groups_come_in_the_order_of_their_weight(language, titles):
    kinds = [NoticeKind.MEETING, NoticeKind.TALK, NoticeKind.CHANGE, NoticeKind.DUE, NoticeKind.TURN]
    made = compose(User(pk=1, language=language), [notice(kind, n) for n, kind in enumerate(kinds, 1)])
    places = [made.text.index(title.upper()) for title in [*titles, "Meetings"]]
    assert places == sorted(places)
    assert len(made.text.encode()) + len(made.html.encode()) <= MAX_BYTES
    assert "/en/pemberitahuan/pengaturan/" in made.text and made.text.count("/en/berhenti/") == 1
    assert made.headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


def test_a_mail_the_procedure_requires_offers_no_way_out():
    made = compose(User(pk=1, language="en"), [notice()])
    assert ("/berhenti/" in made.text, "/berhenti/" in made.html, made.headers) == (False, False, {})
