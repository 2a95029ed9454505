"""The pages of conversations: list, opening, one thread with its polling, acts on messages, panel and home."""

from __future__ import annotations

import re
import time

import pytest
from django.core.files.base import ContentFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation
from django.utils.html import strip_tags

from accounts.models import OrganisationKind
from accounts.roles import Role
from accounts.sessions import USED
from forum.models import Audience, Message, Reader, Thread
from forum.selectors.audiences import party_choices, rooms_to_open, rooms_to_widen, shown_room
from forum.selectors.thread_pages import PAGE
from forum.services import messages as services
from regions.lifecycle import NEED
from tests import factories
from tests.forum.factories import attachment, message, thread
from workflow.engine import log_of, perform

pytestmark = pytest.mark.django_db
A = Audience
OPEN = {"title": "Jadwal tes bahasa", "audience": "REGION", "text": "Kapan tesnya?", "key": "k1"}


def opened(client, user, path, **more):
    """The page behind an address for somebody."""
    client.force_login(user)
    return client.get(path, **more)


def words(response) -> str:
    """What a page says, without its marks."""
    return " ".join(strip_tags(response.content.decode()).split())


def shown(response) -> list[int]:
    """Keys of the messages on a page, in order."""
    return [int(pk) for pk in re.findall(r'data-post="(\d+)"', response.content.decode())]


def send(client, user, talk, **fields):
    """A message as the form sends it."""
    client.force_login(user)
    return client.post(f"{talk.get_absolute_url()}pesan/", {"text": "Halo.", "key": "", **fields})


def look(client, user, talk, **values):
    """What the open page asks for by itself."""
    client.force_login(user)
    headers = {"X-Background": "1", "HX-Request": "true"}
    return client.get(f"{talk.get_absolute_url()}pesan/", values, headers=headers)


# --- The list


def test_the_list_shows_what_is_new_and_who_reads_it(client, aceh_operator, aceh_verifier):
    talk = thread(aceh_verifier, A.REGION, title="Calon mediator")
    thread(aceh_verifier, A.OFFICE, title="Hanya kantor provinsi")
    response = opened(client, aceh_operator, "/en/forum/")
    assert [row.pk for row in response.context["listing"].rows] == [talk.pk]
    assert 'Calon mediator</a> <span class="sg-count is-new">1<' in response.content.decode()
    assert "Own region: the province and its offices" in words(response)


def test_an_empty_list_names_the_next_step_for_whoever_may_take_it(client, aceh_operator, auditor):
    assert 'href="/forum/baru/"' in opened(client, aceh_operator, "/forum/").content.decode()
    assert 'href="/forum/baru/"' not in opened(client, auditor, "/forum/").content.decode()


@pytest.mark.parametrize("path", ["/forum/", "/beranda/", "need"])
def test_thirty_conversations_cost_no_more_queries_than_one(client, aceh_operator, aceh_head, need_aceh, path):
    path = need_aceh.get_absolute_url() if path == "need" else path
    client.force_login(aceh_operator)
    counts = []
    for more in (1, 29):
        for _number in range(more):
            talk = thread(aceh_head, A.OFFICE, record=need_aceh)
            Reader.objects.create(thread=talk, user=aceh_operator, follows=True)
        client.get(path)
        with CaptureQueriesContext(connection) as queries:
            client.get(path)
        counts.append(len(queries))
    assert counts[0] == counts[1]


# --- Opening


def test_each_audience_says_who_reads_by_name_and_number(aceh_operator, aceh_head, aceh_verifier, ppsdm_head):
    with translation.override("en"):
        found = [(room.value, room.card) for room in rooms_to_open(aceh_operator)]
    assert found == [
        ("OFFICE", "Only people of Dinas Tenaga Kerja Kabupaten 1101. 2 people today."),
        (
            "REGION",
            "People of the labour offices of Provinsi Aceh: the provincial office, its regencies and cities. "
            "3 people today.",
        ),
        (
            "REGION_MINISTRY",
            "People of the labour offices of Provinsi Aceh and all units of the ministry. 4 people today.",
        ),
        (
            "PARTNER",
            "People of Dinas Tenaga Kerja Kabupaten 1101, all units of the ministry and the organisations you name. "
            "3 people today.",
        ),
        ("MEMBERS", "Everyone who works with the portal: all offices, the ministry and all partners. 4 people today."),
    ]


