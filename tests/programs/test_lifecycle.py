"""An offer's way from draft to evaluation, through the pages people use."""

import datetime as dt

import pytest
import time_machine
from django.utils import timezone, translation

from accounts.roles import Role
from programs.lifecycle import PROGRAM
from programs.models import Program, ProgramFile
from tests import factories, program_factories
from workflow import clock
from workflow.engine import Refused, Stale, perform
from workflow.models import LogEntry

LONG = "Anggaran pelatihan di negara mitra ditunda sampai tahun depan."


def act(client, user, program, action, **answers):
    client.force_login(user)
    return client.post(f"/mitra/program/{program.code}/{action}/", {"version": program.version, **answers})


def status_of(program) -> str:
    return Program.objects.get(pk=program.pk).status


def test_a_complete_draft_is_submitted_by_the_head(client, draft, jica_head):
    response = act(client, jica_head, draft, "submit")
    assert (response.status_code, response.url) == (302, f"/mitra/program/{draft.code}/")
    found = Program.objects.get(pk=draft.pk)
    assert (found.status, found.submitted_by) == ("SUBMITTED", jica_head)
    last = LogEntry.objects.get(record_id=draft.pk, action="submit")
    assert (last.source, last.target, last.role, last.organisation) == (
        "DRAFT",
        "SUBMITTED",
        "PARTNER_HEAD",
        "JICA",
    )


def test_the_head_who_made_the_draft_does_not_submit_it(client, jica, jica_head, words):
    own = program_factories.program(jica, "DRAFT", created_by=jica_head)
    response = act(client, jica_head, own, "submit")
    assert response.status_code == 400
    assert status_of(own) == "DRAFT"


def test_the_liaison_cannot_submit(client, draft, jica_liaison):
    assert act(client, jica_liaison, draft, "submit").status_code == 403


def test_another_partners_draft_does_not_exist(client, draft, koica_head):
    assert act(client, koica_head, draft, "submit").status_code == 404


@pytest.mark.parametrize(
    ("spoil", "sentence"),
    [
        (lambda p: p.files.all().delete(), "Upload the General Information (GI) or another course document."),
        (lambda p: p.intakes.all().delete(), "Add at least one intake with its dates and seats."),
        (lambda p: p.themes.all().delete(), "Choose at least one competency with its entry and exit level."),
        (lambda p: p.posts.clear(), "Choose the target posts, or open the programme to every post."),
        (lambda p: p.costs.all().delete(), "Costs: state for at least one cost item who pays it."),
        (lambda p: p.contacts.all().delete(), "Add at least one contact for this programme."),
        (lambda p: p.rules.all().delete(), "Prerequisites: state at least one requirement for participants."),
        (
            lambda p: Program.objects.filter(pk=p.pk).update(partner_deadline=None),
            "Fill in the partner's deadline, or choose rolling registration.",
        ),
        (
            lambda p: Program.objects.filter(pk=p.pk).update(partner_deadline=timezone.now()),
            "The partner's deadline has passed. Agree on a new one first.",
        ),
        (lambda p: Program.objects.filter(pk=p.pk).update(title_en=""), "Basics: fill in title in English."),
        (lambda p: Program.objects.filter(pk=p.pk).update(route=""), "Choose the nomination route."),
        (
            lambda p: Program.objects.filter(pk=p.pk).update(funding_mode=""),
            "Costs: choose how the programme is funded.",
        ),
    ],
)
def test_what_is_missing_refuses_the_submission_with_its_sentence(draft, jica_head, spoil, sentence):
    spoil(draft)
    with translation.override("en"), pytest.raises(Refused) as refusal:
        perform(PROGRAM, "submit", record=Program.objects.get(pk=draft.pk), actor=jica_head)
    assert refusal.value.reasons == [sentence]


def test_the_bureau_files_a_partners_letter(client, jica, biroks_officer, words):
    filed = program_factories.program(jica, "DRAFT", created_by=biroks_officer, on_behalf=True)
    assert act(client, biroks_officer, filed, "submit_on_behalf").status_code == 400
    response = act(
        client, biroks_officer, filed, "submit_on_behalf", letter_number="B-12/2026", letter_date="2026-03-04"
    )
    assert response.status_code == 302
    found = Program.objects.get(pk=filed.pk)
    assert (found.status, found.source_letter_number, found.source_letter_date) == (
        "SUBMITTED",
        "B-12/2026",
        dt.date(2026, 3, 4),
    )


