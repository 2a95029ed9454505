"""Opening conversations and writing in them: what each act leaves behind, and whom it is refused."""

from __future__ import annotations

import datetime as dt

import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.core.files.base import ContentFile
from django.db import connection, transaction
from django.http import Http404
from django.utils import timezone

from accounts.models import Membership
from accounts.roles import DelegationKind, Role
from forum.models import Attachment, Audience, Mention, Message, MessageVersion, Reader, Thread
from forum.rules.access import audiences_for, capacities_in, moderates, reads, writes
from forum.selectors.audiences import shown_room
from forum.selectors.posts import post_of, posts_of, versions_of
from forum.selectors.threads import get_attachment, get_thread, people_to_mention, unread_count, unread_threads
from forum.services import messages as said
from forum.services import threads as talks
from participants.models import Nomination, NominationStatus, Person
from participants.services.people import let_go
from partnerships.models import ProposalStatus
from programs.models import ProgramStatus
from regions.models import NeedStatus
from tests import delegation_factories, factories, nomination_factories, program_factories
from tests.forum.factories import attachment, message, thread
from tests.proposal_factories import open_need, proposal
from tests.races import at_once
from workflow.engine import Refused, Stale, log_of
from workflow.models import LogEntry

pytestmark = pytest.mark.django_db
A = Audience


def refusal(act, *args, **kwargs) -> list[str]:
    """The sentences an act is refused with."""
    with pytest.raises(Refused) as caught:
        act(*args, **kwargs)
    return caught.value.reasons


def log_of_thread(found) -> list[tuple[str, dict]]:
    """(action, data) of everything the log says about a conversation."""
    entries = LogEntry.objects.filter(flow="forum.thread", record_id=found.pk).order_by("seq")
    return [(entry.action, entry.data) for entry in entries]


def followers(found) -> set:
    return set(Reader.objects.filter(thread=found, follows=True).values_list("user", flat=True))


def fresh(user):
    """The same person with nothing remembered from before."""
    return type(user).objects.get(pk=user.pk)


# --- Opening ------------------------------------------------------------------------------------------------


def test_an_operator_opens_a_topic(aceh_operator, aceh_regency, ppsdm_verifier):
    found = talks.open_thread(
        aceh_operator,
        title="  Jadwal\n verifikasi ",
        audience=A.REGION_MINISTRY,
        text="Kapan **mulai**?",
        theme=factories.theme("T07"),
        mentions=[ppsdm_verifier.pk],
    )
    first = found.messages.get()
    assert (found.title, found.audience, found.organisation, found.province, found.theme_id, found.flow) == (
        "Jadwal verifikasi",
        "REGION_MINISTRY",
        aceh_regency,
        "11",
        "T07",
        "",
    )
    assert (found.message_count, found.last_message_at, found.is_open) == (1, first.made_at, True)
    assert (first.text, first.role, first.organisation) == ("Kapan **mulai**?", "DINAS_OP", aceh_regency)
    assert followers(found) == {aceh_operator.pk, ppsdm_verifier.pk}
    assert log_of_thread(found)[0] == ("open", {"audience": "REGION_MINISTRY", "province": "11"})
    action, data = log_of_thread(found)[1]
    assert (action, sorted(data), data["message"], len(data["sha256"])) == (
        "message",
        ["message", "sha256"],
        first.pk,
        64,
    )
    assert "mulai" not in str(LogEntry.objects.filter(flow="forum.thread").values())


OFFERED = {
    "aceh_operator": "OFFICE REGION REGION_MINISTRY PARTNER MEMBERS",
    "aceh_verifier": "OFFICE REGION REGION_MINISTRY PARTNER MEMBERS",
    "ppsdm_verifier": "OFFICE MINISTRY REGION_MINISTRY PARTNER MEMBERS",
    "legal_reviewer": "OFFICE MINISTRY REGION_MINISTRY PARTNER MEMBERS",
    "jica_liaison": "OFFICE PARTNER MEMBERS",
    "auditor": "",
    "administrator": "",
}


@pytest.mark.parametrize("who", OFFERED)
def test_the_audiences_one_may_choose_are_those_one_is_in(who, request):
    user = request.getfixturevalue(who)
    assert [str(a) for a in audiences_for(user)] == OFFERED[who].split()
    for audience in A:
        if audience in audiences_for(user):
            continue
        with pytest.raises((Refused, PermissionDenied)):
            talks.open_thread(user, title="Uji coba", audience=audience, text="Halo.", province="11")
    assert not Thread.objects.exists()


