"""Questions on programmes: asking, what is shown before, the answer, and that nothing tells who asked."""

from __future__ import annotations

import datetime as dt
import re

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.roles import Role
from accounts.services import open_feed
from forum.lifecycle import QUESTION
from forum.models import Question
from forum.services.questions import AlreadyAsked, ask
from notices.models import Notice, Outbox
from notices.tasks import deliver_pending
from programs.models import ProgramStatus, Visibility
from tests import factories, proposal_factories
from tests import program_factories as programs
from tests.forum.question_factories import TEXT, answered, asked
from workflow import clock, formats
from workflow.engine import Refused, perform
from workflow.models import LogEntry
from workflow.nudges import nudge

pytestmark = pytest.mark.django_db


@pytest.fixture
def program(jica):
    return programs.program(jica, ProgramStatus.OPEN, visibility=Visibility.ALL_OFFICES)


def signed_in(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


def ask_url(program) -> str:
    return f"/tanya/program/{program.slug}/tanyakan/"


# --- Asking ---------------------------------------------------------------------------------------------------------


def test_an_office_asks_on_the_page_and_sees_when_the_answer_is_due(client, bali_operator, program):
    client.force_login(bali_operator)
    page = client.get(f"/program/{program.slug}/").content.decode()
    assert ask_url(program) in page
    sent = client.post(ask_url(program), {"text": TEXT})
    question = Question.objects.get()
    assert (sent.status_code, sent.url) == (302, f"/tanya/{question.code}/")
    assert (question.text, question.office.code, question.status) == (TEXT, "DISNAKER-51", "ASKED")
    assert re.fullmatch(r"TJ-\d{4}-\d{4}", question.code)
    assert 5 <= (question.due_at - timezone.now()).days <= 20
    assert TEXT in client.get(question.get_absolute_url()).content.decode()


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "Wajib diisi"),
        ("Kapan?", "sekurang-kurangnya 15"),
        ("?" * 40, "sekurang-kurangnya 15"),
        ("x" * 2001, "2000"),
    ],
)
def test_what_is_no_question_is_refused_and_kept(client, bali_operator, program, text, sentence):
    client.force_login(bali_operator)
    answer = client.post(ask_url(program), {"text": text})
    assert answer.status_code == 400
    assert Question.objects.count() == 0
    assert answer.context["form"].errors["text"] and text[:30] in answer.content.decode()


@pytest.mark.parametrize("who", ["jica_liaison", "biroks_officer", "ppsdm_verifier", "bali_verifier", "auditor"])
def test_only_offices_ask(request, who, program):
    client = signed_in(request.getfixturevalue(who))
    assert client.get(ask_url(program)).status_code == 403
    assert client.post(ask_url(program), {"text": TEXT}).status_code == 403
    assert Question.objects.count() == 0


def test_a_programme_one_may_not_see_takes_no_question(bali_operator, program):
    program.visibility = Visibility.SELECTED
    program.save()
    assert signed_in(bali_operator).post(ask_url(program), {"text": TEXT}).status_code == 404


def test_a_visitor_signs_in_first(client, program):
    assert client.get(ask_url(program)).status_code == 302


@pytest.mark.parametrize("status", [ProgramStatus.CLOSED, ProgramStatus.SELECTION, ProgramStatus.RUNNING])
def test_after_registration_nobody_asks(client, bali_operator, jica, status):
    program = programs.program(jica, status, visibility=Visibility.ALL_OFFICES)
    client.force_login(bali_operator)
    page = client.get(ask_url(program)).content.decode()
    assert "<textarea" not in page and "Pertanyaan diterima selama pendaftaran dibuka" in page
    assert client.post(ask_url(program), {"text": TEXT}).status_code == 400
    assert Question.objects.count() == 0