def test_a_partners_own_draft_does_not_exist_for_the_bureau(client, draft, biroks_officer):
    client.force_login(biroks_officer)
    assert client.get(f"/mitra/program/{draft.code}/").status_code == 404


def test_verification_publishes_with_internal_deadline_and_audience(client, jica, jica_liaison, biroks_head, words):
    offer = program_factories.program(
        jica,
        "VERIFICATION",
        created_by=jica_liaison,
        title_id="Mediasi hubungan industrial",
        opens_at=None,
        partner_deadline=dt.datetime(2026, 8, 21, 10, tzinfo=dt.UTC),
        starts=dt.date(2026, 11, 2),
    )
    with time_machine.travel(dt.datetime(2026, 6, 1, 2, tzinfo=dt.UTC), tick=False):
        response = act(client, biroks_head, offer, "publish", visibility="PUBLIC")
    assert response.status_code == 302
    found = Program.objects.get(pk=offer.pk)
    assert (found.status, found.visibility, found.express) == ("PUBLISHED", "PUBLIC", False)
    assert found.internal_deadline == dt.datetime(2026, 8, 14, 7, tzinfo=dt.UTC)
    assert found.published_at == found.opens_at == dt.datetime(2026, 6, 1, 2, tzinfo=dt.UTC)
    assert found.slug == f"mediasi-hubungan-industrial-{found.code.lower().removeprefix('pr-')}"


def test_a_late_offer_is_published_as_express(jica, jica_liaison, biroks_head, words):
    offer = program_factories.program(
        jica, "VERIFICATION", route="SETNEG", partner_deadline=timezone.now() + dt.timedelta(days=10)
    )
    done = perform(PROGRAM, "publish", record=offer, actor=biroks_head, answers={"visibility": "ALL_OFFICES"})
    assert done.express is True
    assert timezone.now() < done.internal_deadline < done.partner_deadline


def test_selected_offices_are_named_by_province_and_by_code(jica, biroks_head, aceh, aceh_regency, bali, words):
    offer = program_factories.program(jica, "VERIFICATION")
    done = perform(
        PROGRAM,
        "publish",
        record=offer,
        actor=biroks_head,
        answers={"visibility": "SELECTED", "provinces": ["11"], "offices": "disnaker-51"},
    )
    assert set(done.selected_offices.all()) == {aceh, aceh_regency, bali}


def test_selected_offices_must_be_named_and_known(client, jica, biroks_head, words):
    offer = program_factories.program(jica, "VERIFICATION")
    url = f"/en/mitra/program/{offer.code}/publish/"
    client.force_login(biroks_head)
    nobody = client.post(url, {"visibility": "SELECTED"})
    unknown = client.post(url, {"visibility": "INVITATION", "offices": "DISNAKER-99, X"})
    assert (nobody.status_code, unknown.status_code) == (400, 400)
    assert "Choose the provinces or name the offices that may see this programme." in nobody.content.decode()
    assert "Unknown office codes: DISNAKER-99, X." in unknown.content.decode()


def test_whoever_submitted_on_behalf_does_not_publish(jica, biroks, words):
    both = factories.member(Role.BIROKS_OFF, biroks)
    factories.Membership.objects.create(user=both, organisation=biroks, role=Role.BIROKS_HEAD)
    offer = program_factories.program(jica, "DRAFT", created_by=both, on_behalf=True)
    answers = {"letter_number": "B-1", "letter_date": dt.date(2026, 1, 2)}
    perform(PROGRAM, "submit_on_behalf", record=offer, actor=both, answers=answers)
    perform(PROGRAM, "take", record=offer, actor=both)
    head = factories.User.objects.get(pk=both.pk)
    head.act_as(head.memberships.get(role=Role.BIROKS_HEAD).pk)
    with pytest.raises(Refused):
        perform(PROGRAM, "publish", record=offer, actor=head, answers={"visibility": "PUBLIC"})