def test_a_region_is_ones_own_and_a_partner_one_that_one_knows(
    aceh_operator, bali_operator, bali, jica, koica, ppsdm_verifier
):
    def opening(actor=aceh_operator, **fields):
        return refusal(talks.open_thread, actor, title="Uji coba", text="Halo.", **fields)

    assert opening(audience=A.REGION, province="51") == ["Pilih provinsi Anda sendiri."]
    assert opening(ppsdm_verifier, audience=A.REGION_MINISTRY) == ["Pilih provinsi yang ikut serta."]
    assert opening(ppsdm_verifier, audience=A.REGION_MINISTRY, province="77") == ["Pilih provinsi yang ikut serta."]
    assert opening(audience=A.PARTNER) == ["Sebutkan paling sedikit satu mitra."]
    unknown = ["Pilih mitra yang program, usulan, atau kerja samanya boleh Anda lihat."]
    assert opening(audience=A.PARTNER, parties=[jica]) == unknown
    program_factories.program(jica)
    found = talks.open_thread(aceh_operator, title="Uji coba", text="Halo.", audience=A.PARTNER, parties=[jica, bali])
    assert set(found.parties.values_list("organisation__code", flat=True)) == {"JICA", "DISNAKER-51"}
    assert opening(audience=A.PARTNER, parties=[jica, koica]) == unknown
    koica.suspended = True
    koica.save()
    assert opening(ppsdm_verifier, audience=A.PARTNER, parties=[koica]) == [
        "KOICA sedang ditangguhkan dan tidak dapat disebut."
    ]


def test_a_thread_needs_a_subject_and_a_first_message(aceh_operator):
    assert refusal(talks.open_thread, aceh_operator, title=" x ", audience=A.OFFICE, text="Halo.") == [
        "Sebutkan dengan singkat apa yang dibicarakan."
    ]
    assert refusal(talks.open_thread, aceh_operator, title="x" * 161, audience=A.OFFICE, text="Halo.") == [
        "Pokok percakapan terdiri atas 161 karakter; yang muat 160."
    ]
    assert refusal(talks.open_thread, aceh_operator, title="Uji coba", audience=A.OFFICE, text=" \u202e\n") == [
        "Tulis pesannya dahulu."
    ]
    assert not Thread.objects.exists()


def test_a_form_sent_twice_opens_one_thread(aceh_operator, bali_operator):
    made = [
        talks.open_thread(aceh_operator, title="Uji coba", audience=A.MEMBERS, text="Halo.", key="k1") for _n in "12"
    ]
    other = talks.open_thread(bali_operator, title="Uji coba", audience=A.MEMBERS, text="Halo.", key="k1")
    assert (made[0].pk == made[1].pk, other.pk == made[0].pk, Message.objects.count()) == (True, False, 2)


@pytest.mark.django_db(transaction=True)
def test_two_requests_at_the_same_moment_make_one_thread_and_one_message(aceh_operator):
    def opens():
        return talks.open_thread(
            fresh(aceh_operator), title="Uji coba", audience=A.MEMBERS, text="Halo.", key="sama"
        ).pk

    assert len(set(at_once(opens, opens, opens))) == 1
    found = Thread.objects.get()

    def writes_once():
        return said.post(fresh(aceh_operator), found, text="Sekali.", key="sekali").pk

    assert len(set(at_once(writes_once, writes_once, writes_once))) == 1
    found.refresh_from_db()
    assert (found.message_count, found.messages.count()) == (2, 2)
    assert [action for action, _data in log_of_thread(found)] == ["open", "message", "message"]


# --- On records ---------------------------------------------------------------------------------------------


def test_nobody_talks_about_a_record_that_does_not_exist_for_them(bali_operator, need_aceh):
    with pytest.raises(Http404):
        talks.open_thread(bali_operator, title="Uji coba", audience=A.OFFICE, text="Halo.", record=need_aceh)


def test_a_draft_is_talked_about_with_those_who_come_to_see_it(
    aceh_operator, need_aceh, aceh_head, aceh_verifier, ppsdm_verifier, bali_operator, jica_liaison
):
    """Whoever chooses the audience is told who reads along once the need was submitted; until then they do not."""
    found = talks.open_thread(aceh_operator, title="Uji", audience=A.REGION_MINISTRY, text="a", record=need_aceh)
    assert (found.flow, found.record_id, found.record_code) == ("regions.need", need_aceh.pk, need_aceh.code)
    assert log_of_thread(found)[0] == (
        "open",
        {"audience": "REGION_MINISTRY", "province": "11", "record": need_aceh.code},
    )
    everyone = (aceh_operator, aceh_head, aceh_verifier, ppsdm_verifier, bali_operator, jica_liaison)
    assert [reads(u, found) for u in everyone] == [True, True, False, False, False, False]
    assert shown_room(found).readers == (
        f"Di antaranya hanya yang boleh melihat {need_aceh.code}.",
        "Saat ini 2 orang: Dinas Tenaga Kerja Kabupaten 1101.",
        f"Begitu {need_aceh.code} terlihat oleh mereka, 2 orang lagi ikut membaca, sejak pesan pertama: "
        "Dinas Tenaga Kerja Provinsi Aceh, PPSDM.",
    )
    type(need_aceh).objects.filter(pk=need_aceh.pk).update(**{"status": NeedStatus.SUBMITTED})
    assert [reads(u, found) for u in everyone] == [True, True, True, True, False, False]
    assert shown_room(found).readers[1:] == (
        "Saat ini 4 orang: Dinas Tenaga Kerja Kabupaten 1101, Dinas Tenaga Kerja Provinsi Aceh, PPSDM.",
    )


