"""Letting more people into a conversation: never silently, never the other way, and everybody inside is told."""

from __future__ import annotations

import itertools

import pytest
from django.core.exceptions import PermissionDenied

from accounts.models import Organisation, OrganisationKind
from accounts.roles import Role
from forum.models import Audience
from forum.rules.access import Room, is_in, reads
from forum.rules.widening import step_fault, steps_from, widened
from forum.selectors.audiences import nameable, rooms_to_open, rooms_to_widen, shown_room
from forum.selectors.posts import posts_of
from forum.selectors.rooms import widening
from forum.services import messages as said
from forum.services import threads as talks
from regions.models import NeedStatus
from tests import factories, program_factories
from tests.forum.factories import attachment, thread
from tests.forum.test_threads import log_of_thread, refusal
from workflow.engine import Stale

A = Audience
KINDS = {
    OrganisationKind.OFFICE: (Role.DINAS_OP, Role.DINAS_HEAD, Role.PROV_VER),
    OrganisationKind.CENTRE: (Role.DINAS_OP, Role.DINAS_HEAD),
    OrganisationKind.MINISTRY: (Role.PPSDM_VER, Role.LEGAL, Role.AUDITOR, Role.ADMIN, Role.NOMINEE),
    OrganisationKind.PARTNER: (Role.PARTNER_OFF, Role.PARTNER_HEAD),
    OrganisationKind.CENTRAL: (),
}


def every_organisation() -> list[Organisation]:
    """Two of every kind in every place: a province, a regency of it, another province, nowhere."""
    places = itertools.product(KINDS, ("11", "1101", "51", ""), (1, 2))
    return [
        Organisation(pk=n, code=f"O{n}", kind=kind, region_code=place)
        for n, (kind, place, _twin) in enumerate(places, start=1)
    ]


def test_no_widening_ever_shuts_somebody_out():
    """Over every kind of organisation that opens, every audience, province and named party: who was in stays in."""
    organisations = every_organisation()
    everyone = [(role, o) for o in organisations for role in Role]  # also roles that do not fit the organisation
    tried = allowed = 0
    for own in organisations[::2]:
        for audience, province, named in itertools.product(A, ("", "11", "51"), (frozenset(), frozenset({1, 25}))):
            before = Room(audience, own.pk, province, named if audience == A.PARTNER else frozenset())
            inside = {(role, o.pk) for role, o in everyone if is_in(role, o, before)}
            for target, where, more in itertools.product(A, ("", "11", "51"), ((), (33,))):
                after = widened(before, target, where, more)
                tried += 1
                if step_fault(before, after, own):
                    continue
                allowed += 1
                now = {(role, o.pk) for role, o in everyone if is_in(role, o, after)}
                if own.kind != OrganisationKind.MINISTRY:
                    lost = inside - now
                else:  # in a unit of the ministry nobody holds a role of an office or a partner
                    lost = {(r, pk) for r, pk in inside - now if r in KINDS[own.kind]}
                assert not lost, (own.kind, before, after)
    assert (tried, allowed > 1000) == (len(organisations) // 2 * 6 * 6 * 36, True)


STEPS = {
    # kind of the organisation, audience: where it may go
    ("OFFICE", "OFFICE"): "REGION REGION_MINISTRY PARTNER MEMBERS",
    ("CENTRE", "OFFICE"): "REGION_MINISTRY PARTNER MEMBERS",
    ("MINISTRY", "OFFICE"): "MINISTRY REGION_MINISTRY PARTNER MEMBERS",
    ("PARTNER", "OFFICE"): "PARTNER MEMBERS",
    ("OFFICE", "REGION"): "REGION_MINISTRY MEMBERS",
    ("OFFICE", "REGION_MINISTRY"): "MEMBERS",
    ("MINISTRY", "MINISTRY"): "REGION_MINISTRY PARTNER MEMBERS",
    ("OFFICE", "PARTNER"): "PARTNER MEMBERS",
    ("PARTNER", "PARTNER"): "PARTNER MEMBERS",
    ("OFFICE", "MEMBERS"): "",
}


@pytest.mark.parametrize("case", STEPS)
def test_the_steps_a_conversation_may_take(case):
    kind, audience = case
    own = Organisation(pk=1, kind=kind, region_code="11")
    room = Room(audience, 1, "11" if audience.startswith("REGION") else "")
    assert " ".join(str(step) for step in steps_from(room, own)) == STEPS[case]


# --- The act ------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_widening_says_from_what_to_what_and_why(
    aceh_operator, aceh_verifier, aceh_head, ppsdm_verifier, bali_operator, settings, tmp_path
):
    settings.MEDIA_ROOT = tmp_path
    found = thread(aceh_operator, A.REGION)
    attachment(found.messages.get())
    shown = widening(aceh_operator, found, A.REGION_MINISTRY)
    assert (shown.before, shown.after, shown.refusal, shown.people, shown.organisations, shown.groups) == (
        "dinas di Provinsi Aceh",
        "dinas di Provinsi Aceh dan kementerian",
        "",
        1,
        ("PPSDM",),
        (("Kemnaker", 1),),
    )
    assert (shown.messages, shown.files, shown.version) == (1, 1, 1)
    assert not reads(ppsdm_verifier, found)
    talks.widen(aceh_operator, found, audience=A.REGION_MINISTRY, reason="Perlu jawaban PPSDM.", version=shown.version)
    found.refresh_from_db()
    assert (found.audience, found.province, found.version) == ("REGION_MINISTRY", "11", 2)
    assert [reads(u, found) for u in (ppsdm_verifier, aceh_verifier, aceh_operator, bali_operator)] == [
        True,
        True,
        True,
        False,
    ]
    last = posts_of(ppsdm_verifier, found)[-1]
    assert (last.kind, last.html) == (
        "WIDENED",
        "<p>Hingga kini dibaca oleh: dinas di Provinsi Aceh. "
        "Mulai sekarang: dinas di Provinsi Aceh dan kementerian.</p>"
        "<p>Perlu jawaban PPSDM.</p>\n",
    )
    assert log_of_thread(found) == [
        (
            "widen",
            {
                "before": {"audience": "REGION", "province": "11"},
                "after": {"audience": "REGION_MINISTRY", "province": "11"},
            },
        )
    ]