def test_a_topic_is_opened_with_its_first_message_and_file(client, aceh_operator, bali):
    client.force_login(aceh_operator)
    files = [ContentFile(factories.PDF, name="a.pdf"), ContentFile(factories.PDF, name="b.pdf")]
    response = client.post("/forum/baru/", OPEN | {"province": "51", "files": files})
    talk = Thread.objects.get()
    assert response.headers["Location"] == f"/forum/{talk.code}/"
    assert (talk.title, talk.audience, talk.province, talk.message_count) == ("Jadwal tes bahasa", "REGION", "11", 1)
    assert [file.name for file in talk.messages.get().attachments.all()] == ["a.pdf", "b.pdf"]


def test_sent_twice_it_is_opened_once(client, aceh_operator):
    client.force_login(aceh_operator)
    assert {client.post("/forum/baru/", OPEN).headers["Location"] for _time in (1, 2)} == {
        Thread.objects.get().get_absolute_url()
    }


def test_what_was_typed_stays_when_something_is_missing(client, aceh_operator):
    client.force_login(aceh_operator)
    response = client.post("/en/forum/baru/", OPEN | {"audience": "PARTNER"})
    assert response.status_code == 400 and Thread.objects.count() == 0
    assert "Kapan tesnya?" in response.content.decode()
    response = client.post("/en/forum/baru/", OPEN | {"audience": "MINISTRY"})
    assert response.status_code == 400 and "Kapan tesnya?" in response.content.decode()


def test_a_partner_is_named_and_reads(client, ppsdm_head, jica, jica_liaison, koica_liaison):
    client.force_login(ppsdm_head)
    client.post("/forum/baru/", OPEN | {"audience": "PARTNER", "parties": [jica.pk]})
    talk = Thread.objects.get()
    assert opened(client, jica_liaison, talk.get_absolute_url()).status_code == 200
    assert opened(client, koica_liaison, talk.get_absolute_url()).status_code == 404


def test_only_organisations_with_somebody_in_them_can_be_named(ppsdm_head, jica_liaison, aceh_verifier, aceh_operator):
    factories.organisation("ILO", OrganisationKind.PARTNER)
    found = [(choice.name, choice.people, choice.near) for choice in party_choices(ppsdm_head)]
    assert found == [("JICA", 1, True), ("Dinas Tenaga Kerja Provinsi Aceh", 1, False)]


def test_on_a_record_its_page_and_its_limits_are_named(client, aceh_operator, need_aceh):
    path = f"/en/forum/baru/?flow=regions.need&code={need_aceh.code}"
    said = words(opened(client, aceh_operator, path))
    assert f"Whatever you choose, only people who may see {need_aceh.code} find the conversation." in said
    client.post(path, OPEN | {"audience": "OFFICE"})
    assert Thread.objects.get().record_code == need_aceh.code


@pytest.mark.parametrize("query", ["flow=regions.need&code=KB-2000-9999", "flow=notes&code=1", "code=x", "flow=%00"])
def test_no_conversation_on_what_does_not_exist(client, aceh_operator, query):
    assert opened(client, aceh_operator, f"/forum/baru/?{query}").status_code == 404


def test_nobody_opens_one_on_a_record_of_others(client, bali_operator, need_aceh):
    path = f"/forum/baru/?flow=regions.need&code={need_aceh.code}"
    assert opened(client, bali_operator, path).status_code == 404


def test_auditors_open_none(client, auditor):
    assert opened(client, auditor, "/forum/baru/").status_code == 403


# --- One conversation


def test_the_page_says_who_reads_and_what_is_new(client, aceh_operator, aceh_verifier):
    talk = thread(aceh_verifier, A.REGION)
    Reader.objects.create(thread=talk, user=aceh_operator, last_read=talk.messages.get().pk)
    new = message(talk, aceh_verifier, "**Besok** pukul 09.00")
    response = opened(client, aceh_operator, f"/en{talk.get_absolute_url()}")
    html = response.content.decode()
    assert response.context["page"].first_new == new.pk
    assert html.index("New since your last visit") < html.index(f'id="pesan-{new.pk}"')
    assert "<strong>Besok</strong> pukul 09.00" in html
    said = words(response)
    assert "People of the labour offices of Provinsi Aceh: the provincial office, its regencies and cities." in said
    assert "Auditors of the Inspectorate General may read along. They do not write." in said
    assert "New since your last visit" not in words(opened(client, aceh_operator, f"/en{talk.get_absolute_url()}"))