def test_questions_end_with_the_offices_deadline(client, bali_operator, jica):
    deadline = dt.datetime(2026, 3, 31, 16, 59, 59, tzinfo=dt.UTC)
    with time_machine.travel("2026-03-31 16:00:00+00:00", tick=False):
        program = programs.program(
            jica, ProgramStatus.OPEN, visibility=Visibility.ALL_OFFICES, internal_deadline=deadline
        )
        asked(program, bali_operator)
    with time_machine.travel("2026-03-31 17:00:00+00:00", tick=False):
        with pytest.raises(Refused) as refused:
            asked(program, bali_operator, "Apakah visa ditanggung oleh penyelenggara?")
    assert refused.value.reasons == ["Pertanyaan diterima sampai batas waktu internal, 1 April 2026 pukul 00.59 WITA."]
    assert Question.objects.count() == 1


def test_the_same_open_question_is_refused_and_leads_the_own_office_to_it(bali_operator, bali_head, program):
    first = asked(program, bali_operator)
    again = signed_in(bali_head).post(ask_url(program), {"text": f"  {TEXT.upper()}!! "})
    assert again.status_code == 400
    assert first.code in again.content.decode()
    assert Question.objects.count() == 1


def test_the_same_open_question_of_another_office_is_refused_without_a_trace_of_it(
    bali_operator, aceh_operator, program
):
    first = asked(program, bali_operator)
    again = signed_in(aceh_operator).post(ask_url(program), {"text": TEXT})
    page = again.content.decode()
    assert again.status_code == 400 and "menunggu jawaban" in page
    assert first.code not in page and "Bali" not in page.replace("Pulau Bali", "")
    with pytest.raises(AlreadyAsked) as refused:
        ask(program, TEXT, actor=aceh_operator)
    assert refused.value.question is None
    assert refused.value.reasons == [
        "Pertanyaan yang sama sudah ada dan menunggu jawaban. Jawabannya akan Anda baca di halaman program. "
        f"Bila setelah {formats.day(first.due_at)} belum ada di sana, tanyakan lagi."
    ]
    perform(QUESTION, "withdraw", record=first, actor=bali_operator)
    assert ask(program, TEXT, actor=aceh_operator).status == "ASKED", "taken back: the other office asks it itself"


def test_similar_answers_are_shown_first_and_the_question_is_sent_all_the_same(
    client, bali_operator, aceh_operator, jica_liaison, program
):
    answered(program, aceh_operator, jica_liaison)
    answered(program, aceh_operator, jica_liaison, "Kapan visa diurus, dan siapa yang membayarnya?", "Oleh mitra.")
    client.force_login(bali_operator)
    text = "Apakah laptop harus dibawa sendiri oleh peserta?"
    shown = client.post(ask_url(program), {"text": text})
    assert [q.text for q in shown.context["similar"]] == [TEXT]
    assert Question.objects.filter(text=text).count() == 0
    seen = shown.context["form"]["seen"].value()
    other = client.post(ask_url(program), {"text": f"{text} Dan perlu adaptor listrik?", "seen": seen})
    assert other.status_code == 200, "another text is looked at anew"
    assert client.post(ask_url(program), {"text": text, "seen": seen}).status_code == 302
    assert Question.objects.filter(text=text).count() == 1


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Apakah kami dari Dinas Tenaga Kerja Provinsi Bali boleh ikut?", ["Dinas Tenaga Kerja Provinsi Bali"]),
        ("Apakah pegawai di Bali boleh mengikuti program ini?", ["Bali"]),
        ("Jawaban dapat dikirim ke disnaker51@example.test ya?", ["disnaker51@example.test"]),
        ("Dapatkah kami menelepon mitra dari 0812 3456 7890?", ["0812 3456 7890"]),
        ("Apakah kebutuhan kb-2026-0041 cocok dengan program ini?", ["kb-2026-0041"]),
        ("Apakah KEB-2026-51-0007 dapat diusulkan ke angkatan kedua?", ["KEB-2026-51-0007"]),
        ("Saya Wayan Contoh, bolehkah peserta kami cuti?", ["Wayan Contoh"]),
    ],
)
def test_what_tells_who_asks_is_pointed_out_before_it_is_sent(client, bali_operator, program, text, words):
    bali_operator.name = "Wayan Contoh"
    bali_operator.save()
    client.force_login(bali_operator)
    shown = client.post(ask_url(program), {"text": text})
    assert shown.status_code == 200 and Question.objects.count() == 0
    assert set(words) <= set(shown.context["telling"])
    seen = shown.context["form"]["seen"].value()
    assert client.post(ask_url(program), {"text": text, "seen": seen}).status_code == 302