def test_a_regency_talks_about_its_own_need_with_its_province_and_the_ministry(
    aceh_operator, aceh_regency, aceh_verifier, ppsdm_verifier
):
    """Other regencies of the province never see it; that does not keep the province and the ministry out."""
    factories.member(Role.DINAS_OP, factories.office("1102"))
    need = factories.need(aceh_regency, status=NeedStatus.MIN_REVIEW)
    for audience, people in ((A.REGION, 2), (A.REGION_MINISTRY, 3), (A.MEMBERS, 3)):
        found = talks.open_thread(aceh_operator, title="Uji", audience=audience, text="a", record=need)
        assert len(list(capacities_in(found))) == people
        assert shown_room(found).readers[1].startswith(f"Saat ini {people} orang: ")


def test_a_need_is_never_talked_about_with_a_partner(aceh_operator, aceh_regency, jica, jica_liaison, ppsdm_verifier):
    need = factories.need(aceh_regency, status=NeedStatus.MIN_REVIEW)
    program_factories.program(jica)
    assert refusal(
        talks.open_thread, aceh_operator, title="Uji coba", audience=A.PARTNER, text="a", record=need, parties=[jica]
    ) == [f"JICA tidak akan pernah boleh melihat {need.code}."]


def test_partners_hear_nothing_of_a_nomination_before_it_was_forwarded(
    aceh, jica, jica_liaison, koica_liaison, ppsdm_verifier
):
    nomination = nomination_factories.nomination(nomination_factories.seats(aceh, jica), NominationStatus.SCREENING)
    actor = ppsdm_verifier
    koica = koica_liaison.acting_organisation
    too_early = [f"Mitra ikut dalam percakapan tentang {nomination.code} setelah diteruskan kepada mereka."]
    for audience, parties in ((A.PARTNER, [jica]), (A.MEMBERS, [])):
        assert (
            refusal(
                talks.open_thread,
                actor,
                title="Uji",
                audience=audience,
                text="a",
                record=nomination,
                parties=parties,
            )
            == too_early
        )
    Nomination.objects.filter(pk=nomination.pk).update(
        **{"status": NominationStatus.FORWARDED, "forwarded_at": timezone.now()}
    )
    nomination = Nomination.objects.get(pk=nomination.pk)
    assert refusal(
        talks.open_thread, actor, title="Uji", audience=A.PARTNER, text="a", record=nomination, parties=[koica]
    ) == [f"KOICA tidak akan pernah boleh melihat {nomination.code}."]
    found = talks.open_thread(actor, title="Uji coba", audience=A.PARTNER, text="a", record=nomination, parties=[jica])
    assert (reads(jica_liaison, found), reads(koica_liaison, found)) == (True, False)


def test_what_is_said_about_a_nomination_names_nobody_where_it_is_kept(
    aceh, jica, ppsdm_head, settings, tmp_path, django_capture_on_commit_callbacks
):
    settings.MEDIA_ROOT = tmp_path
    nomination = nomination_factories.nomination(nomination_factories.seats(aceh, jica), NominationStatus.SCREENING)
    Person.objects.filter(pk=nomination.person_id).update(name="Wulandari Uji")
    nomination = Nomination.objects.get(pk=nomination.pk)
    assert refusal(
        talks.open_thread, ppsdm_head, title="Nilai WULANDARI", audience=A.MINISTRY, text="a", record=nomination
    ) == ["Pokok percakapan tampil dalam pemberitahuan dan surel. Jangan sebut nama orang."]
    found = talks.open_thread(ppsdm_head, title="Nilai tes", audience=A.MINISTRY, text="Baik.", record=nomination)
    made = said.post(ppsdm_head, found, text="Kita pilih Wulandari.", files=[factories.pdf()], mentions=[])
    said.edit(ppsdm_head, made, text="Kita pilih Wulandari!")
    assert refusal(said.take_into_record, ppsdm_head, made) == [
        "Riwayat tidak menyebut nama orang dan tidak dapat dihapus. Tulis keputusannya tanpa nama orang."
    ]
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM portal_searchentry WHERE full_text @@ search_word('wulandari')")
        assert cursor.fetchone() == (0,)
    stored = made.attachments.get().file
    with django_capture_on_commit_callbacks(execute=True):
        let_go(nomination, None, timezone.now(), {})
    found.refresh_from_db()
    assert (found.title, found.message_count) == (nomination.code, 0)
    assert [(p.text, p.html, p.deleted_by) for p in posts_of(ppsdm_head, found)] == [("", "", "Sistem")] * 2
    assert (MessageVersion.objects.count(), Attachment.objects.count()) == (0, 0)
    assert not stored.storage.exists(stored.name)
    assert log_of_thread(found)[-1] == ("forget", {})