def test_returned_offers_come_back_once_every_remark_is_ticked(client, jica, jica_liaison, biroks_officer, words):
    offer = program_factories.program(jica, "VERIFICATION", created_by=jica_liaison)
    empty = act(client, biroks_officer, offer, "return")
    response = act(
        client,
        biroks_officer,
        offer,
        "return",
        **{
            "comments-0-target": "field:intakes",
            "comments-0-text": "Tanggal angkatan bertabrakan dengan libur.",
        },
    )
    assert (empty.status_code, response.status_code) == (400, 302)
    offer = Program.objects.get(pk=offer.pk)
    remark = offer.remarks.get()
    assert (remark.field, remark.round, offer.return_count, offer.status) == ("intakes", 1, 1, "RETURNED")
    shown = client_page(client, jica_liaison, f"/mitra/program/{offer.code}/isi/angkatan/")
    assert "Tanggal angkatan bertabrakan dengan libur." in shown
    assert act(client, jica_liaison, offer, "resubmit", summary="Tanggal digeser.").status_code == 400
    ticked = client.post(f"/mitra/program/{offer.code}/isi/catatan/", {"remark": remark.pk})
    assert ticked.status_code == 302
    assert act(client, jica_liaison, offer, "resubmit", summary="Tanggal digeser.").status_code == 302
    assert status_of(offer) == "VERIFICATION"


def client_page(client, user, url) -> str:
    client.force_login(user)
    return client.get(url).content.decode()


def test_a_fourth_return_is_refused(jica, biroks_officer, words):
    offer = program_factories.program(jica, "VERIFICATION", return_count=3)
    with pytest.raises(Refused):
        perform(
            PROGRAM,
            "return",
            record=offer,
            actor=biroks_officer,
            answers={"comments": [{"text": "Lagi", "field": ""}]},
        )


def test_rejection_needs_a_ground_and_thirty_characters(client, jica, biroks_head, words):
    offer = program_factories.program(jica, "VERIFICATION")
    short = act(client, biroks_head, offer, "reject", reason_code="R05", reason="Tidak cocok")
    full = act(client, biroks_head, offer, "reject", reason_code="R05", reason=LONG)
    assert (short.status_code, full.status_code, status_of(offer)) == (400, 302, "REJECTED")


def test_the_clock_opens_and_closes_registration(jica, words):
    opens = dt.datetime(2026, 9, 1, 1, tzinfo=dt.UTC)
    closes = dt.datetime(2026, 9, 18, 7, tzinfo=dt.UTC)
    offer = program_factories.program(
        jica,
        "PUBLISHED",
        opens_at=opens,
        internal_deadline=closes,
        partner_deadline=closes + dt.timedelta(days=7),
        starts=dt.date(2026, 12, 1),
    )
    seen = []
    for moment in (opens - dt.timedelta(seconds=1), opens, closes - dt.timedelta(seconds=1), closes):
        with time_machine.travel(moment, tick=False):
            clock.run()
        seen.append(status_of(offer))
    assert seen == ["PUBLISHED", "OPEN", "OPEN", "CLOSED"]
    entry = LogEntry.objects.get(record_id=offer.pk, action="close")
    assert (entry.role, entry.actor) == ("CLOCK", None)


def test_the_clock_starts_selection_and_training_on_the_first_day(jica, words):
    offer = program_factories.program(jica, "CLOSED", starts=dt.date(2026, 12, 1))
    online = offer.intakes.get()
    online.online_starts, online.online_ends = dt.date(2026, 11, 20), dt.date(2026, 11, 25)
    online.save()
    seen = []
    for day in (19, 20):
        with time_machine.travel(dt.datetime(2026, 11, day, 3, tzinfo=dt.UTC), tick=False):
            clock.run()
        seen.append(status_of(offer))
    assert seen == ["CLOSED", "RUNNING"]


def test_rolling_registration_ends_when_the_last_intake_begins(jica, words):
    offer = program_factories.program(
        jica, "OPEN", rolling=True, partner_deadline=None, internal_deadline=None, starts=dt.date(2026, 10, 1)
    )
    program_factories.intake(offer, starts=dt.date(2026, 11, 2))
    seen = []
    for day in (dt.date(2026, 10, 15), dt.date(2026, 11, 1), dt.date(2026, 11, 2)):
        with time_machine.travel(dt.datetime.combine(day, dt.time(3), dt.UTC), tick=False):
            clock.run()
        seen.append(status_of(offer))
    # On the day the last intake begins the clock goes on at once: registration ends, the training runs.
    assert seen == ["OPEN", "OPEN", "RUNNING"]