def test_a_question_that_tells_nothing_is_sent_at_once(client, bali_operator, program):
    """The programme's own code and another question's point at nobody."""
    client.force_login(bali_operator)
    text = f"Apakah jawaban TJ-2026-0001 juga berlaku untuk {program.code}?"
    assert client.post(ask_url(program), {"text": text}).status_code == 302


@pytest.mark.parametrize(("offices", "told"), [(1, True), (4, True), (5, False)])
def test_where_few_offices_may_ask_they_are_told_that_they_may_be_guessed(
    client, bali_operator, program, offices, told
):
    program.visibility = Visibility.SELECTED
    program.save()
    others = [factories.office(f"11{n:02d}") for n in range(1, offices)]
    program.selected_offices.set([bali_operator.acting_organisation, *others])
    client.force_login(bali_operator)
    page = client.get(ask_url(program)).content.decode()
    assert (f"Hanya {offices} kantor yang dapat melihat program ini" in page) is told


def test_an_office_has_five_questions_waiting_at_most(bali_operator, aceh_operator, program):
    for number in range(5):
        asked(program, bali_operator, f"Pertanyaan nomor {number} tentang kurikulum pelatihan?")
    with pytest.raises(Refused) as refused:
        asked(program, bali_operator, "Satu pertanyaan lagi tentang akomodasi peserta?")
    assert refused.value.reasons == ["5 pertanyaan kantor Anda tentang program ini sudah menunggu jawaban."]
    assert asked(program, aceh_operator, "Satu pertanyaan tentang akomodasi peserta?").status == "ASKED"


# --- Answering ------------------------------------------------------------------------------------------------------


def test_the_partner_answers_once_and_corrects_with_a_trace(client, bali_operator, jica_liaison, jica_head, program):
    question = asked(program, bali_operator)
    client.force_login(jica_liaison)
    assert client.post(f"{question.get_absolute_url()}answer/", {"answer": "Tidak perlu."}).status_code == 302
    again = client.post(f"{question.get_absolute_url()}answer/", {"answer": "Lain lagi."})
    assert again.status_code == 409
    client.force_login(jica_head)
    same = client.post(f"{question.get_absolute_url()}correct/", {"answer": "tidak perlu"})
    assert same.status_code == 400
    assert client.post(f"{question.get_absolute_url()}correct/", {"answer": "Ya, perlu."}).status_code == 302
    page = client.get(question.get_absolute_url()).content.decode()
    assert "Ya, perlu." in page and "Tidak perlu." in page and "Dikoreksi pada" in page
    question = Question.objects.get()
    assert (question.answer, question.answered_by.code, question.is_on_behalf) == ("Ya, perlu.", "JICA", False)


def test_the_bureau_answers_on_behalf_of_the_partner_and_the_page_says_so(
    bali_operator, aceh_operator, biroks_officer, program
):
    answered(program, bali_operator, biroks_officer)
    page = signed_in(aceh_operator).get(f"/program/{program.slug}/").content.decode()
    assert "oleh BIRO-KS atas nama JICA" in page


def test_open_questions_on_a_programme_that_is_over_are_closed_by_the_clock(bali_operator, biroks_head, program):
    asked(program, bali_operator)
    answers = {"reason": "Anggaran mitra dicabut, program tidak dapat dilanjutkan tahun ini."}
    perform(program.flow, "cancel", record=program, actor=biroks_head, answers=answers)
    clock.run()
    assert Question.objects.get().status == "LAPSED"