def test_an_unpublished_programme_is_talked_about_by_partner_and_ministry(
    jica, jica_head, biroks_officer, aceh_operator, ppsdm
):
    draft = program_factories.program(jica, ProgramStatus.VERIFICATION)
    early = talks.open_thread(biroks_officer, title="Uji coba", audience=A.MEMBERS, text="a", record=draft)
    assert (reads(jica_head, early), reads(aceh_operator, early)) == (True, False)
    assert shown_room(early).readers[-1].startswith(f"Begitu {draft.code} terlihat oleh mereka, 1 orang lagi")
    found = talks.open_thread(jica_head, title="Uji coba", audience=A.PARTNER, text="a", record=draft, parties=[])
    assert (reads(biroks_officer, found), reads(aceh_operator, found)) == (True, False)
    own = program_factories.program(ppsdm)  # the ministry's own course has no partner who could come to see it
    assert talks.open_thread(biroks_officer, title="Uji coba", audience=A.MEMBERS, text="a", record=own)


def test_a_thread_follows_its_record(aceh_operator, aceh_regency, bali, bali_operator, ppsdm_verifier, aceh_verifier):
    """A need that moves to another office: the room stays as chosen, whoever does not see the need any more is out."""
    need = factories.need(aceh_regency, status=NeedStatus.MIN_REVIEW)
    found = talks.open_thread(aceh_operator, title="Uji", audience=A.REGION_MINISTRY, text="a", record=need)
    type(need).objects.filter(pk=need.pk).update(office=bali)
    assert [reads(u, found) for u in (aceh_operator, bali_operator, ppsdm_verifier, aceh_verifier)] == [
        False,
        False,
        True,
        False,
    ]
    need.delete()
    assert [reads(u, found) for u in (aceh_operator, bali_operator, ppsdm_verifier)] == [False, False, False]


# --- Writing ------------------------------------------------------------------------------------------------


