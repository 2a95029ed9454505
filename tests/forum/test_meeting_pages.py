"""Pages of meetings: from the first line to the sending, inviting many, answering, lists, print, panels."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Organisation
from accounts.roles import Role
from forum.models import Answer, Meeting
from forum.services import meetings as services
from tests import factories
from tests.meeting_factories import at, begun, draft, fields, in_state, item, sent
from tests.proposal_factories import open_need

pytestmark = pytest.mark.django_db


def queries(client, url: str) -> int:
    """How many queries a page takes, once the counts of the frame are kept."""
    client.get(url)
    with CaptureQueriesContext(connection) as captured:
        assert client.get(url).status_code == 200
    return len(captured)


def text(answer) -> str:
    return answer.content.decode()


def typed_plan(**more) -> dict:
    """What the form of a plan sends: one item, ten days ahead, 09.00 to 11.30 in Denpasar."""
    day = (timezone.localdate() + dt.timedelta(days=10)).isoformat()
    return {
        "kind": "PANEL",
        "title": "Panel penilaian",
        "purpose": "Menilai usulan.",
        "day": day,
        "begins": "09.00",
        "ends": "11:30",
        "last_day": "",
        "zone": "Asia/Makassar",
        "place": "Aula",
        "link": "",
        "acara-TOTAL_FORMS": "3",
        "acara-INITIAL_FORMS": "0",
        "acara-MIN_NUM_FORMS": "0",
        "acara-MAX_NUM_FORMS": "30",
        "acara-0-title": "Pembukaan",
        "acara-0-minutes": "15",
        "acara-0-record": "",
        "acara-1-title": "",
        **more,
    }


def typed_again(meeting, **more) -> dict:
    """The same form of a meeting that exists, with its items."""
    rows = list(meeting.agenda.all())
    found = typed_plan(version=str(meeting.version), title=meeting.title, **{"acara-INITIAL_FORMS": str(len(rows))})
    for number, row in enumerate(rows):
        found |= {f"acara-{number}-pk": str(row.pk), f"acara-{number}-title": row.title}
    return found | more


# --- Planning


def test_from_the_first_line_to_the_invitations(client, biroks_officer, jica, jica_liaison, aceh_regency):
    need = open_need(aceh_regency, people=2)
    client.force_login(biroks_officer)
    made = client.post("/rapat/baru/", typed_plan(**{"acara-0-record": need.code}))
    meeting = Meeting.objects.get()
    assert made.url == f"/rapat/{meeting.code}/undangan/"
    assert (meeting.status, meeting.organiser.code, meeting.starts_at.astimezone(dt.UTC).time(), meeting.zone) == (
        "DRAFT",
        "BIRO-KS",
        dt.time(1, 0),
        "Asia/Makassar",
    )
    assert [(i.title, i.minutes, i.record_code) for i in meeting.agenda.all()] == [("Pembukaan", 15, need.code)]
    invited = client.post(made.url, {"act": "invite", "organisation": [str(jica.pk)], "version": "1"})
    assert invited.status_code == 302
    shown = text(client.get(f"/rapat/{meeting.code}/send/"))
    assert "Aula" in shown
    assert client.post(f"/rapat/{meeting.code}/send/", {}).url == f"/rapat/{meeting.code}/"
    client.force_login(jica_liaison)
    page = text(client.get(f"/rapat/{meeting.code}/"))
    assert (need.code in page, "Pembukaan" in page, "Panel penilaian" in page) == (False, True, True)


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"title": ""}, "title"),
        ({"ends": "08:00"}, "ends"),
        ({"day": "2020-01-02"}, "day"),
        ({"begins": "kapan"}, "begins"),
        ({"zone": "Europe/Berlin"}, "zone"),
        ({"link": "http://rapat.example.test/"}, "link"),
        ({"link": "https://"}, "link"),
        ({"link": "javascript:alert(1)"}, "link"),
        ({"last_day": "2099-01-01"}, "last_day"),
    ],
)
def test_what_does_not_fit_is_said_beside_its_field_and_nothing_is_lost(client, biroks_officer, more, field):
    client.force_login(biroks_officer)
    answer = client.post("/rapat/baru/", typed_plan(**more))
    assert (answer.status_code, list(answer.context["form"].errors)) == (400, [field])
    assert "Menilai usulan." in text(answer)
    assert Meeting.objects.count() == 0


def test_a_code_nobody_may_see_and_one_that_does_not_exist_are_refused_alike(client, jica_liaison, aceh_regency):
    need = open_need(aceh_regency, people=2)
    client.force_login(jica_liaison)
    said = []
    for code in (need.code, "KB-1999-9999"):
        answer = client.post("/rapat/baru/", typed_plan(**{"acara-0-record": code}))
        said.append((answer.status_code, answer.context["items"].errors[0]))
    assert said[0] == said[1]
    assert said[0][0] == 400
    assert list(said[0][1]) == ["record"]


def test_an_agenda_is_reordered_shortened_and_keeps_what_its_writer_cannot_see(
    client, biroks_officer, biroks, jica, aceh_regency, legal_reviewer
):
    need = open_need(aceh_regency, people=2)
    meeting = sent(biroks_officer, jica, agenda=[item("Satu"), item("Dua", 20, need), item("Tiga")])
    blind = factories.member(Role.LEGAL, biroks)
    client.force_login(blind)
    form = client.get(f"/rapat/{meeting.code}/ubah/")
    assert need.code not in text(form)
    data = typed_again(
        meeting,
        **{"acara-0-position": "3", "acara-1-position": "1", "acara-2-remove": "on", "acara-1-minutes": "25"},
    )
    data |= {"acara-TOTAL_FORMS": "4", "acara-3-title": ""}
    assert client.post(f"/rapat/{meeting.code}/ubah/", data).status_code == 302
    found = list(meeting.agenda.values_list("title", "minutes", "record_code"))
    assert found == [("Dua", 25, need.code), ("Satu", 15, "")]


def test_what_a_writer_cannot_see_stays_on_its_item_when_the_rows_have_moved_meanwhile(
    client, biroks_officer, biroks, jica, aceh_regency
):
    """The form was opened before somebody put the items into another order: keys count, not rows."""
    need = open_need(aceh_regency, people=2)
    meeting = sent(biroks_officer, jica, agenda=[item("Satu"), item("Dua", 20, need)])
    blind = factories.member(Role.LEGAL, biroks)
    first, second = meeting.agenda.all()
    client.force_login(blind)
    data = typed_again(meeting)
    swapped = [{"pk": i.pk, "title": i.title, "minutes": i.minutes, "keep": True} for i in (second, first)]
    services.change_plan(meeting, biroks_officer, fields={}, agenda=swapped, version=None)
    assert client.post(f"/rapat/{meeting.code}/ubah/", data).status_code == 409
    data["version"] = Meeting.objects.get(pk=meeting.pk).version
    assert client.post(f"/rapat/{meeting.code}/ubah/", data).status_code == 302
    assert list(meeting.agenda.values_list("title", "record_code")) == [("Satu", ""), ("Dua", need.code)]


def test_a_refusal_says_whose_the_page_is(client, biroks_officer, jica, jica_liaison, auditor):
    meeting = sent(biroks_officer, jica)
    said = {}
    for person, page in ((jica_liaison, "ubah/"), (auditor, "jawab/"), (auditor, "undangan.ics")):
        client.force_login(person)
        answer = client.get(f"/en/rapat/{meeting.code}/{page}")
        said[page] = (answer.status_code, "Organiser" in text(answer), "Whoever is asked to come" in text(answer))
    assert said == {
        "ubah/": (403, True, False),
        "jawab/": (403, False, True),
        "undangan.ics": (403, False, True),
    }


def test_who_saves_second_is_told_keeps_their_words_and_may_decide_again(client, biroks_officer, biroks_head, jica):
    meeting = sent(biroks_officer, jica)
    data = typed_again(meeting, title="Judul saya")
    services.change_plan(meeting, biroks_head, fields=fields(title="Judul lain"), agenda=[], version=meeting.version)
    client.force_login(biroks_officer)
    answer = client.post(f"/rapat/{meeting.code}/ubah/", data)
    assert (answer.status_code, "Judul saya" in text(answer)) == (409, True)
    meeting.refresh_from_db()
    assert meeting.title == "Judul lain"
    again = client.post(f"/rapat/{meeting.code}/ubah/", {**data, "version": str(meeting.version), "acara-0-pk": ""})
    meeting.refresh_from_db()
    assert (again.status_code, meeting.title) == (302, "Judul saya")


def test_before_a_sent_meeting_is_changed_the_page_says_how_many_are_told(client, biroks_officer, jica, jica_liaison):
    for meeting, said in ((draft(biroks_officer, jica), False), (sent(biroks_officer, jica), True)):
        client.force_login(biroks_officer)
        page = client.get(f"/en/rapat/{meeting.code}/ubah/")
        assert ("gets a mail (1 organisation, 1 person)" in text(page)) is said


def test_only_those_who_take_part_plan_meetings(client, auditor, administrator):
    for person in (auditor, administrator):
        client.force_login(person)
        assert client.get("/rapat/baru/").status_code == 403
        assert client.post("/rapat/baru/", typed_plan()).status_code == 403
    assert Meeting.objects.count() == 0


# --- Invitations


def test_a_group_is_invited_at_once_while_it_is_a_draft(client, biroks_officer, aceh, aceh_regency, bali):
    meeting = draft(biroks_officer)
    client.force_login(biroks_officer)
    url = f"/rapat/{meeting.code}/undangan/"
    sent_form = {"act": "invite", "group": "province:11", "role": "DINAS_HEAD", "version": str(meeting.version)}
    assert client.post(url, sent_form).status_code == 302
    found = set(meeting.invitees.values_list("organisation__code", "role"))
    assert found == {("DISNAKER-11", "DINAS_HEAD"), ("DISNAKER-1101", "DINAS_HEAD")}
    meeting.refresh_from_db()
    gone = {"act": "uninvite", "group": "province:11", "version": str(meeting.version)}
    assert client.post(url, gone).status_code == 302
    assert meeting.invitees.count() == 0


def test_after_the_sending_one_sees_first_how_many_get_a_mail(client, biroks_officer, jica, koica, koica_head):
    meeting = sent(biroks_officer, jica)
    client.force_login(biroks_officer)
    url = f"/en/rapat/{meeting.code}/undangan/"
    form = {"act": "invite", "organisation": [str(koica.pk)], "version": str(meeting.version)}
    first = client.post(url, form)
    assert (first.status_code, meeting.invitees.count()) == (200, 1)
    assert "Invite 1 organisation?" in text(first)
    assert "1 more person gets one at once." in text(first)
    assert client.post(url, {**form, "confirm": "1"}).status_code == 302
    assert set(meeting.invitees.values_list("organisation__code", flat=True)) == {"JICA", "KOICA"}
    row = meeting.invitees.get(organisation=koica)
    meeting.refresh_from_db()
    gone = {"act": "uninvite", "invitee": [str(row.pk)], "version": str(meeting.version)}
    assert "they are no longer asked to come" in text(client.post(url, gone))
    assert client.post(url, {**gone, "confirm": "1"}).status_code == 302
    assert set(meeting.invitees.values_list("organisation__code", flat=True)) == {"JICA"}


def test_nonsense_and_strangers_are_refused_with_a_sentence(client, aceh_operator, bali, jica):
    meeting = draft(aceh_operator, jica)
    client.force_login(aceh_operator)
    url = f"/rapat/{meeting.code}/undangan/"
    forms = (
        {"act": "invite", "organisation": [str(bali.pk)]},
        {"act": "invite", "organisation": ["9" * 18]},
        {"act": "invite", "organisation": ["satu", "\x00", "-1"]},
        {"act": "invite", "group": "provincial"},
        {"act": "invite", "organisation": [str(jica.pk)]},
        {"act": "invite", "role": "RAJA", "organisation": [str(jica.pk)]},
        {"act": "uninvite", "invitee": ["9999999"]},
        {},
    )
    assert [client.post(url, form).status_code for form in forms] == [400] * len(forms)
    assert list(meeting.invitees.values_list("organisation__code", flat=True)) == ["JICA"]


def test_offered_are_only_those_one_may_invite_and_who_is_not_asked_yet(client, aceh_operator, bali, jica, koica, aceh):
    meeting = draft(aceh_operator, jica, (koica, Role.PARTNER_HEAD))
    client.force_login(aceh_operator)
    offered = client.get(f"/rapat/{meeting.code}/undangan/").context["candidates"]
    assert {o.code for o in offered.rows} == {"DISNAKER-11", "DISNAKER-1101", "KOICA"}
    assert offered.few is True


def test_hundreds_of_offices_are_shown_with_as_many_queries_as_one(client, biroks_officer, aceh):
    Organisation.objects.bulk_create(
        Organisation(code=f"DISNAKER-11{n:02d}", kind="OFFICE", name_id=f"Dinas {n:03d}", region_code=f"11{n:02d}")
        for n in range(1, 100)
    )
    one = sent(biroks_officer, aceh)
    many = sent(biroks_officer, *Organisation.objects.filter(region_code__startswith="11"))
    client.force_login(biroks_officer)
    pages = ("", "undangan/", "cetak/", "ubah/")
    counts = [[queries(client, f"/rapat/{meeting.code}/{page}") for page in pages] for meeting in (one, many)]
    assert (counts[0], many.invitees.count()) == (counts[1], 100)


# --- Answers


def test_the_mails_link_leads_through_the_sign_in_to_a_chosen_answer(client, biroks_officer, jica, jica_liaison):
    meeting = sent(biroks_officer, jica)
    url = f"/rapat/{meeting.code}/jawab/?reply=NO"
    away = client.get(url)
    assert (away.status_code, "next=" in away.url) == (302, True)
    client.force_login(jica_liaison)
    page = client.get(url)
    assert (page.context["form"]["reply"].value(), Answer.objects.count()) == ("NO", 0)
    said = {"reply": "NO", "note": "Perjalanan dinas.", "sequence": "0"}
    assert client.post(f"/rapat/{meeting.code}/jawab/", said).url == f"/rapat/{meeting.code}/"
    answer = Answer.objects.get()
    assert (answer.reply, answer.note) == ("NO", "Perjalanan dinas.")


def test_an_answer_that_is_too_long_unknown_or_too_late_is_not_taken(client, biroks_officer, jica, jica_liaison):
    meeting = sent(biroks_officer, jica)
    client.force_login(jica_liaison)
    url = f"/rapat/{meeting.code}/jawab/"
    codes = [
        client.post(url, {"reply": "YES", "note": "x" * 301}).status_code,
        client.post(url, {"reply": "BARANGKALI"}).status_code,
        client.post(url, {}).status_code,
        client.post(url, {"reply": "YES", "sequence": "7"}).status_code,
    ]
    begun(meeting)
    codes.append(client.post(url, {"reply": "YES"}).status_code)
    assert (codes, Answer.objects.count()) == ([400, 400, 400, 409, 409], 0)


def test_names_and_notes_are_for_the_organiser_alone(client, biroks_officer, jica, jica_head, jica_liaison, auditor):
    meeting = sent(biroks_officer, jica)
    services.answer(meeting, jica_head, reply="YES", text="Datang dengan dua orang.")
    seen = {}
    for person in (biroks_officer, jica_liaison, auditor):
        client.force_login(person)
        page = text(client.get(f"/rapat/{meeting.code}/"))
        seen[person.acting_role] = (jica_head.name in page, "Datang dengan dua orang." in page)
    assert seen == {"BIROKS_OFF": (True, True), "PARTNER_OFF": (False, False), "AUDITOR": (False, False)}


def test_the_video_link_is_on_the_pages_of_those_who_were_asked_alone(
    client, biroks_officer, jica, jica_liaison, auditor
):
    link = "https://rapat.example.test/rahasia"
    meeting = sent(biroks_officer, jica, link=link)
    seen = {}
    for person in (biroks_officer, jica_liaison, auditor):
        client.force_login(person)
        pages = [text(client.get(f"/rapat/{meeting.code}/{page}")) for page in ("", "cetak/")]
        seen[person.acting_role] = [link in page for page in pages]
    assert seen == {"BIROKS_OFF": [True, True], "PARTNER_OFF": [True, True], "AUDITOR": [False, False]}
    begun(meeting, hours=48)
    client.force_login(jica_liaison)
    assert link not in text(client.get(f"/rapat/{meeting.code}/"))


def test_guests_read_nothing_of_what_the_draft_went_through(client, biroks_officer, jica, jica_liaison):
    meeting = draft(biroks_officer, jica, title="Judul rahasia semula")
    services.change_plan(meeting, biroks_officer, fields=fields(title="Judul"), agenda=[], version=None)
    client.force_login(biroks_officer)
    client.post(f"/rapat/{meeting.code}/send/", {})
    organiser = text(client.get(f"/rapat/{meeting.code}/"))
    client.force_login(jica_liaison)
    guest = text(client.get(f"/rapat/{meeting.code}/"))
    assert ("Judul rahasia semula" in organiser, "Judul rahasia semula" in guest) == (True, False)


# --- Lists


def test_each_view_of_the_list_holds_what_its_name_says(client, biroks_officer, ppsdm_verifier, ppsdm):
    coming = sent(biroks_officer, ppsdm, title="Datang")
    answered = sent(biroks_officer, ppsdm, title="Sudah dijawab")
    services.answer(answered, ppsdm_verifier, reply="YES")
    cancelled = in_state(biroks_officer, "CANCELLED", ppsdm)
    past = begun(sent(biroks_officer, ppsdm), hours=3)
    held = begun(in_state(biroks_officer, "HELD", ppsdm), hours=3)
    draft(biroks_officer, ppsdm)
    own = draft(ppsdm_verifier)
    client.force_login(ppsdm_verifier)
    found = {}
    for tab in ("", "coming", "answer", "organised", "past"):
        found[tab] = {row.pk for row in client.get(f"/rapat/?tab={tab}").context["listing"].rows}
    assert found == {
        "": {coming.pk, answered.pk},
        "coming": {coming.pk, answered.pk},
        "answer": {coming.pk},
        "organised": {own.pk},
        "past": {cancelled.pk, past.pk, held.pk},
    }
    tabs = {tab["url"]: tab["count"] for tab in client.get("/rapat/").context["tabs"]}
    assert tabs == {"?tab=coming": 2, "?tab=answer": 1, "?tab=organised": 1, "?tab=past": 3}


def test_auditors_see_drafts_in_a_view_of_their_own_and_owe_no_answer(client, biroks_officer, ppsdm, auditor):
    one = draft(biroks_officer, ppsdm)
    client.force_login(auditor)
    page = client.get("/rapat/?tab=drafts")
    assert [row.pk for row in page.context["listing"].rows] == [one.pk]
    assert [tab["url"] for tab in page.context["tabs"]] == ["?tab=coming", "?tab=drafts", "?tab=past"]


def test_the_list_is_searched_and_filtered(client, biroks_officer, jica, jica_liaison):
    one = sent(biroks_officer, jica, title="Rencana tahun depan", agenda=[item("Kuota pengawas")])
    two = sent(biroks_officer, jica, kind="BILATERAL", place="Aula Utama")
    client.force_login(jica_liaison)

    def rows(query):
        return [row.pk for row in client.get(f"/rapat/?{query}").context["listing"].rows]

    found = [rows(q) for q in ("q=tahun", "q=kuota", "q=utama", f"q={two.code}", "kind=BILATERAL", "q=tidak-ada")]
    assert found == [[one.pk], [one.pk], [two.pk], [two.pk], [two.pk], []]


def test_the_list_takes_as_many_queries_for_thirty_meetings_as_for_one(client, biroks_officer, jica, jica_liaison):
    sent(biroks_officer, jica)
    client.force_login(jica_liaison)
    urls = ("/rapat/", "/rapat/?tab=answer", "/rapat/?tab=past")
    one = [queries(client, url) for url in urls]
    for _number in range(29):
        sent(biroks_officer, jica)
    assert [queries(client, url) for url in urls] == one


def test_an_empty_list_says_what_to_do(client, jica_liaison, auditor):
    client.force_login(jica_liaison)
    page = text(client.get("/en/rapat/"))
    assert ("No meeting here" in page, 'href="/en/rapat/baru/"' in page) == (True, True)
    client.force_login(auditor)
    page = text(client.get("/en/rapat/"))
    assert ("No meeting here" in page, "rapat/baru" in page) == (True, False)


# --- Elsewhere


def test_a_record_shows_its_meetings_to_those_who_see_them(client, biroks_officer, aceh_regency, aceh_operator, jica):
    need = open_need(aceh_regency, people=2)
    sent(biroks_officer, jica, title="Tanpa dinas", agenda=[item("Kebutuhan", 30, need)])
    page = f"/kebutuhan/{need.code}/"
    client.force_login(aceh_operator)
    before = text(client.get(page))
    sent(biroks_officer, aceh_regency, title="Dengan dinas", agenda=[item("Kebutuhan", 30, need)])
    after = text(client.get(page))
    assert ("Tanpa dinas" in before, "Tanpa dinas" in after, "Dengan dinas" in after) == (False, False, True)


def test_the_home_shows_coming_meetings_and_the_answer_still_owed(client, biroks_officer, jica, jica_liaison):
    client.force_login(jica_liaison)
    assert "h-coming" not in text(client.get("/en/beranda/"))
    meeting = sent(biroks_officer, jica, starts_at=at(3), ends_at=at(3, 12))
    first = text(client.get("/en/beranda/"))
    services.answer(meeting, jica_liaison, reply="YES")
    second = text(client.get("/en/beranda/"))
    assert ("h-coming" in first, "Answer still owed" in first) == (True, True)
    assert ("h-coming" in second, "Answer still owed" in second) == (True, False)


def test_the_whole_code_opens_a_meeting_from_the_search(client, biroks_officer, jica, jica_liaison, koica_liaison):
    meeting = sent(biroks_officer, jica)
    client.force_login(jica_liaison)
    assert client.get("/cari/", {"q": meeting.code}).url == meeting.get_absolute_url()
    client.force_login(koica_liaison)
    assert client.get("/cari/", {"q": meeting.code}).status_code == 200


def test_cancelling_asks_for_a_reason_and_says_it_to_everybody_asked(client, biroks_officer, jica, jica_liaison):
    meeting = sent(biroks_officer, jica)
    client.force_login(biroks_officer)
    assert client.post(f"/rapat/{meeting.code}/cancel/", {"reason": "tidak"}).status_code == 400
    done = client.post(f"/rapat/{meeting.code}/cancel/", {"reason": "Pembicara utama berhalangan hadir."})
    client.force_login(jica_liaison)
    page = text(client.get(f"/rapat/{meeting.code}/"))
    assert (done.status_code, "Pembicara utama berhalangan hadir." in page) == (302, True)