def test_an_extension_needs_consent_and_moves_both_deadlines(client, jica, biroks_officer, words):
    offer = program_factories.program(
        jica,
        "OPEN",
        partner_deadline=dt.datetime(2026, 8, 21, 10, tzinfo=dt.UTC),
        internal_deadline=dt.datetime(2026, 8, 14, 7, tzinfo=dt.UTC),
        starts=dt.date(2026, 11, 2),
    )
    with time_machine.travel(dt.datetime(2026, 8, 1, 2, tzinfo=dt.UTC), tick=False):
        without = act(client, biroks_officer, offer, "extend", new_deadline="2026-08-28T17:00")
        earlier = act(client, biroks_officer, offer, "extend", new_deadline="2026-08-20T17:00", consent="Surat 5")
        into_training = act(client, biroks_officer, offer, "extend", new_deadline="2026-11-02T17:00", consent="Surat 5")
        done = act(
            client,
            biroks_officer,
            offer,
            "extend",
            new_deadline="2026-08-28T17:00",
            consent="Surat JICA 5/2026",
        )
    assert [r.status_code for r in (without, earlier, into_training, done)] == [400, 400, 400, 302]
    found = Program.objects.get(pk=offer.pk)
    assert (found.status, found.edition) == ("OPEN", 2)
    assert found.partner_deadline == dt.datetime(2026, 8, 28, 10, tzinfo=dt.UTC)
    assert found.internal_deadline == dt.datetime(2026, 8, 21, 7, tzinfo=dt.UTC)
    amendment = found.amendments.get()
    assert (amendment.reason, amendment.made_by) == ("Surat JICA 5/2026", biroks_officer)
    assert [(c["field"], c["before_en"], c["after_en"]) for c in amendment.changes] == [
        ("partner_deadline", "21 August 2026, 17:00 WIB", "28 August 2026, 17:00 WIB"),
        ("internal_deadline", "14 August 2026, 14:00 WIB", "21 August 2026, 14:00 WIB"),
    ]


def test_whoever_listens_to_amendments_hears_of_an_extension(jica, biroks_officer, words):
    offer = program_factories.program(jica, "OPEN")
    later = timezone.now() + dt.timedelta(days=70)
    perform(
        PROGRAM,
        "extend",
        record=offer,
        actor=biroks_officer,
        answers={"new_deadline": later, "consent": "Surat 5"},
    )
    entries = LogEntry.objects.filter(record_id=offer.pk, flow=PROGRAM.name)
    assert [(e.action, e.source, e.target, e.actor) for e in entries] == [
        ("amend", "OPEN", "OPEN", biroks_officer),
        ("extend", "OPEN", "OPEN", biroks_officer),
    ]
    assert [c["field"] for c in entries[0].data["changes"]] == ["partner_deadline", "internal_deadline"]
    assert entries[0].comment == "Surat 5"


def test_reopening_after_the_deadline_needs_a_new_one(client, jica, biroks_officer, words):
    offer = program_factories.program(jica, "CLOSED")
    later = (timezone.localtime() + dt.timedelta(days=40)).strftime("%Y-%m-%dT17:00")
    bare = act(client, biroks_officer, offer, "reopen")
    silent = act(client, biroks_officer, offer, "reopen", new_deadline=later)
    done = act(client, biroks_officer, offer, "reopen", new_deadline=later, consent="Surel 7 Mei")
    assert [r.status_code for r in (bare, silent, done)] == [400, 400, 302]
    found = Program.objects.get(pk=offer.pk)
    assert (found.status, found.internal_deadline > timezone.now()) == ("OPEN", True)


def test_registration_closed_early_is_reopened_without_the_partner(jica, biroks_officer, words):
    offer = program_factories.program(jica, "OPEN")
    closed = perform(PROGRAM, "close", record=offer, actor=biroks_officer)
    reopened = perform(PROGRAM, "reopen", record=closed, actor=biroks_officer)
    assert (closed.status, reopened.status, reopened.edition) == ("CLOSED", "OPEN", 1)