def test_a_long_one_opens_where_the_new_begins_and_counts_only_what_it_showed(client, aceh_operator, aceh_head):
    talk = thread(aceh_head, A.OFFICE)
    for number in range(3 * PAGE - 1):
        message(talk, aceh_head, f"Nomor {number}")
    keys = list(talk.messages.order_by("pk").values_list("pk", flat=True))
    reader = Reader.objects.create(thread=talk, user=aceh_operator, last_read=keys[PAGE - 1])
    path = talk.get_absolute_url()

    def read(query: str) -> tuple[list[int], int]:
        found = shown(opened(client, aceh_operator, f"{path}{query}"))
        reader.refresh_from_db()
        return found, keys.index(reader.last_read)

    assert read("?page=3") == (keys[2 * PAGE :], PAGE - 1)  # messages before it were never shown
    assert read("") == (keys[PAGE : 2 * PAGE], 2 * PAGE - 1)
    assert read(f"?pesan={keys[3]}") == (keys[:PAGE], 2 * PAGE - 1)
    assert read("") == (keys[2 * PAGE :], 3 * PAGE - 1)
    assert read("") == (keys[2 * PAGE :], 3 * PAGE - 1)
    for nonsense in ("?page=x", "?page=0", "?page=-1", "?page=9999999999999", "?pesan=x", "?pesan=%00", "?page=²"):
        assert opened(client, aceh_operator, f"{path}{nonsense}").status_code == 200


def test_forty_messages_cost_no_more_queries_than_one(client, aceh_operator, aceh_head):
    talk = thread(aceh_head, A.OFFICE)
    counts = []
    for more in (1, PAGE - 2):
        for _number in range(more):
            quoted = talk.messages.first()
            said = message(talk, aceh_head, quotes=quoted)
            attachment(said)
        opened(client, aceh_operator, talk.get_absolute_url())
        with CaptureQueriesContext(connection) as queries:
            html = opened(client, aceh_operator, talk.get_absolute_url()).content.decode()
        counts.append(len(queries))
    assert counts[0] == counts[1]
    assert len(re.findall(r"<[a-z]", html)) <= 1500


def test_a_message_is_sent_and_leads_to_itself(client, aceh_operator, aceh_head):
    talk = thread(aceh_head, A.OFFICE)
    response = send(client, aceh_operator, talk, text="Setuju.", quotes=talk.messages.get().pk, mentions=[aceh_head.pk])
    said = Message.objects.latest("pk")
    assert response.headers["Location"] == f"{talk.get_absolute_url()}?pesan={said.pk}#pesan-{said.pk}"
    assert (said.text, said.quotes, [m.user for m in said.mentions.all()]) == (
        "Setuju.",
        talk.messages.first(),
        [aceh_head],
    )


def test_a_file_alone_is_a_message(client, aceh_operator, aceh_head):
    talk = thread(aceh_head, A.OFFICE)
    send(client, aceh_operator, talk, text="", files=[ContentFile(factories.PDF, name="surat.pdf")])
    file = Message.objects.latest("pk").attachments.get()
    path = f"{talk.get_absolute_url()}lampiran/{file.pk}/"
    assert b"".join(opened(client, aceh_head, path).streaming_content) == factories.PDF


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"text": " "}, 400),
        ({"text": "x" * 8001}, 400),
        ({"text": "Surat kami", "files": [ContentFile(b"MZ", name="surat.exe")]}, 400),
        ({"text": "Surat kami", "mentions": ["0"]}, 409),
        ({"text": "Surat kami", "mentions": ["x"]}, 400),
        ({"text": "Surat kami", "quotes": "999999"}, 409),
    ],
)
def test_what_was_typed_stays_when_a_message_is_refused(client, aceh_operator, aceh_head, fields, status):
    talk = thread(aceh_head, A.OFFICE)
    response = send(client, aceh_operator, talk, **fields)
    assert (response.status_code, talk.messages.count()) == (status, 1)
    assert fields["text"].strip() in response.content.decode()