# --- Where answers are read -----------------------------------------------------------------------------------------


def test_visitors_read_the_answers_of_a_public_programme_and_only_these(client, bali_operator, jica_liaison, jica):
    program = programs.program(jica, ProgramStatus.OPEN, visibility=Visibility.PUBLIC)
    answered(program, bali_operator, jica_liaison)
    asked(program, bali_operator, "Apakah pelatihan ini memakai penerjemah lisan?")
    for url in (f"/program/{program.slug}/", f"/tanya/program/{program.slug}/"):
        page = client.get(url)
        assert page.status_code == 200
        text = page.content.decode()
        assert TEXT in text and "penerjemah lisan" not in text and "/tanyakan/" not in text
    closed = programs.program(jica, ProgramStatus.OPEN, visibility=Visibility.ALL_OFFICES)
    assert client.get(f"/tanya/program/{closed.slug}/").status_code == 404


def test_the_search_finds_questions_for_those_who_see_them_and_never_by_who_asked(
    client, bali_operator, aceh_operator, jica_liaison, jica
):
    program = programs.program(jica, ProgramStatus.OPEN, visibility=Visibility.PUBLIC)
    done = answered(program, bali_operator, jica_liaison)
    opened = asked(program, bali_operator, "Apakah pelatihan ini memakai penerjemah lisan?")

    def found(user, words):
        page = (signed_in(user) if user else client).get("/cari/", {"q": words, "kind": "forum.question"})
        return [(hit.code, hit.url) for hit in page.context["found"].hits]

    public = f"/tanya/program/{program.slug}/?q=Apakah+peserta+perlu+membawa+laptop+sendiri"
    here = {question: (question.code, question.get_absolute_url()) for question in (done, opened)}
    readers = (None, aceh_operator, bali_operator, jica_liaison)
    assert [found(user, "laptop") for user in readers] == [[(done.code, public)], *[[here[done]]] * 3]
    assert [found(user, "penerjemah lisan") for user in readers] == [[], [], [here[opened]], [here[opened]]]
    assert [found(user, "disediakan") for user in readers] == [[(done.code, public)], *[[here[done]]] * 3]
    assert [found(user, "Bali") for user in readers] == [[], [], [], []]
    assert TEXT in client.get(public).content.decode()


def test_the_lists_of_the_forum_lead_to_each_other(bali_operator, jica_liaison, biroks_officer):
    lists = ["/forum/", "/tanya/", "/rapat/", "/rapat/tindak-lanjut/"]
    for user in (bali_operator, jica_liaison, biroks_officer):
        client = signed_in(user)
        for here in lists:
            page = client.get(here).content.decode()
            bar = page[page.index('aria-label="Forum">') :]
            bar = bar[: bar.index("</nav>")]
            assert re.findall(r'href="([^"]+)"( aria-current="page")?', bar) == [
                (url, ' aria-current="page"' if url == here else "") for url in lists
            ]


def test_more_than_five_answers_are_searched_on_their_own_page(client, bali_operator, jica_liaison, program):
    for number in range(7):
        answered(
            program, bali_operator, jica_liaison, f"Pertanyaan {number} tentang kurikulum?", f"Jawaban ke-{number}."
        )
    client.force_login(bali_operator)
    page = client.get(f"/program/{program.slug}/").content.decode()
    assert [n for n in range(7) if f"Jawaban ke-{n}." in page] == [2, 3, 4, 5, 6]
    assert f"/tanya/program/{program.slug}/" in page
    found = client.get(f"/tanya/program/{program.slug}/", {"q": "KURIKULUM ke-1"})
    assert [q.answer for q in found.context["listing"].rows] == ["Jawaban ke-1."]
    none = client.get(f"/tanya/program/{program.slug}/", {"q": "asuransi"}).content.decode()
    assert "Tidak ada jawaban dengan kata-kata ini" in none