@pytest.mark.django_db
def test_more_organisations_are_added_and_nobody_is_dropped(ppsdm_head, jica, koica, jica_liaison, koica_liaison):
    found = thread(ppsdm_head, A.PARTNER, parties=(jica,))
    shown = widening(ppsdm_head, found, A.PARTNER, parties=[koica])
    assert (shown.before, shown.after, shown.organisations) == (
        "kementerian dan PPSDM, JICA",
        "kementerian dan PPSDM, JICA, KOICA",
        ("KOICA",),
    )
    talks.widen(ppsdm_head, found, audience=A.PARTNER, parties=[koica], reason="KOICA ikut serta.", version=1)
    found.refresh_from_db()
    assert [reads(u, found) for u in (jica_liaison, koica_liaison)] == [True, True]
    assert refusal(
        talks.widen, ppsdm_head, found, audience=A.PARTNER, parties=[koica], reason="Sekali lagi.", version=2
    ) == ["Tidak ada yang berubah: semua yang disebut sudah ikut membaca."]


@pytest.mark.django_db
def test_who_may_not_widen_and_when(aceh_operator, aceh_head, aceh_verifier, bali_operator, ppsdm_head, jica):
    found = thread(aceh_operator, A.REGION_MINISTRY)

    def widen(actor, **fields):
        return talks.widen(actor, found, **{"reason": "Alasan cukup.", "version": 1, "audience": A.MEMBERS, **fields})

    with pytest.raises(PermissionDenied):
        widen(aceh_verifier)
    assert refusal(widen, aceh_head, reason="pendek") == ["Sebutkan alasannya, paling sedikit 10 karakter."]
    assert refusal(widen, aceh_head, reason="x" * 501) == ["Alasan terdiri atas 501 karakter; yang muat 500."]
    narrower = ["Audiens ini tidak dapat dipilih: ada pihak yang kini ikut membaca akan tersisih."]
    for audience in (A.OFFICE, A.REGION, A.MINISTRY):
        assert refusal(widen, aceh_head, audience=audience) == narrower
    assert refusal(widen, aceh_head, audience=A.PARTNER, parties=[jica]) == narrower
    assert refusal(widen, aceh_head, audience=A.REGION_MINISTRY, province="51") == [
        "Tidak ada yang berubah: semua yang disebut sudah ikut membaca."
    ]
    widen(ppsdm_head)
    with pytest.raises(Stale):
        widen(aceh_head)
    assert [action for action, _data in log_of_thread(found)] == ["widen"]


@pytest.mark.django_db
def test_an_office_s_conversation_keeps_its_office_when_the_ministry_alone_is_asked_for(aceh_operator):
    found = thread(aceh_operator, A.OFFICE)
    assert refusal(talks.widen, aceh_operator, found, audience=A.MINISTRY, reason="Alasan cukup.", version=1) == [
        "Audiens ini tidak dapat dipilih: ada pihak yang kini ikut membaca akan tersisih."
    ]


def offered(rooms) -> dict[str, str]:
    """{audience: why it cannot be chosen}."""
    return {room.value: room.refusal for room in rooms}