def test_a_resolved_one_takes_no_message_and_keeps_what_was_typed(client, aceh_operator, aceh_head):
    talk = thread(aceh_head, A.OFFICE)
    client.force_login(aceh_head)
    client.post(f"{talk.get_absolute_url()}selesai/", {"note": "Sudah jelas"})
    response = send(client, aceh_operator, talk, text="Satu hal lagi")
    assert response.status_code == 409 and "Satu hal lagi" in response.content.decode()
    assert 'id="tulis"' not in opened(client, aceh_operator, talk.get_absolute_url()).content.decode()
    client.force_login(aceh_head)
    client.post(f"{talk.get_absolute_url()}selesai/", {"note": ""})
    assert send(client, aceh_operator, talk, text="Satu hal lagi").status_code == 302


def test_the_page_of_a_refused_message_leads_back_into_the_conversation(client, aceh_operator, aceh_head):
    talk = thread(aceh_head, A.OFFICE)
    response = opened(client, aceh_operator, f"{talk.get_absolute_url()}pesan/?pesan=3&kutip=3")
    assert response.headers["Location"] == f"{talk.get_absolute_url()}?pesan=3&kutip=3"


def test_somebody_who_may_not_read_it_finds_nothing(client, aceh_head, bali_operator):
    talk = thread(aceh_head, A.OFFICE)
    said = talk.messages.get().pk
    for part in ("", "pesan/?after=0", "orang/", "perluas/", "selesai/", *(
        f"pesan/{said}/{act}/" for act in ("ubah", "hapus", "riwayat", "catat")
    )):  # fmt: skip
        assert opened(client, bali_operator, f"{talk.get_absolute_url()}{part}").status_code == 404, part
    for part in ("pesan/", "ikuti/", f"pesan/{said}/sematkan/"):
        assert client.post(f"{talk.get_absolute_url()}{part}", {"text": "x", "choice": "follow"}).status_code == 404, (
            part
        )


# --- Looking for what is new


def test_a_look_brings_what_is_new_and_nothing_when_there_is_nothing(client, aceh_operator, aceh_head):
    talk = thread(aceh_head, A.OFFICE)
    last = talk.messages.get().pk
    assert look(client, aceh_operator, talk, after=last, seen="").status_code == 204
    new, own = message(talk, aceh_head, "Baru"), message(talk, aceh_operator, "Sendiri")
    response = look(client, aceh_operator, talk, after=last, seen="")
    assert shown(response) == [new.pk, own.pk]
    assert "1 pesan baru di akhir percakapan." in words(response)


def test_a_look_brings_what_was_edited_or_deleted_meanwhile_once(client, aceh_operator, aceh_head):
    talk = thread(aceh_head, A.OFFICE, text="Dua orang.")
    said = talk.messages.get()
    gone, foreign = message(talk, aceh_head, "Rahasia"), thread(aceh_head, A.OFFICE).messages.get()
    asked = {"after": gone.pk, "seen": "", "first": said.pk, "since": ""}
    assert look(client, aceh_operator, talk, **asked).status_code == 204
    services.edit(aceh_head, said, text="Tiga orang.")
    services.edit(aceh_head, foreign, text="Di percakapan lain.")
    found = look(client, aceh_operator, talk, **asked)
    html = found.content.decode()
    assert (
        shown(found),
        "Tiga orang." in html,
        f'id="pesan-{said.pk}" data-post="{said.pk}" data-hx-swap-oob' in html,
    ) == (
        [said.pk],
        True,
        True,
    )
    since = re.search(r'name="since" id="talk-since" value="([^"]+)"', html)[1]
    assert look(client, aceh_operator, talk, **asked | {"since": since}).status_code == 204
    services.delete(aceh_head, gone)
    found = look(client, aceh_operator, talk, **asked | {"since": since})
    assert (shown(found), "Rahasia" in words(found)) == ([gone.pk], False)
    assert "Ada pesan terdahulu yang diubah atau dihapus." in words(found)
    page = opened(client, aceh_operator, talk.get_absolute_url()).content.decode()
    since = re.search(r'name="since" id="talk-since" value="([^"]+)"', page)[1]
    assert look(client, aceh_operator, talk, **asked | {"since": since}).status_code == 204
    for nonsense in ("x", "2026-13-45T00:00:00+00:00", "2026-01-01T00:00:00", "%00", "9" * 400):
        assert look(client, aceh_operator, talk, **asked | {"since": nonsense}).status_code == 200
    assert look(client, aceh_operator, talk, **asked | {"first": "x"}).status_code == 204


