"""Mails: text and HTML say the same, in the reader's language, light, and nothing is fetched when they are opened."""

from __future__ import annotations

import re

import pytest
from django.core import mail
from django.utils import translation

from accounts import services
from accounts.roles import Role
from accounts.tasks import send_invitation, send_password_link
from notices.mail import MAX_BYTES, compose
from notices.models import Notice, NoticeKind
from tests import factories
from workflow.letters import letter

pytestmark = pytest.mark.django_db


def html_of(letter) -> str:
    """The other body of a letter."""
    (alternative,) = letter.alternatives
    assert alternative.mimetype == "text/html"
    return alternative.content


def fetched(html: str) -> list[str]:
    """Whatever a mail program would load by itself."""
    return re.findall(r"<(?:img|link|script|iframe|video|object)\b|url\(|@import|\ssrc=", html, re.I)


@pytest.fixture
def invited(ppsdm):
    """An invitation to somebody who is not here yet."""

    def make(organisation, role):
        admin = factories.member(Role.ADMIN, ppsdm)
        return services.invite(
            actor=admin, email="baru@example.test", name="Nama Baru", role=role, organisation=organisation
        )[0]

    return make


def test_a_password_letter_has_two_bodies_with_the_same_link(aceh_operator):
    send_password_link(aceh_operator.pk)
    (letter,) = mail.outbox
    link = re.search(r"http\S+/sandi/baru/\S+", letter.body).group(0)
    html = html_of(letter)
    assert (letter.content_subtype, html.count(f'href="{link}"'), 'lang="id"' in html) == ("plain", 1, True)
    assert (fetched(html), letter.extra_headers["Auto-Submitted"]) == ([], "auto-generated")


def test_a_letter_speaks_the_language_of_its_reader(aceh_operator):
    aceh_operator.language = "en"
    aceh_operator.save()
    send_password_link(aceh_operator.pk)
    html = html_of(mail.outbox[0])
    assert ('lang="en"' in html, "You asked for a new password" in html) == (True, True)


def test_a_partners_newcomer_is_invited_in_english_and_an_office_in_indonesian(invited, jica, aceh_regency):
    for organisation, role in ((jica, Role.PARTNER_OFF), (aceh_regency, Role.DINAS_OP)):
        mail.outbox.clear()
        invitation = invited(organisation, role)
        if not mail.outbox:
            send_invitation(invitation.pk)
        html = html_of(mail.outbox[-1])
        expected = "en" if organisation == jica else "id"
        assert (f'lang="{expected}"' in html, "/undangan/" in html, fetched(html)) == (True, True, [])
        invitation.delete()


def notice(user, number: int, comment: str = "") -> Notice:
    """A notice that is not stored."""
    return Notice(
        pk=number,
        user=user,
        kind=NoticeKind.TURN,
        flow="regions.need",
        action="return",
        record_code=f"KB-2026-{number:04d}",
        comment=comment,
        changes=[],
        path="/kebutuhan/",
        time_zone="Asia/Jakarta",
    )


def test_notices_read_the_same_in_both_bodies(aceh_operator):
    reason = "Jumlah <b>pengawas</b> melebihi data."
    made = compose(aceh_operator, [notice(aceh_operator, 7, reason)])
    with translation.override("id"):
        assert made.subject.startswith("[Sinergi] KB-2026-0007")
    assert (reason in made.text, "&lt;b&gt;pengawas&lt;/b&gt;" in made.html, fetched(made.html)) == (True, True, [])
    assert "/pemberitahuan/7/" in made.text and "/pemberitahuan/7/" in made.html


@pytest.mark.parametrize("language", ["id", "en"])
def test_a_mail_with_many_changed_fields_stays_light(aceh_operator, language):
    aceh_operator.language = language
    change = {"label_id": "Jumlah orang", "label_en": "People", "before": "a" * 200, "after": "<b>" * 60}
    notices = [notice(aceh_operator, n, "Perbaiki. " * 90) for n in range(1, 31)]
    for number, one in enumerate(notices):
        one.kind, one.changes = NoticeKind.values[number % 3], [change] * 40
    made = compose(aceh_operator, notices)
    assert len(made.text.encode()) + len(made.html.encode()) <= MAX_BYTES
    assert ("<b><b>" in made.html, "…" in made.html) == (False, True)


def test_a_subject_is_one_line_whatever_it_was_made_of():
    made = letter("Satu\r\nBcc: orang@jahat.example", "teks", "<p>teks</p>", to="a@example.test")
    assert made.message()["Subject"] == "Satu Bcc: orang@jahat.example" and made.message()["Bcc"] is None


def test_a_mail_with_many_long_comments_stays_light(aceh_operator):
    made = compose(aceh_operator, [notice(aceh_operator, n, "Perbaiki jumlah orang. " * 90) for n in range(1, 31)])
    assert len(made.text.encode()) + len(made.html.encode()) <= MAX_BYTES
    assert made.html.rstrip().endswith("</html>")