@pytest.mark.django_db
def test_on_a_record_a_widening_lets_in_who_sees_it_and_says_who_comes_later(
    aceh_operator, need_aceh, aceh_verifier, ppsdm_verifier
):
    found = thread(aceh_operator, A.OFFICE, record=need_aceh)
    assert offered(rooms_to_widen(found)) == {
        "REGION": "",
        "REGION_MINISTRY": "",
        "PARTNER": f"Tidak ada mitra yang akan pernah boleh melihat {need_aceh.code}.",
        "MEMBERS": "",
    }
    shown = widening(aceh_operator, found, A.REGION)
    assert (shown.refusal, shown.people, shown.later) == (
        "",
        0,
        f"Begitu {need_aceh.code} terlihat oleh mereka, 1 orang lagi ikut membaca, sejak pesan pertama: "
        "Dinas Tenaga Kerja Provinsi Aceh.",
    )
    talks.widen(aceh_operator, found, audience=A.REGION, reason="Alasan cukup.", version=1)
    found.refresh_from_db()
    assert (reads(aceh_verifier, found), reads(ppsdm_verifier, found)) == (False, False)
    assert shown_room(found).readers[-1] == shown.later
    type(need_aceh).objects.filter(pk=need_aceh.pk).update(**{"status": NeedStatus.MIN_REVIEW})
    assert (reads(aceh_verifier, found), reads(ppsdm_verifier, found)) == (True, False)
    assert shown_room(found).readers == (
        f"Di antaranya hanya yang boleh melihat {need_aceh.code}.",
        "Saat ini 2 orang: Dinas Tenaga Kerja Kabupaten 1101, Dinas Tenaga Kerja Provinsi Aceh.",
    )


@pytest.mark.django_db
def test_a_resolved_conversation_is_not_widened(aceh_operator):
    found = talks.resolve(aceh_operator, thread(aceh_operator, A.OFFICE))
    assert refusal(
        talks.widen, aceh_operator, found, audience=A.MEMBERS, reason="Alasan cukup.", version=found.version
    ) == ["Percakapan ini sudah selesai. Buka kembali dahulu."]


@pytest.mark.django_db
def test_partners_that_are_only_negotiated_with_are_nobodys_to_name(
    aceh_operator, ppsdm_verifier, jica_liaison, jica, koica, bali
):
    program_factories.program(koica)
    assert [set(nameable(u).values_list("code", flat=True)) for u in (aceh_operator, ppsdm_verifier, jica_liaison)] == [
        {"KOICA", "DISNAKER-51"},
        {"JICA", "KOICA", "DISNAKER-51", "DISNAKER-1101"},
        {"DISNAKER-51", "DISNAKER-1101"},
    ]


@pytest.mark.django_db
def test_audiences_that_a_record_never_allows_come_with_their_reason(
    aceh_operator, need_aceh, aceh, jica_liaison, bali_operator
):
    """Nobody else in the province, and no partner ever: what nobody else could read cannot be chosen."""
    alone = f"Selain kantor Anda, tidak ada pihak dari audiens ini yang akan pernah boleh melihat {need_aceh.code}."
    found = {
        "OFFICE": "",
        "REGION": alone,
        "REGION_MINISTRY": "",
        "PARTNER": f"Tidak ada mitra yang akan pernah boleh melihat {need_aceh.code}.",
        "MEMBERS": "",
    }
    assert offered(rooms_to_open(aceh_operator, need_aceh)) == found
    factories.member(Role.PROV_VER, aceh)
    assert offered(rooms_to_open(aceh_operator, need_aceh)) == found | {"REGION": ""}
    type(need_aceh).objects.filter(pk=need_aceh.pk).update(**{"status": NeedStatus.WITHDRAWN})
    need_aceh.refresh_from_db()  # a draft that was never filed stays the office's own
    assert offered(rooms_to_open(aceh_operator, need_aceh)) == found | {"REGION_MINISTRY": alone, "MEMBERS": alone}
    assert offered(rooms_to_open(aceh_operator)) == {
        str(a): "" for a in (A.OFFICE, A.REGION, A.REGION_MINISTRY, A.PARTNER, A.MEMBERS)
    }


@pytest.mark.django_db
def test_a_record_s_log_is_not_written_from_a_conversation_by_who_only_reads_it(aceh_regency, aceh_operator, sekjen):
    """Taking a message into the record shows it to everyone who sees the record: a widening of its own kind."""
    need = factories.need(aceh_regency, status=NeedStatus.MIN_REVIEW)
    found = thread(aceh_operator, A.REGION_MINISTRY, record=need, province="11")
    assert refusal(said.take_into_record, sekjen, found.messages.get()) == [
        "Hanya pihak yang menanganinya dapat memasukkan keputusan ke riwayat."
    ]