def test_the_list_shows_each_reader_their_part(bali_operator, aceh_operator, jica_liaison, ppsdm_verifier, program):
    done = answered(program, bali_operator, jica_liaison)
    opened = asked(program, aceh_operator, "Apakah pelatihan ini memakai penerjemah lisan?")

    def codes(user, tab=""):
        listing = signed_in(user).get("/tanya/", {"tab": tab} if tab else {}).context["listing"]
        return [row.code for row in listing.rows]

    assert codes(jica_liaison) == [opened.code]
    assert codes(jica_liaison, "answered") == [done.code]
    assert codes(bali_operator) == [done.code]
    assert codes(aceh_operator) == [opened.code]
    assert codes(aceh_operator, "answered") == [done.code]
    assert codes(ppsdm_verifier) == [done.code]


@pytest.mark.parametrize("where", ["list", "program", "all"])
def test_pages_ask_as_often_for_thirty_questions_as_for_one(where, bali_operator, jica_liaison, program):
    url = {
        "list": "/tanya/?tab=answered",
        "program": f"/program/{program.slug}/",
        "all": f"/tanya/program/{program.slug}/",
    }[where]

    def count() -> int:
        client = signed_in(jica_liaison)
        client.get(url)
        with CaptureQueriesContext(connection) as found:
            assert client.get(url).status_code == 200
        return len(found)

    for number in range(6):
        answered(program, bali_operator, jica_liaison, f"Pertanyaan {number} tentang hal lain?")
    few = count()
    for number in range(24):
        answered(program, bali_operator, jica_liaison, f"Pertanyaan baru {number} tentang hal lain?")
    assert count() == few


# --- Nothing tells who asked ----------------------------------------------------------------------------------------

TRACES = ("Bali", "DISNAKER-51", "DINAS_OP", "Operator dinas", "Office operator", "disnaker51")


def _texts(user, question) -> dict[str, str]:
    """Every page, file and list on which somebody could meet a question, as this reader gets them."""
    client = signed_in(user)
    program = question.program
    urls = [
        question.get_absolute_url(),
        f"{question.get_absolute_url()}answer/",
        f"{question.get_absolute_url()}correct/",
        f"/program/{program.slug}/",
        f"/mitra/program/{program.code}/",
        f"/tanya/program/{program.slug}/",
        "/tanya/",
        "/tanya/?tab=answered",
        "/tanya/?tab=open",
        "/beranda/",
        "/tenggat/",
        "/pemberitahuan/",
        "/cari/?q=laptop",
        f"/cari/?q={question.code}",
    ]
    urls += [f"/en{url}" for url in urls]
    feed = f"/kalender/{open_feed(user)}.ics"
    found = {feed: client.get(feed).content.decode()}
    for url in urls:
        answer = client.get(url, follow=False)
        if answer.status_code == 200:
            body = answer.content.decode()
            main = body[body.index("<main") :] if "<main" in body else body
            found[url] = re.sub(r'<input type="hidden"[^>]*>', "", main)
    return found