def test_the_training_starts_completes_and_is_evaluated(client, jica, ppsdm_verifier, evaluator, words):
    offer = program_factories.program(jica, "SELECTION", starts=timezone.localdate() + dt.timedelta(days=3))
    assert act(client, ppsdm_verifier, offer, "start").status_code == 400
    with time_machine.travel(timezone.now() + dt.timedelta(days=3)):
        assert act(client, ppsdm_verifier, offer, "start").status_code == 302
        running = Program.objects.get(pk=offer.pk)
        assert (
            act(client, ppsdm_verifier, running, "complete", attendance=factories.pdf("hadir.pdf")).status_code == 400
        )
    with time_machine.travel(timezone.now() + dt.timedelta(days=9)):
        assert act(client, ppsdm_verifier, running, "complete").status_code == 400
        done = act(client, ppsdm_verifier, running, "complete", attendance=factories.pdf("hadir.pdf"))
        assert done.status_code == 302
        completed = Program.objects.get(pk=offer.pk)
        answers = {
            "reaction": "on",
            "learning": "on",
            "report_file": factories.pdf("laporan.pdf"),
            "summary": LONG,
        }
        assert act(client, evaluator, completed, "evaluate", **{**answers, "learning": ""}).status_code == 400
        answers["report_file"] = factories.pdf("laporan.pdf")
        assert act(client, evaluator, completed, "evaluate", **answers).status_code == 302
    kinds = set(offer.files.values_list("kind", "name"))
    assert kinds == {("GI", "gi.pdf"), ("ATTEND", "hadir.pdf"), ("REPORT", "laporan.pdf")}
    assert status_of(offer) == "EVALUATED"


def test_evaluation_is_due_thirty_working_days_after_the_end(jica, ppsdm_verifier, words):
    offer = program_factories.program(jica, "RUNNING", starts=dt.date(2026, 3, 2))
    with time_machine.travel(dt.datetime(2026, 3, 20, 3, tzinfo=dt.UTC), tick=False):
        done = perform(
            PROGRAM,
            "complete",
            record=offer,
            actor=ppsdm_verifier,
            answers={"attendance": factories.pdf("hadir.pdf")},
        )
    assert timezone.localtime(done.due_at) == timezone.make_aware(dt.datetime(2026, 4, 17, 23, 59, 59))


@pytest.mark.parametrize("state", ["PUBLISHED", "OPEN", "CLOSED", "SELECTION", "RUNNING"])
def test_a_suspended_programme_resumes_where_it_was(jica, jica_head, biroks_head, words, state):
    offer = program_factories.program(jica, state)
    suspended = perform(PROGRAM, "suspend", record=offer, actor=jica_head, answers={"reason": LONG})
    resumed = perform(PROGRAM, "resume", record=suspended, actor=biroks_head)
    assert (suspended.status, resumed.status, resumed.status_before_suspension) == ("SUSPENDED", state, "")


def test_cancelling_needs_a_reason(client, published, biroks_head):
    short = act(client, biroks_head, published, "cancel", reason="Batal")
    full = act(client, biroks_head, published, "cancel", reason=LONG)
    assert (short.status_code, full.status_code, status_of(published)) == (400, 302, "CANCELLED")


def test_of_two_decisions_on_one_offer_the_second_is_told_so(client, jica, biroks_head, biroks_officer, words):
    offer = program_factories.program(jica, "VERIFICATION")
    assert act(client, biroks_head, offer, "publish", visibility="ALL_OFFICES").status_code == 302
    late = act(client, biroks_officer, offer, "return", **{"comments-0-text": "Terlambat."})
    assert late.status_code == 409
    with pytest.raises(Stale):
        perform(
            PROGRAM,
            "return",
            record=offer,
            actor=biroks_officer,
            answers={"comments": [{"text": "x", "field": ""}]},
        )
    assert status_of(offer) == "PUBLISHED"


def test_internal_papers_of_a_programme_stay_inside(client, jica, jica_liaison, bali_operator, words):
    offer = program_factories.program(jica, "COMPLETED", visibility="PUBLIC")
    papers = {}
    for kind in ("ATTEND", "LETTER", "REPORT"):
        papers[kind] = ProgramFile(program=offer, kind=kind).hold(factories.pdf(f"{kind}.pdf"))
        papers[kind].save()
    gi = offer.files.get(kind="GI")
    found = {}
    for name, user in (("visitor", None), ("office", bali_operator), ("partner", jica_liaison)):
        client.logout() if user is None else client.force_login(user)
        found[name] = [client.get(f"/program/{offer.slug}/berkas/{f.pk}/").status_code for f in (gi, *papers.values())]
    assert found == {
        "visitor": [200, 404, 404, 404],
        "office": [200, 404, 404, 404],
        "partner": [200, 200, 200, 200],
    }
    assert LogEntry.objects.filter(record_id=offer.pk, action="download").count() == 3