def test_a_look_counts_as_read_only_what_was_on_the_screen(client, aceh_operator, aceh_head):
    talk = thread(aceh_head, A.OFFICE)
    first, new = talk.messages.get(), message(talk, aceh_head, "Baru")
    look(client, aceh_operator, talk, after=first.pk, seen="")
    assert not Reader.objects.filter(user=aceh_operator, last_read__gt=0).exists()
    look(client, aceh_operator, talk, after=first.pk, seen=new.pk)  # it cannot have shown more than it has
    assert Reader.objects.get(user=aceh_operator).last_read == first.pk
    look(client, aceh_operator, talk, after=new.pk, seen=new.pk)
    assert Reader.objects.get(user=aceh_operator).last_read == new.pk


def test_a_forgotten_page_does_not_stay_signed_in(client, aceh_operator, aceh_head):
    talk = thread(aceh_head, A.OFFICE)
    client.force_login(aceh_operator)
    session = client.session
    session[USED] = before = int(time.time()) - 3600
    session.save()
    headers = {"X-Background": "1"}
    assert client.get(f"{talk.get_absolute_url()}pesan/", {"after": "999999"}, headers=headers).status_code == 204
    assert client.session[USED] == before
    client.get(talk.get_absolute_url())
    assert client.session[USED] > before


def test_a_look_after_the_session_ended_is_told_so_and_gets_no_page(client, aceh_head):
    talk = thread(aceh_head, A.OFFICE)
    headers = {"X-Background": "1", "Accept": "application/json"}
    assert client.get(f"{talk.get_absolute_url()}pesan/", {"after": "1"}, headers=headers).status_code == 401


@pytest.mark.parametrize("after", ["x", "-1", "9" * 30, "%00", ""])
def test_a_look_for_nonsense_leads_to_the_page(client, aceh_operator, aceh_head, after):
    talk = thread(aceh_head, A.OFFICE)
    assert look(client, aceh_operator, talk, after=after).status_code == 302


# --- People


def test_people_are_suggested_by_the_first_letters(client, aceh_operator, aceh_head, bali_head):
    talk = thread(aceh_head, A.OFFICE)
    response = opened(client, aceh_operator, f"{talk.get_absolute_url()}orang/?q=DINAS_H")
    where = "Dinas Tenaga Kerja Kabupaten 1101"
    about = f"{aceh_head.acting.role_label}, {where}"
    assert response.json() == {"people": [{"id": aceh_head.pk, "name": aceh_head.name, "about": about}]}
    assert opened(client, aceh_operator, f"{talk.get_absolute_url()}orang/?q=zz").json() == {"people": []}


# --- Acts on messages


def test_an_edit_keeps_the_earlier_wording_and_shows_what_differs(client, aceh_operator):
    talk = thread(aceh_operator, A.OFFICE, text="Dua orang siap")
    said = talk.messages.get()
    path = f"/en{talk.get_absolute_url()}pesan/{said.pk}/"
    page = opened(client, aceh_operator, f"{path}ubah/")
    seen = page.context["form"].initial["seen"]
    assert client.post(f"{path}ubah/", {"text": "Tiga orang siap", "seen": seen}).status_code == 302
    again = client.post(f"{path}ubah/", {"text": "Empat orang siap", "seen": seen})
    assert again.status_code == 409 and "Empat orang siap" in again.content.decode()
    told = words(client.get(f"{path}riwayat/"))
    assert "[removed: Dua]" in told and "[added: Tiga]" in told and "First wording" in told
    assert client.post(f"{path}ubah/", {"text": " ", "seen": ""}).status_code == 400