@pytest.mark.parametrize("who", ["jica_liaison", "jica_head", "biroks_officer", "aceh_operator", "ppsdm_verifier"])
@pytest.mark.parametrize("state", ["ASKED", "NUDGED", "ANSWERED"])
def test_no_page_tells_anybody_else_who_asked_or_at_what_minute(
    who, state, request, bali_operator, biroks_officer, program
):
    with time_machine.travel("2026-03-02 03:47:13+00:00", tick=False):
        question = asked(program, bali_operator)
        deliver_pending()
        if state != "ASKED":
            nudge(question, actor=bali_operator)
            deliver_pending()
    if state == "ANSWERED":
        with time_machine.travel("2026-03-03 05:00:00+00:00", tick=False):
            question = perform(QUESTION, "answer", record=question, actor=biroks_officer, answers={"answer": "Tidak."})
    with time_machine.travel("2026-03-03 06:00:00+00:00", tick=False):
        deliver_pending()
        texts = _texts(request.getfixturevalue(who), question)
    feed = next(text for url, text in texts.items() if url.startswith("/kalender/"))
    answers = who in {"jica_liaison", "jica_head", "biroks_officer"} and state != "ANSWERED"
    assert (question.code in feed) is answers, "what is looked for is there to be looked at"
    own = who == "aceh_operator"  # whose own post stands in the account menu
    traces = [t for t in TRACES if not own or "perator" not in t]
    told = {url: [t for t in traces if t in text] for url, text in texts.items()}
    assert {url: t for url, t in told.items() if t} == {}
    minutes = ("10.47", "10:47", "11.47", "11:47", "03:47", "T0347")
    assert [url for url, text in texts.items() if any(m in text for m in minutes)] == []


def test_the_asking_office_and_the_auditor_read_who_asked(bali_head, auditor, bali_operator, program):
    question = asked(program, bali_operator)
    for user in (bali_head, auditor):
        page = signed_in(user).get(question.get_absolute_url()).content.decode()
        assert "Dinas Tenaga Kerja Provinsi Bali" in page
    trail = signed_in(auditor).get(f"/audit/forum.question/{question.code}/").content.decode()
    assert "Dinas Tenaga Kerja Provinsi Bali" in trail


def test_who_keeps_the_portal_running_finds_no_asker_in_the_log(bali_operator, jica_liaison, administrator, program):
    question = answered(program, bali_operator, jica_liaison)
    administrator.is_staff = True
    administrator.save()
    client = signed_in(administrator)
    for url in ("/audit/", f"/audit/forum.question/{question.code}/"):
        page = client.get(url)
        assert [e.entry.action for e in page.context["events"] if e.entry.flow == "forum.question"] == ["answer"]
    files = (f"/unduh/audit-trail.csv?flow=forum.question&of={question.code}", "/unduh/audit.csv")
    texts = [b"".join(client.get(url).streaming_content).decode() for url in files]
    assert ["Provinsi Bali" in text for text in texts] == [False, False]


def test_the_log_holds_no_word_of_the_question(bali_operator, program):
    question = asked(program, bali_operator)
    entry = LogEntry.objects.get(flow="forum.question")
    assert (entry.action, entry.record_code, entry.comment, entry.data) == ("ask", question.code, "", {})


def test_notices_and_mails_name_no_asker(bali_operator, bali_head, jica_liaison, jica_head, biroks_officer, program):
    question = asked(program, bali_operator)
    deliver_pending()
    turn = Notice.objects.filter(flow="forum.question")
    assert {n.user_id for n in turn} == {jica_liaison.pk, jica_head.pk, biroks_officer.pk}
    assert {(n.kind, n.role, n.organisation, n.comment) for n in turn} == {("TURN", "", "", "")}
    perform(QUESTION, "answer", record=question, actor=jica_liaison, answers={"answer": "Tidak perlu."})
    deliver_pending()
    told = Notice.objects.filter(flow="forum.question", action="answer")
    assert {n.user_id for n in told} == {bali_operator.pk, bali_head.pk}
    assert Outbox.objects.count() > 0


def test_offices_with_open_proposals_hear_of_the_answer(bali_operator, jica_liaison, program):
    aceh = factories.office("1101")
    other = factories.member(Role.DINAS_OP, aceh)
    proposal_factories.proposal(proposal_factories.open_need(aceh), program)
    question = asked(program, bali_operator)
    perform(QUESTION, "answer", record=question, actor=jica_liaison, answers={"answer": "Tidak perlu."})
    deliver_pending()
    told = {n.user_id for n in Notice.objects.filter(flow="forum.question", action="answer")}
    assert told == {bali_operator.pk, other.pk}