def test_what_is_written_is_stored_whole(aceh_operator, aceh_head, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    found = thread(aceh_operator, A.OFFICE)
    first = found.messages.get()
    made = said.post(
        aceh_head,
        found,
        text="Setuju\r\n\u202edengan **ini**\x07 ",
        quotes=first.pk,
        mentions=[aceh_operator.pk],
        files=[factories.pdf("nota.pdf")],
        key="k",
    )
    assert (made.text, made.quotes, made.role) == ("Setuju\ndengan **ini**", first, "DINAS_HEAD")
    assert [(a.name, a.size) for a in made.attachments.all()] == [("nota.pdf", len(factories.PDF))]
    assert [m.user for m in made.mentions.all()] == [aceh_operator]
    post = posts_of(aceh_operator, found, first.pk)[0]
    assert (post.html, post.own, post.new, post.mentions) == (
        "<p>Setuju<br>\ndengan <strong>ini</strong></p>\n",
        False,
        True,
        [aceh_operator.name],
    )
    assert (post.quote.pk, post.quote.text, post.quote.deleted) == (first.pk, "Pesan pertama.", False)
    assert said.post(aceh_head, found, text="lain", key="k") == made
    found.refresh_from_db()
    assert (found.message_count, found.last_message_at) == (2, made.made_at)


def test_what_does_not_fit_is_refused_with_a_sentence(aceh_operator, aceh_head, bali_operator, koica_liaison):
    found, other = thread(aceh_operator, A.OFFICE), thread(aceh_operator, A.MEMBERS)
    foreign = other.messages.get()

    def writing(**fields):
        return refusal(said.post, aceh_operator, found, **{"text": "Halo.", **fields})

    assert writing(text="  ") == ["Tulis pesannya dahulu."]
    assert writing(text="a" * 8001) == [
        "Pesan terdiri atas 8001 karakter; yang muat 8000. Persingkat atau lampirkan berkas."
    ]
    assert writing(quotes=foreign) == ["Hanya pesan dalam percakapan ini yang dapat dikutip."]
    assert writing(quotes="9" * 30) == ["Hanya pesan dalam percakapan ini yang dapat dikutip."]
    outside = ["Salah satu orang yang Anda sebut tidak ikut membaca percakapan ini. Hapus namanya."]
    assert writing(mentions=[bali_operator.pk]) == outside
    assert writing(mentions=["1 or 1=1"]) == outside
    assert writing(mentions=[9**20]) == outside
    assert writing(files=[factories.pdf() for _n in range(6)]) == ["Satu pesan memuat paling banyak 5 berkas."]
    assert writing(files=[ContentFile(b"MZ", name="virus.exe")])[0].startswith("virus.exe: ")
    assert found.messages.count() == 1 and not Attachment.objects.exists()


def test_nobody_writes_faster_than_others_read(aceh_operator):
    found = thread(aceh_operator, A.OFFICE)
    with time_machine.travel(timezone.now() + dt.timedelta(hours=1), tick=False) as clock:
        for _n in range(30):
            said.post(aceh_operator, found, text="Lagi.")
        assert refusal(said.post, aceh_operator, found, text="Lagi.") == [
            "Anda sudah menulis 30 pesan dalam 10 menit. Tunggu sebentar, lalu lanjutkan."
        ]
        clock.shift(601)
        said.post(aceh_operator, found, text="Lagi.")


def test_who_is_outside_finds_nothing_and_who_only_reads_is_silent(aceh_operator, bali_operator, auditor):
    found = thread(aceh_operator, A.OFFICE)
    for act in (said.post, lambda u, t, **k: talks.follow(u, t), lambda u, t, **k: talks.mark_read(u, t, 1)):
        with pytest.raises(Http404):
            act(bali_operator, found, text="Halo.")
    for act in (said.post, lambda u, t, **k: talks.follow(u, t)):
        with pytest.raises(PermissionDenied):
            act(auditor, found, text="Halo.")
    assert get_thread(auditor, found.code) == found
    with pytest.raises(Http404):
        get_thread(bali_operator, found.code)
    with pytest.raises(Http404):
        get_thread(aceh_operator, "UT\x00")


def test_a_suspended_organisation_reads_on_and_is_silent(jica, jica_liaison, ppsdm_verifier):
    found = thread(ppsdm_verifier, A.PARTNER, parties=(jica,))
    jica.suspended = True
    jica.save()
    user = fresh(jica_liaison)
    assert (reads(user, found), writes(user, found)) == (True, False)
    assert refusal(said.post, user, found, text="Halo.") == [
        "JICA sedang ditangguhkan. Anda masih dapat membaca, tetapi tidak dapat menulis."
    ]


# --- Editing, deleting, pinning -----------------------------------------------------------------------------


def test_an_author_edits_and_what_it_said_before_is_kept(aceh_operator, aceh_head):
    found = thread(aceh_operator, A.OFFICE)
    first = found.messages.get()
    said.edit(aceh_operator, first, text="Kedua.", seen_edit="")
    with pytest.raises(Stale):
        said.edit(aceh_operator, first, text="Ketiga.", seen_edit="")
    first.refresh_from_db()
    said.edit(aceh_operator, first, text="Ketiga.", seen_edit=first.edit_mark)
    said.edit(aceh_operator, first, text="Ketiga.")  # nothing changed, nothing is kept
    wordings = versions_of(aceh_head, first)
    assert [w.text for w in versions_of(aceh_head, Message.objects.get(pk=first.pk))] == [
        "Pesan pertama.",
        "Kedua.",
        "Ketiga.",
    ]
    assert [w.until is None for w in wordings] == [False, False, True]
    with pytest.raises(PermissionDenied):
        said.edit(aceh_head, first, text="Bukan saya.")
    assert [a for a, _d in log_of_thread(found)] == ["edit", "edit"]
    talks.resolve(aceh_operator, found)
    assert refusal(said.edit, aceh_operator, first, text="x") == [
        "Percakapan ini sudah selesai. Buka kembali untuk melanjutkan."
    ]


def test_what_was_said_in_another_capacity_is_edited_in_it(aceh_operator, aceh_regency, bali):
    found = thread(aceh_operator, A.MEMBERS)
    Membership.objects.create(user=aceh_operator, organisation=bali, role=Role.DINAS_OP, valid_from=dt.date(2020, 1, 1))
    user = fresh(aceh_operator)
    user.act_as(user.memberships.get(organisation=bali).pk)
    first = found.messages.get()
    assert refusal(said.edit, user, first, text="x") == [
        "Anda menulis pesan ini dalam kapasitas lain. Beralihlah di menu akun, lalu ubah."
    ]
    assert (post_of(user, found, first.pk).may_edit, moderates(user, found)) == (False, False)
    with pytest.raises(PermissionDenied):
        said.delete(user, first)


def test_deleting_leaves_a_tombstone_and_nothing_else(
    aceh_operator, aceh_head, settings, tmp_path, django_capture_on_commit_callbacks
):
    settings.MEDIA_ROOT = tmp_path
    found = thread(aceh_operator, A.OFFICE)
    made = said.post(aceh_operator, found, text="Rahasia.", mentions=[aceh_head.pk], files=[factories.pdf("nota.pdf")])
    said.edit(aceh_operator, made, text="Rahasia lain.")
    answer = said.post(aceh_head, found, text="Balasan.", quotes=made)
    stored = made.attachments.get()
    with django_capture_on_commit_callbacks(execute=True):
        said.delete(aceh_operator, made)
    made.refresh_from_db()
    assert (made.text, made.is_deleted, made.deleted_by) == ("", True, aceh_operator)
    assert [m.objects.count() for m in (MessageVersion, Mention, Attachment)] == [0, 0, 0]
    assert not stored.file.storage.exists(stored.file.name)
    with pytest.raises(Http404):
        get_attachment(aceh_operator, found.code, stored.pk)
    shown = post_of(aceh_head, found, answer.pk).quote
    assert (shown.deleted, shown.text) == (True, "")
    gone = post_of(aceh_head, found, made.pk)
    assert (gone.html, gone.text, gone.deleted_by, gone.may_quote, gone.may_delete) == (
        "",
        "",
        aceh_operator.name,
        False,
        False,
    )
    action, data = log_of_thread(found)[-1]
    assert (action, sorted(data), data["message"]) == ("delete", ["files", "message", "sha256"], made.pk)
    found.refresh_from_db()
    assert found.message_count == 2
    assert refusal(said.delete, aceh_operator, made) == ["Pesan ini sudah dihapus."]
    assert refusal(said.post, aceh_head, found, text="x", quotes=made) == ["Pesan yang Anda kutip sudah dihapus."]
    assert versions_of(aceh_head, made) == []


def test_a_moderator_deletes_and_pins_three_at_most(
    aceh_operator, aceh_head, ppsdm_head, biroks_officer, bali_operator
):
    found = thread(aceh_operator, A.MEMBERS)
    made = [message(found, bali_operator, f"Pesan {n}.") for n in range(5)]
    assert [moderates(u, found) for u in (aceh_operator, aceh_head, ppsdm_head, biroks_officer, bali_operator)] == [
        True,
        True,
        True,
        False,
        False,
    ]
    for other in (biroks_officer, bali_operator):
        with pytest.raises(PermissionDenied):
            said.pin(other, made[0], True)
    with pytest.raises(PermissionDenied):
        said.delete(biroks_officer, made[0])
    for n in range(3):
        said.pin(aceh_head, made[n], True)
    said.pin(aceh_head, made[0], True)  # again: nothing
    assert refusal(said.pin, ppsdm_head, made[3], True) == [
        "Paling banyak 3 pesan disematkan. Lepaskan yang lain dahulu."
    ]
    said.delete(ppsdm_head, made[0])  # what is gone is not pinned either
    said.pin(ppsdm_head, made[3], True)
    said.pin(aceh_operator, made[1], False)
    assert [a for a, _d in log_of_thread(found)] == [
        "pin_message", "pin_message", "pin_message", "delete", "pin_message", "unpin_message",
    ]  # fmt: skip
    assert [p.pk for p in posts_of(bali_operator, found) if p.pinned_at] == [made[2].pk, made[3].pk]


def test_a_resolved_thread_takes_no_messages_until_it_is_reopened(aceh_operator, aceh_head, bali_operator):
    found = thread(aceh_operator, A.MEMBERS)
    with pytest.raises(PermissionDenied):
        talks.resolve(bali_operator, found)
    talks.resolve(aceh_head, found, note="Sudah dijawab.")
    talks.resolve(aceh_operator, found)  # a second click says nothing
    closed = [
        "Percakapan ini sudah selesai. Buka kembali untuk melanjutkan.",
    ]
    assert refusal(said.post, bali_operator, found, text="x") == closed
    found.refresh_from_db()
    assert (found.is_open, found.state.label, found.version) == (False, "Selesai", 2)
    talks.reopen(aceh_operator, found)
    said.post(bali_operator, found, text="Masih ada.")
    assert [p.kind for p in posts_of(bali_operator, found)] == ["TEXT", "RESOLVED", "REOPENED", "TEXT"]
    assert [a for a, _d in log_of_thread(found)] == ["resolve", "reopen", "message"]
    system = found.messages.get(kind="RESOLVED")
    assert refusal(said.delete, aceh_head, system) == ["Keterangan portal dalam percakapan tidak dapat dihapus."]


# --- Into the record ----------------------------------------------------------------------------------------


def test_a_message_becomes_a_note_in_the_records_log_once(
    aceh_operator, aceh_regency, ppsdm_verifier, sekjen, auditor, aceh_verifier
):
    need = factories.need(aceh_regency, status=NeedStatus.MIN_REVIEW)
    found = talks.open_thread(aceh_operator, title="Uji", audience=A.REGION_MINISTRY, text="a", record=need)
    made = said.post(aceh_operator, found, text="Kami **sepakat**: dua orang.\n\n- Aceh")
    assert refusal(said.take_into_record, sekjen, made) == [
        "Hanya pihak yang menanganinya dapat memasukkan keputusan ke riwayat."
    ]
    with pytest.raises(PermissionDenied):
        said.take_into_record(auditor, made)
    assert [post_of(u, found, made.pk).may_record for u in (sekjen, ppsdm_verifier, aceh_operator)] == [
        False,
        True,
        True,
    ]
    said.take_into_record(ppsdm_verifier, made)
    entry = log_of(need).last()
    assert (entry.action, entry.comment, entry.actor, entry.data) == (
        "decision",
        "Kami sepakat: dua orang.\nAceh",
        ppsdm_verifier,
        {"thread": found.code, "message": made.pk, "by_role": "DINAS_OP", "by": "DISNAKER-1101"},
    )
    made.refresh_from_db()
    assert made.recorded_at is not None
    assert refusal(said.take_into_record, ppsdm_verifier, made) == ["Pesan ini sudah tercatat dalam riwayat."]
    assert refusal(said.edit, aceh_operator, made, text="x") == [
        "Pesan ini tercatat dalam riwayat yang tidak dapat diubah. Tulis pesan baru."
    ]
    assert refusal(said.delete, aceh_operator, made) == [
        "Pesan ini tercatat dalam riwayat yang tidak dapat dihapus. Di sini pun pesan tidak dihapus."
    ]
    assert [a for a, _d in log_of_thread(found)] == ["open", "message", "message", "record"]


def test_what_cannot_be_taken_into_a_record(aceh_operator, aceh_regency):
    need = factories.need(aceh_regency, status=NeedStatus.MIN_REVIEW)
    found = thread(aceh_operator, A.OFFICE, record=need)
    topic = thread(aceh_operator, A.OFFICE)
    long = message(found, aceh_operator, "a" * 1001)
    gone = said.delete(aceh_operator, message(found, aceh_operator, "Hilang."))
    only_file = message(found, aceh_operator, "")
    talks.resolve(aceh_operator, found)
    system = found.messages.get(kind="RESOLVED")
    said_by = {
        topic.messages.get(): "Percakapan ini tidak membahas berkas tertentu.",
        long: "Riwayat memuat 1000 karakter. Tulis keputusannya dalam pesan tersendiri yang lebih singkat.",
        gone: "Hanya pesan yang ditulis seseorang yang dapat dimasukkan ke riwayat.",
        system: "Hanya pesan yang ditulis seseorang yang dapat dimasukkan ke riwayat.",
        only_file: "Pesan ini kosong. Tulis keputusannya dalam pesan tersendiri.",
    }
    for made, sentence in said_by.items():
        assert refusal(said.take_into_record, aceh_operator, made) == [sentence]


def test_a_delegation_that_does_not_cover_the_record_reads_and_changes_nothing(aceh_head, aceh_regency, aceh_operator):
    need = factories.need(aceh_regency, status=NeedStatus.MIN_REVIEW)
    found = thread(aceh_operator, A.OFFICE, record=need)
    made = found.messages.get()
    delegate = factories.member(Role.DINAS_OP, factories.office("1102"))
    delegation = delegation_factories.stand_in(
        aceh_head, delegate, DelegationKind.PLH, scopes=("programs.program",)
    ).delegate
    assert (reads(delegation, found), reads(fresh(delegate), found)) == (True, False)
    with pytest.raises(PermissionDenied):
        said.post(delegation, found, text="Halo.")
    with pytest.raises(PermissionDenied):
        said.take_into_record(delegation, made)


def test_who_stands_in_writes_in_that_capacity(aceh_head, aceh_operator, aceh_regency):
    found = thread(aceh_operator, A.OFFICE)
    other = factories.member(Role.DINAS_OP, factories.office("1102"))
    delegate = delegation_factories.stand_in(aceh_head, other).delegate
    made = said.post(delegate, found, text="Sebagai Plh.")
    post = post_of(aceh_operator, found, made.pk)
    assert (made.capacity, post.role, post.organisation) == (
        "PLH",
        "Plh. Kepala Dinas",
        "Dinas Tenaga Kerja Kabupaten 1101",
    )


# --- Who has left, who acts as somebody else ----------------------------------------------------------------


def test_a_membership_that_ended_closes_the_door(aceh_operator, aceh_head):
    found = thread(aceh_operator, A.OFFICE)
    Membership.objects.filter(user=aceh_operator).update(ended_at=timezone.now())
    user = fresh(aceh_operator)
    assert (reads(user, found), unread_count(user), people_to_mention(aceh_head, found)) == (False, 0, [])


def test_two_capacities_are_two_readers(aceh_operator, bali):
    found = thread(aceh_operator, A.OFFICE)
    message(found, aceh_operator)
    Membership.objects.create(user=aceh_operator, organisation=bali, role=Role.DINAS_OP, valid_from=dt.date(2020, 1, 1))
    user = fresh(aceh_operator)
    assert reads(user, found)
    user.act_as(user.memberships.get(organisation=bali).pk)
    assert not reads(user, found)
    with pytest.raises(Http404):
        said.post(user, found, text="Halo.")


# --- Following and reading ----------------------------------------------------------------------------------


def test_who_follows_has_news_until_they_are_read(aceh_operator, aceh_head):
    found = thread(aceh_operator, A.OFFICE)
    talks.follow(aceh_head, found)
    last = said.post(aceh_operator, found, text="Dua.")
    row = unread_threads(aceh_head)[0]
    assert (row.pk, row.unread, unread_count(aceh_operator)) == (found.pk, 2, 0)
    talks.mark_read(aceh_head, found, last.pk)
    talks.mark_read(aceh_head, found, 1)  # never back
    talks.mark_read(aceh_head, found, 10**15)  # never past the last message
    assert Reader.objects.get(user=aceh_head).last_read == last.pk
    assert unread_threads(aceh_head) == []
    said.delete(aceh_operator, said.post(aceh_operator, found, text="Tiga."))
    assert unread_count(aceh_head) == 0  # a tombstone is no news
    said.post(aceh_operator, found, text="Empat.")
    assert unread_count(aceh_head) == 1
    talks.mute(aceh_head, found, True)
    assert unread_count(aceh_head) == 0


def test_who_writes_or_is_mentioned_follows_unless_it_is_muted(aceh_operator, aceh_head, aceh_regency):
    found = thread(aceh_operator, A.OFFICE)
    third = factories.member(Role.DINAS_OP, aceh_regency)
    talks.mute(third, found, True)
    said.post(aceh_head, found, text="Halo.", mentions=[third.pk])
    assert followers(found) == {aceh_operator.pk, aceh_head.pk}
    talks.unfollow(aceh_head, found)
    assert followers(found) == {aceh_operator.pk}
    talks.mute(third, found, False)
    assert followers(found) == {aceh_operator.pk, third.pk}


def test_suggestions_begin_with_what_was_typed(aceh_operator, aceh_head, aceh_regency, bali_operator):
    found = thread(aceh_operator, A.OFFICE)
    type(aceh_head).objects.filter(pk=aceh_head.pk).update(name="Kepala Dinas Uji")
    assert [(p.pk, p.name) for p in people_to_mention(aceh_operator, found, "dinas")] == [
        (aceh_head.pk, "Kepala Dinas Uji")
    ]
    assert people_to_mention(aceh_operator, found, "inas") == []
    assert people_to_mention(aceh_operator, found, "\x00%") == []


def test_a_proposal_brings_its_partner_in_once_it_was_sent(aceh, jica, jica_liaison, koica, ppsdm_verifier):
    program = program_factories.program(jica)
    waiting = proposal(open_need(aceh), program, ProposalStatus.REVIEW)
    found = talks.open_thread(
        ppsdm_verifier, title="Uji", audience=A.PARTNER, text="a", record=waiting, parties=[jica.pk]
    )
    assert not reads(jica_liaison, found)
    assert shown_room(found).readers[-1].endswith("ikut membaca, sejak pesan pertama: JICA.")
    type(waiting).objects.filter(pk=waiting.pk).update(**{"status": ProposalStatus.PARTNER_REVIEW})
    assert reads(jica_liaison, found)
    turned_down = proposal(
        open_need(factories.office("1101")), program, ProposalStatus.DECLINED, declined_by="MINISTRY", sent_at=None
    )
    assert refusal(
        talks.open_thread, ppsdm_verifier, title="Uji", audience=A.PARTNER, text="a", record=turned_down, parties=[jica]
    ) == [f"JICA tidak akan pernah boleh melihat {turned_down.code}."]


def test_the_ministry_s_own_units_cannot_be_named(ppsdm_verifier, biroks, jica):
    assert refusal(
        talks.open_thread, ppsdm_verifier, title="Uji", audience=A.PARTNER, text="a", parties=[biroks, jica]
    ) == ["Sebutkan mitra, dinas, atau balai pelatihan. Kementerian tetap ikut serta."]


def test_nothing_is_half_done(aceh_operator, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    with pytest.raises(Refused), transaction.atomic():
        talks.open_thread(aceh_operator, title="Uji", audience=A.OFFICE, text="a", mentions=[10**6])
    assert not Thread.objects.exists()
    assert attachment(thread(aceh_operator, A.OFFICE).messages.get()).size == len(factories.PDF)