def test_a_deleted_message_leaves_a_tombstone(client, aceh_operator, aceh_head):
    talk = thread(aceh_operator, A.OFFICE, text="Rahasia")
    said = talk.messages.get()
    path = f"/en{talk.get_absolute_url()}"
    opened(client, aceh_operator, f"{path}pesan/{said.pk}/hapus/")
    client.post(f"{path}pesan/{said.pk}/hapus/")
    found = words(opened(client, aceh_head, path))
    assert f"Message deleted by {aceh_operator.name}." in found and "Rahasia" not in found
    for act in ("ubah", "hapus", "riwayat", "catat"):
        assert client.get(f"{path}pesan/{said.pk}/{act}/").status_code == 404


def test_others_neither_edit_nor_delete_nor_pin(client, aceh_operator, aceh_head):
    talk = thread(aceh_head, A.OFFICE)
    path = f"{talk.get_absolute_url()}pesan/{talk.messages.get().pk}/"
    client.force_login(aceh_operator)
    assert {client.get(f"{path}{act}/").status_code for act in ("ubah", "hapus", "catat")} == {403}
    assert client.post(f"{path}sematkan/", {"on": "1"}).status_code == 403
    assert client.get(f"{talk.get_absolute_url()}perluas/").status_code == 403
    assert client.get(f"{talk.get_absolute_url()}selesai/").status_code == 403


def test_what_is_pinned_stands_on_top(client, aceh_head):
    talk = thread(aceh_head, A.OFFICE, text="Baca ini dulu")
    path = f"{talk.get_absolute_url()}pesan/{talk.messages.get().pk}/sematkan/"
    client.force_login(aceh_head)
    client.post(path, {"on": "1"})
    assert 'id="h-pinned"' in client.get(talk.get_absolute_url()).content.decode()
    client.post(path, {"on": "0"})
    assert 'id="h-pinned"' not in client.get(talk.get_absolute_url()).content.decode()


def test_a_fourth_message_is_not_pinned_and_the_page_says_why(client, aceh_head):
    talk = thread(aceh_head, A.OFFICE)
    client.force_login(aceh_head)
    for number in range(4):
        said = message(talk, aceh_head, f"Nomor {number}")
        answer = client.post(f"{talk.get_absolute_url()}pesan/{said.pk}/sematkan/", {"on": "1"}, follow=True)
    assert answer.status_code == 200
    assert "Paling banyak 3 pesan disematkan. Lepaskan yang lain dahulu." in words(answer)


def test_a_decision_is_taken_into_the_record_once(client, aceh_head, aceh_operator, need_aceh):
    perform(NEED, "send_to_head", record=need_aceh, actor=aceh_operator)
    talk = thread(aceh_head, A.OFFICE, record=need_aceh, text="Dua orang dahulu.")
    page = f"/en{talk.get_absolute_url()}"
    path = f"{page}pesan/{talk.messages.get().pk}/catat/"
    assert need_aceh.code in words(opened(client, aceh_head, path))
    assert client.post(path).status_code == 302
    note = log_of(need_aceh).get(action="decision")
    assert (note.comment, client.get(path).status_code) == ("Dua orang dahulu.", 403)
    assert "In the record" in words(client.get(page))


# --- A wider audience


def test_a_widening_says_what_it_brings_about_before_it_is_done(
    client, aceh_operator, aceh_head, aceh_verifier, ppsdm_head
):
    talk = thread(aceh_head, A.OFFICE)
    attachment(message(talk, aceh_operator))
    path = f"/en{talk.get_absolute_url()}perluas/"
    assert "See what that means" in words(opened(client, aceh_head, path))
    told = words(client.get(f"{path}?audience=REGION_MINISTRY"))
    assert "2 people" in told and "2 messages, 1 file" in told and "PPSDM" in told
    before = Thread.objects.get().version
    answer = client.post(f"{path}?audience=REGION_MINISTRY", {"reason": "x", "version": before})
    assert (answer.status_code, Thread.objects.get().audience) == (409, "OFFICE")
    reason = "Kementerian tahu jawabannya."
    answer = client.post(f"{path}?audience=REGION_MINISTRY", {"reason": reason, "version": before})
    assert (answer.status_code, Thread.objects.get().audience) == (302, "REGION_MINISTRY")
    line = words(opened(client, aceh_verifier, path.removesuffix("perluas/")))
    assert f"{aceh_head.name} let more people read along." in line and reason in line


