"""The index follows every change of what it knows, by itself: inside the database, whoever writes."""

from __future__ import annotations

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from accounts.models import Organisation
from forum.models import Message, Question, Thread
from participants.models import Nomination
from partnerships.models import Agreement, AllocationRun, ExternalStep, Proposal
from portal.models import SearchEntry, SearchWord
from portal.search.rebuild import differences, kinds
from portal.search.sources import sources
from programs.models import Intake, Program, ProgramTheme, Scheme
from regions.models import CompetencyGap, CoverLetter, FunctionalPost, NeedLine, Region, Term, Theme, TrainingNeed
from tests import agreement_factories, factories, nomination_factories, program_factories
from tests.forum.factories import message, thread
from tests.partnerships import allocation_factories
from tests.proposal_factories import open_need, proposal
from workflow.registry import workflow

pytestmark = pytest.mark.django_db


def has(kind: str, record, word: str, *, text: str = "full_text") -> bool:
    """Whether the entry of a record answers to a word."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT count(*) FROM portal_searchentry WHERE kind = %s AND record_id = %s AND {text} @@ search_word(%s)",
            [kind, record.pk, word],
        )
        return cursor.fetchone()[0] == 1


def entry(kind: str, record) -> SearchEntry:
    """The entry of a record."""
    return SearchEntry.objects.get(kind=kind, record_id=record.pk)


@pytest.fixture
def world(aceh, aceh_regency, jica, koica):
    """One record of every source, tied together."""
    need = open_need(aceh)
    program = program_factories.program(jica, host_province="11", title_id="Kursus dasar")
    sent = proposal(need, program)
    agreement = agreement_factories.agreement("ACTIVE", partner=jica, program=program, region_codes=["11"])
    nominated = nomination_factories.nomination(nomination_factories.seats(aceh, jica))
    Term.objects.get_or_create(vocabulary="country", code="ID", defaults={"label_id": "Indonesia"})
    run = allocation_factories.run(allocation_factories.round_of(), "DRAFT")
    talk = thread(
        factories.member("DINAS_OP", aceh), "REGION_MINISTRY", record=need, theme=factories.theme("T07"), title="Jadwal"
    )
    question = Question.objects.create(
        code="TJ-2026-0001",
        status="ANSWERED",
        program=program,
        office=aceh,
        text="Apakah asrama disediakan?",
        answer="Ya.",
        answered_at=timezone.now(),
    )
    return {
        "regions.need": need,
        "programs.program": program,
        "partnerships.proposal": sent,
        "partnerships.agreement": agreement,
        "participants.nomination": nominated,
        "partnerships.allocation": run,
        "accounts.organisation": aceh,
        "forum.thread": talk,
        "forum.question": question,
    }


def test_every_source_has_its_entries_and_they_are_as_they_should_be(world):
    assert set(kinds()) == set(world)
    for kind, record in world.items():
        assert SearchEntry.objects.filter(kind=kind, record_id=record.pk).count() == 1, kind
        assert differences(kind) == 0, kind


CHANGES = (
    # what is changed, and the records that must answer to the word afterwards
    (Theme, {"code": "T07"}, "label_en", "need program proposal nomination thread"),
    (FunctionalPost, {"code": "MEDHI"}, "label_id", "need program proposal"),
    (Term, {"vocabulary": "country", "code": "ID"}, "label_en", "program"),
    (Region, {"code": "11"}, "name_id", "need program proposal nomination agreement organisation thread"),
    (Region, {"code": "11"}, "capital", "need program proposal nomination agreement organisation thread"),
    (Organisation, {"code": "DISNAKER-11"}, "name_en", "need proposal nomination organisation thread"),
    (Organisation, {"code": "JICA"}, "short_name", "program proposal nomination agreement"),
    (Organisation, {"code": "BIRO-KS"}, "name_id", "agreement"),
    (Program, {"title_id": "Kursus dasar"}, "title_en", "program proposal agreement question"),
    (Program, {"title_id": "Kursus dasar"}, "objectives_en", "program"),
    (Program, {"title_id": "Kursus dasar"}, "source_letter_number", "program"),
    (Scheme, {"code": "KOICA_CIAT_CTRY"}, "label_id", "program"),
    (Intake, {"program__title_id": "Kursus dasar"}, "place", "program"),
    (CompetencyGap, {"line__need__office__code": "DISNAKER-11"}, "competency_title", "need proposal nomination"),
    (CoverLetter, {"need__office__code": "DISNAKER-11"}, "number", "need"),
    (TrainingNeed, {"office__code": "DISNAKER-11"}, "code", "need proposal"),
    (Proposal, {"intake__program__title_id": "Kursus dasar"}, "tailor_made_request", "proposal"),
    (Agreement, {"status": "ACTIVE"}, "subject", "agreement"),
    (Agreement, {"status": "ACTIVE"}, "grant_register_no", "agreement"),
    (Nomination, {"status": "DRAFT"}, "code", "nomination"),
    (AllocationRun, {"status": "DRAFT"}, "code", "allocation"),
    (Thread, {"audience": "REGION_MINISTRY"}, "title", "thread"),
    (Thread, {"audience": "REGION_MINISTRY"}, "record_code", "thread"),
    (Thread, {"audience": "REGION_MINISTRY"}, "code", "thread"),
    (Question, {"status": "ANSWERED"}, "text", "question"),
    (Question, {"status": "ANSWERED"}, "answer", "question"),
    (Question, {"status": "ANSWERED"}, "code", "question"),
    (Message, {"thread__audience": "REGION_MINISTRY"}, "text", "thread"),
)


def test_every_word_of_the_surroundings_reaches_the_records_that_show_it(world):
    short = {kind.split(".")[1]: (kind, record) for kind, record in world.items()}
    wrong = []
    for number, (model, which, field, concerned) in enumerate(CHANGES):
        word = f"kata{number}baru"
        rows = model.objects.filter(**which)
        assert rows.exists(), (model, which)
        if field == "code":
            rows = model.objects.filter(pk=rows.order_by("pk").first().pk)
        rows.update(**{field: word})
        told = {name for name, (kind, record) in short.items() if has(kind, record, word)}
        expected = set(concerned.split())
        if told != expected:
            wrong.append((model.__name__, field, sorted(told ^ expected)))
        if field == "code":
            model.objects.filter(code=word).update(code=f"XX-2026-{number:04d}")
    assert wrong == []
    for kind in world:
        assert differences(kind) == 0, kind


def test_what_no_longer_holds_is_forgotten(world, bali):
    need = world["regions.need"]
    assert has("regions.need", need, "aceh") and entry("regions.need", need).provinces == ["11"]
    TrainingNeed.objects.filter(pk=need.pk).update(office=bali)
    assert not has("regions.need", need, "aceh") and entry("regions.need", need).provinces == ["51"]
    gap = CompetencyGap.objects.get(line__need=need)
    gap.theme = factories.theme("T05")
    gap.save()
    assert (has("regions.need", need, "t07"), entry("regions.need", need).themes) == (False, ["T05"])
    gap.delete()
    assert entry("regions.need", need).themes == []
    program = world["programs.program"]
    ProgramTheme.objects.filter(program=program).delete()
    program.posts.clear()
    assert (entry("programs.program", program).themes, has("programs.program", program, "medhi")) == ([], False)


def test_what_is_added_is_known_at_once(world):
    program, agreement = world["programs.program"], world["partnerships.agreement"]
    program.posts.add(factories.post("PK3"))
    ProgramTheme.objects.create(program=program, theme=factories.theme("T01"), entry_level=1, exit_level=3)
    program_factories.intake(program, place="Fukuoka")
    assert all(has("programs.program", program, word) for word in ("penguji", "t01", "fukuoka"))
    ExternalStep.objects.create(
        agreement=agreement, body="KEMLU", purpose="Konsultasi", sent_on="2026-02-03", ref_no="B-99/KLN/2026"
    )
    assert has("partnerships.agreement", agreement, "b99kln2026")
    assert not has("partnerships.agreement", agreement, "b99kln2026", text="open_text")
    line = NeedLine.objects.create(need=world["regions.need"], position=2, post=factories.post("PKERJA"))
    assert has("regions.need", world["regions.need"], "pengantar")
    line.delete()
    assert not has("regions.need", world["regions.need"], "pengantar")


def test_a_record_that_is_gone_has_no_entry(aceh_regency):
    need = factories.need(aceh_regency, complete=False)
    assert SearchEntry.objects.filter(kind="regions.need", record_id=need.pk).exists()
    need.delete()
    assert not SearchEntry.objects.filter(kind="regions.need", record_id=need.pk).exists()


def test_a_deleted_message_is_forgotten_and_a_very_long_conversation_is_still_written(aceh_operator):
    talk = thread(aceh_operator, "OFFICE", text="Kataunik.")
    made = talk.messages.get()
    assert has("forum.thread", talk, "kataunik")
    Message.objects.filter(pk=made.pk).update(text="", deleted_at=made.made_at, deleted_by=aceh_operator)
    assert not has("forum.thread", talk, "kataunik")
    Message.objects.bulk_create(
        Message(
            thread=talk,
            author=aceh_operator,
            organisation=made.organisation,
            role="DINAS_OP",
            text=" ".join(f"kata{part}x{n}" for n in range(600)),
        )
        for part in range(150)
    )
    message(talk, aceh_operator, "Kataterakhir.")
    assert has("forum.thread", talk, "kataterakhir") and not has("forum.thread", talk, "kata0x0")
    assert differences("forum.thread") == 0


def test_emptying_a_table_empties_its_entries(world):
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("TRUNCATE regions_trainingneed CASCADE")
    kept = set(SearchEntry.objects.values_list("kind", flat=True))
    assert kept == set(world) - {"regions.need", "partnerships.proposal", "participants.nomination"}
    for kind in world:
        assert differences(kind) == 0, kind


def test_a_change_of_state_is_in_the_filter_at_once(aceh_regency):
    need = factories.need(aceh_regency)
    TrainingNeed.objects.filter(pk=need.pk).update(**{"status": "REJECTED"})
    assert entry("regions.need", need).status == "REJECTED"


def test_what_does_not_concern_the_search_does_not_touch_the_index(aceh_regency):
    need = factories.need(aceh_regency)

    def version():
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT xmin::text, ctid::text FROM portal_searchentry WHERE kind = 'regions.need' AND record_id = %s",
                [need.pk],
            )
            return cursor.fetchone()

    before = version()
    TrainingNeed.objects.filter(pk=need.pk).update(version=7, reason="Alasan lain.", people_requested=9)
    assert version() == before
    NeedLine.objects.filter(need=need).update(post=factories.post("MEDHI"))  # said anew, and nothing is different
    assert differences("regions.need") == 0  # comparing writes nothing either
    assert version() == before


def test_free_texts_that_may_name_people_are_not_in_the_index(aceh_regency):
    need = factories.need(aceh_regency, reason="Disusun bersama Suparman.", contact_post="Kepala Wulandari")
    NeedLine.objects.filter(need=need).update(justification="Untuk Suparman", work_unit="Seksi Suparman")
    assert [w for w in ("suparman", "wulandari") if has("regions.need", need, w)] == []
    assert not SearchWord.objects.filter(word__in=["suparman", "wulandari"]).exists()


def test_rebuilding_mends_what_was_written_behind_the_triggers_back(world, capsys):
    need = world["regions.need"]
    SearchEntry.objects.filter(kind="regions.need", record_id=need.pk).delete()
    SearchEntry.objects.create(kind="regions.need", record_id=999999, open_text="x", full_text="x")
    with pytest.raises(CommandError, match="2 entries are not as they should be"):
        call_command("rebuildsearch", "--check")
    call_command("rebuildsearch")
    call_command("rebuildsearch", "--check")
    assert has("regions.need", need, "mediator") and SearchWord.objects.filter(word="mediator").count() == 1
    with pytest.raises(CommandError, match=r"Unknown: forum\.nothing"):
        call_command("rebuildsearch", "forum.nothing")
    assert "regions.need: 2 written" in capsys.readouterr().out


def test_hundreds_of_records_cost_one_refresh(aceh_regency):
    """An import in one statement fires each trigger once."""
    cycle, post = factories.cycle(), factories.post("MEDHI")
    TrainingNeed.objects.bulk_create(
        TrainingNeed(code=f"KB-2026-{7000 + n}", status="DRAFT", office=aceh_regency, cycle=cycle) for n in range(300)
    )
    needs = TrainingNeed.objects.filter(code__startswith="KB-2026-7")
    NeedLine.objects.bulk_create(NeedLine(need=need, post=post) for need in needs)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM portal_searchentry WHERE kind = 'regions.need' AND full_text @@ search_word('medhi')"
        )
        assert cursor.fetchone()[0] == 300


def test_the_extensions_need_no_superuser():
    """PostgreSQL calls them trusted: whoever owns the database may add them."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT name FROM pg_available_extension_versions "
            "WHERE trusted AND installed AND name <> 'plpgsql' ORDER BY 1"
        )
        assert [name for (name,) in cursor.fetchall()] == ["pg_trgm", "unaccent"]
        cursor.execute("SELECT extname FROM pg_extension WHERE extname <> 'plpgsql' ORDER BY 1")
        assert [name for (name,) in cursor.fetchall()] == ["pg_trgm", "unaccent"]


def test_every_source_is_a_table_of_the_rulebook_or_says_its_own_rule():
    for source in sources():
        entry_of = workflow(source.kind)
        others = {"accounts.organisation": Organisation, "forum.thread": Thread}
        assert source.model is (entry_of.model if entry_of else others[source.kind]), source.kind