def test_whoever_looked_at_an_older_state_looks_again(client, aceh_head, aceh_verifier):
    talk = thread(aceh_head, A.OFFICE)
    Thread.objects.update(version=5)
    client.force_login(aceh_head)
    path = f"/en{talk.get_absolute_url()}perluas/?audience=REGION"
    answer = client.post(path, {"reason": "Semua kantor perlu tahu.", "version": "4"})
    assert answer.status_code == 409 and "The conversation changed meanwhile." in words(answer)
    assert answer.context["form"].data["version"] == 5


@pytest.mark.parametrize(
    "query", ["?audience=x", "?audience=PARTNER", "?audience=PARTNER&parties=x", "?audience=OFFICE"]
)
def test_a_choice_that_is_none_is_said(client, aceh_head, query):
    talk = thread(aceh_head, A.OFFICE)
    path = f"{talk.get_absolute_url()}perluas/{query}"
    assert opened(client, aceh_head, path).status_code == 400
    assert client.post(path, {"reason": "Semua kantor perlu tahu."}).status_code == 404


def test_what_all_members_read_cannot_become_wider(client, aceh_head):
    talk = thread(aceh_head, A.MEMBERS)
    assert rooms_to_widen(talk) == []
    assert "Nobody can be added now" in words(opened(client, aceh_head, f"/en{talk.get_absolute_url()}perluas/"))


def test_the_parties_are_named(ppsdm_head, jica):
    talk = thread(ppsdm_head, A.PARTNER, parties=(jica,))
    assert shown_room(talk).sentence == "Orang dari PPSDM, semua unit kementerian, dan JICA."


# --- Following


@pytest.mark.parametrize(
    ("choice", "found"),
    [("follow", (True, False)), ("unfollow", (False, False)), ("mute", (False, True)), ("unmute", (True, False))],
)
def test_what_a_reader_wants_to_hear(client, aceh_operator, aceh_head, choice, found):
    talk = thread(aceh_head, A.OFFICE)
    client.force_login(aceh_operator)
    assert client.post(f"{talk.get_absolute_url()}ikuti/", {"choice": choice}).status_code == 302
    reader = Reader.objects.get(user=aceh_operator)
    assert (reader.follows, reader.muted) == found
    assert client.post(f"{talk.get_absolute_url()}ikuti/", {"choice": "x"}).status_code == 404


def test_an_auditor_reads_along_in_silence(client, auditor, aceh_head):
    talk = thread(aceh_head, A.OFFICE)
    html = opened(client, auditor, talk.get_absolute_url()).content.decode()
    assert 'id="tulis"' not in html and "ikuti/" not in html
    assert send(client, auditor, talk).status_code == 403


# --- Panel, home and header


def test_a_record_shows_the_conversations_its_reader_is_in(client, aceh_operator, aceh_head, auditor, need_aceh):
    thread(aceh_head, A.OFFICE, record=need_aceh, title="Jumlah mediator")
    html = opened(client, aceh_operator, f"/en{need_aceh.get_absolute_url()}").content.decode()
    assert "Jumlah mediator" in html and f"/en/forum/baru/?flow=regions.need&amp;code={need_aceh.code}" in html


def test_the_home_and_the_header_say_what_is_unread(client, aceh_operator, aceh_head):
    talk = thread(aceh_head, A.OFFICE, title="Jumlah mediator")
    assert "Jumlah mediator" not in opened(client, aceh_operator, "/en/beranda/").content.decode()
    Reader.objects.create(thread=talk, user=aceh_operator, follows=True)
    client.post(f"{talk.get_absolute_url()}ikuti/", {"choice": "follow"})  # the header counts anew after a write
    html = client.get("/en/beranda/").content.decode()
    assert "Unread in the forum" in html and "Jumlah mediator" in html
    assert 'aria-label="Forum, 1 conversation unread"' in html
    client.get(talk.get_absolute_url())
    html = client.get("/en/beranda/").content.decode()
    assert "Jumlah mediator" not in html and 'aria-label="Forum, 0 conversations unread"' in html


def test_nominees_have_no_forum(client, aceh_regency):
    nominee = factories.member(Role.NOMINEE, aceh_regency)
    assert "/forum/" not in opened(client, nominee, "/beranda/").content.decode()
    assert opened(client, nominee, "/forum/").context["listing"].rows == []
