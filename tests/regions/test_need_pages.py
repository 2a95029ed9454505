"""The need's page, lists, queues, files and the sheet: who opens them, what they show, how many queries they cost."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from regions.lifecycle import NEED
from regions.models import NeedStatus, TrainingNeed
from tests import factories
from workflow.engine import perform
from workflow.models import LogEntry

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("vocabulary")]
WHY = "Bukti yang dilampirkan tidak menunjukkan kebutuhan."


def queries(client, url) -> int:
    """How many queries a page costs once caches are warm."""
    client.get(url)
    with CaptureQueriesContext(connection) as found:
        assert client.get(url).status_code == 200
    return len(found)


# --- One need ------------------------------------------------------------------------------------------------------


def test_the_page_says_where_the_need_is_whose_turn_and_what_it_asks(as_user, need_aceh, aceh_operator, address):
    page = as_user(aceh_operator).get(address("need", need_aceh)).content.decode()
    for text in (
        "Draft",
        need_aceh.code,
        "Theme T07",
        "Whose turn",
        "Office operator",
        "Industrial relations mediator",
    ):
        assert text in page
    assert "Perselisihan bertambah." in page and "akpk.pdf" in page and "Send for sign-off" in page


@pytest.mark.parametrize("status", NeedStatus.values)
@pytest.mark.parametrize("language", ["/en", ""])
def test_the_page_opens_in_every_state_and_both_languages(
    status, language, as_user, auditor, aceh_regency, aceh_operator, address
):
    fields = {"merged_into": factories.need(aceh_regency, status="APPROVED")} if status == "MERGED" else {}
    need = factories.need(aceh_regency, created_by=aceh_operator, status=status, **fields)
    for user in (auditor, aceh_operator):
        assert as_user(user).get(address("need", need).replace("/en", language, 1)).status_code == 200


def test_strangers_and_partners_find_nothing(
    as_user, aceh_regency, bali_head, bali_verifier, jica_liaison, jica_head, address
):
    need = factories.need(aceh_regency, status=NeedStatus.APPROVED)
    paper = need.evidence.get()
    for user in (bali_head, bali_verifier, jica_liaison, jica_head):
        client = as_user(user)
        for url in (
            address("need", need),
            address("print", need),
            address("evidence", need, paper.pk),
            address("letter", need),
            address("act", need, "approve"),
        ):
            assert client.get(url).status_code == 404


def test_a_reviewer_of_another_guide_unit_finds_nothing(as_user, aceh_regency, inspection_reviewer, address):
    need = factories.need(aceh_regency, status=NeedStatus.TECH_REVIEW, technical_unit="DJ-PHI")
    assert as_user(inspection_reviewer).get(address("need", need)).status_code == 404


def test_codes_do_not_mind_lower_case(as_user, aceh_operator, need_aceh, address):
    assert as_user(aceh_operator).get(address("need", need_aceh).replace("KB", "kb")).status_code == 200


def test_the_ministry_decides_on_the_page_and_the_next_need_opens(
    as_user, aceh, ppsdm_head, aceh_province_operator, address
):
    first, second = (
        factories.need(
            aceh,
            created_by=aceh_province_operator,
            status=NeedStatus.MIN_REVIEW,
            due_at=timezone.now() + dt.timedelta(days=n),
        )
        for n in (1, 2)
    )
    client = as_user(ppsdm_head)
    assert 'name="then" value="next"' in client.get(address("need", first)).content.decode()
    answer = client.post(address("act", first, "approve"), {"then": "next", "version": first.version}, follow=True)
    assert answer.redirect_chain[-1][0] == address("need", second)
    answer = client.post(address("act", second, "approve"), {"then": "next"}, follow=True)
    assert answer.redirect_chain[-1][0] == address("queue")


def test_the_provinces_proposal_and_the_flags_are_shown_to_the_ministry(
    as_user, aceh_regency, aceh_operator, aceh_verifier, ppsdm_head, address
):
    need = factories.need(aceh_regency, created_by=aceh_operator, status=NeedStatus.PROV_REVIEW)
    need = perform(
        NEED, "propose_reject", record=need, actor=aceh_verifier, answers={"reason_code": "R04", "reason": WHY}
    )
    TrainingNeed.objects.filter(pk=need.pk).update(without_province=True, without_technical_review=True)
    page = as_user(ppsdm_head).get(address("need", need)).content.decode()
    for text in (
        "The province proposes to reject",
        WHY,
        "Without provincial verification",
        "Without technical opinion",
    ):
        assert text in page


def test_a_return_is_made_on_the_page_with_remarks_on_lines_and_fields(
    as_user, aceh_regency, aceh_operator, aceh_verifier, address
):
    need = factories.need(aceh_regency, created_by=aceh_operator, status=NeedStatus.PROV_REVIEW)
    client, url = as_user(aceh_verifier), address("act", need, "return")
    assert 'value="line:1:in_post"' in client.get(url).content.decode()
    assert client.post(url, {"comments-0-target": "", "comments-0-text": ""}).status_code == 400
    client.post(url, {"comments-0-target": "line:1:in_post", "comments-0-text": "Melebihi data."})
    need.refresh_from_db()
    assert (need.status, need.comments.get().about) == (NeedStatus.RETURNED, "Line 1: Staff in post")
    page = as_user(aceh_operator).get(address("need", need)).content.decode()
    assert "Melebihi data." in page and "Line 1: Staff in post" in page


def test_the_rejected_office_reads_why_and_may_object(
    as_user, aceh, aceh_province_operator, aceh_province_head, ppsdm_head, address
):
    need = factories.need(aceh, created_by=aceh_province_operator, status=NeedStatus.MIN_REVIEW)
    perform(NEED, "reject", record=need, actor=ppsdm_head, answers={"reason_code": "R04", "reason": WHY})
    page = as_user(aceh_province_head).get(address("need", need)).content.decode()
    assert WHY in page and address("act", need, "object") in page


def test_revisions_and_merged_needs_are_linked(as_user, aceh_regency, aceh_operator, bali, auditor, address):
    need = factories.need(aceh_regency, created_by=aceh_operator, status=NeedStatus.APPROVED)
    merged = factories.need(bali, status=NeedStatus.MERGED, merged_into=need)
    answer = as_user(aceh_operator).post(address("act", need, "revise"), {})
    revision = TrainingNeed.objects.get(revises=need)
    assert answer.url == address("fill", revision)
    page = as_user(auditor).get(address("need", need)).content.decode()
    assert revision.code in page and merged.code in page
    assert need.code in as_user(auditor).get(address("need", merged)).content.decode()
    assert need.code in as_user(auditor).get(address("need", revision)).content.decode()


def test_changes_after_a_return_are_shown_with_before_and_after(
    as_user, aceh_regency, aceh_operator, aceh_verifier, line_data, address
):
    need = factories.need(aceh_regency, created_by=aceh_operator, status=NeedStatus.RETURNED, return_count=1)
    client, line = as_user(aceh_operator), need.lines.get()
    client.post(address("line", need, line.pk), line_data(requested_total="4"))
    page = client.get(address("need", need)).content.decode()
    assert "Line 1: People to train: <del>2</del> → <ins>4</ins>" in page


# --- Files and paper -----------------------------------------------------------------------------------------------


def test_files_are_handed_out_under_their_name_not_sniffed_and_logged(as_user, aceh_regency, aceh_verifier, address):
    need = factories.need(aceh_regency, status=NeedStatus.PROV_REVIEW)
    answer = as_user(aceh_verifier).get(address("evidence", need, need.evidence.get().pk))
    assert (answer.status_code, b"".join(answer.streaming_content)) == (200, factories.PDF)
    assert answer["Content-Disposition"] == 'attachment; filename="akpk.pdf"'
    assert (answer["X-Content-Type-Options"], answer["Cache-Control"]) == ("nosniff", "private, no-store")
    assert as_user(aceh_verifier).get(address("letter", need)).status_code == 200
    trail = LogEntry.objects.filter(record_id=need.pk, action="download", actor=aceh_verifier)
    assert [e.data for e in trail] == [{"name": "akpk.pdf"}, {"name": "surat.pdf"}]


def test_the_file_of_another_need_does_not_exist_here(as_user, aceh_regency, aceh_operator, bali, address):
    need, other = factories.need(aceh_regency), factories.need(bali)
    assert as_user(aceh_operator).get(address("evidence", need, other.evidence.get().pk)).status_code == 404


def test_the_sheet_carries_everything_the_head_signs(as_user, need_aceh, aceh_head, address):
    page = as_user(aceh_head).get(address("print", need_aceh)).content.decode()
    for text in (
        need_aceh.code,
        "Industrial relations mediator",
        "Perselisihan bertambah.",
        "500/1/2026",
        "Head of office",
    ):
        assert text in page


# --- Lists ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def several(aceh, aceh_regency, bali):
    """Needs of three offices in several states."""
    factories.need(aceh_regency)
    factories.need(aceh_regency, status=NeedStatus.PROV_REVIEW, post_code="PKERJA", themes=(("T11", 1, 2),))
    factories.need(aceh, status=NeedStatus.MIN_REVIEW, urgency="U1")
    factories.need(bali, status=NeedStatus.APPROVED, score=72)


def shown(answer) -> set[str]:
    return {need.code for need in answer.context["listing"].rows}


def codes(**lookup) -> set[str]:
    return set(TrainingNeed.objects.filter(**lookup).values_list("code", flat=True))


def test_each_reader_lists_their_own_needs(
    as_user, several, aceh_operator, aceh_verifier, bali_head, biroks_officer, address
):
    url = address("needs")
    assert shown(as_user(aceh_operator).get(url)) == codes(office__region_code="1101")
    assert shown(as_user(aceh_verifier).get(url)) == codes(office__region_code__startswith="11") - codes(status="DRAFT")
    assert shown(as_user(bali_head).get(url)) == codes(office__region_code="51")
    assert shown(as_user(biroks_officer).get(url)) == codes() - codes(status="DRAFT")


@pytest.mark.parametrize(
    ("query", "wanted"),
    [
        ("status=PROV_REVIEW", {"status": "PROV_REVIEW"}),
        ("province=51", {"office__region_code": "51"}),
        ("post=PKERJA", {"lines__post": "PKERJA"}),
        ("theme=T11", {"lines__gaps__theme": "T11"}),
        ("urgency=U1", {"urgency": "U1"}),
        ("band=A", {"score__gte": 70}),
        ("q=bali", {"office__region_code": "51"}),
        ("q=Theme+T11", {"lines__gaps__theme": "T11"}),
        ("q=zzz", {"pk": 0}),
        ("status=NONSENSE", {"pk": 0}),
    ],
)
def test_filters_and_search_narrow_the_list(query, wanted, as_user, several, auditor, address):
    assert shown(as_user(auditor).get(f"{address('needs')}?{query}")) == codes(**wanted)


@pytest.mark.parametrize("sort", ["score", "-score", "due", "-filed", "people", "nonsense"])
def test_every_sort_opens(sort, as_user, several, auditor, address):
    assert shown(as_user(auditor).get(f"{address('needs')}?sort={sort}")) == codes()


def test_an_empty_list_offers_the_first_step(as_user, aceh_operator, aceh_head, address):
    assert "No needs yet" in as_user(aceh_operator).get(address("needs")).content.decode()
    assert address("start") in as_user(aceh_operator).get(address("needs")).content.decode()
    assert address("start") not in as_user(aceh_head).get(address("needs")).content.decode()


@pytest.mark.parametrize(
    ("name", "role", "status"),
    [
        ("needs", "operator", NeedStatus.RETURNED),
        ("needs", "auditor", NeedStatus.MIN_REVIEW),
        ("queue", "head", NeedStatus.MIN_REVIEW),
        ("province", "verifier", NeedStatus.PROV_REVIEW),
        ("province_queue", "verifier", NeedStatus.PROV_REVIEW),
        ("sign", "signer", NeedStatus.DRAFT),
        ("start", "operator", NeedStatus.CLOSED_UNMET),
    ],
)
def test_lists_cost_the_same_number_of_queries_for_two_and_thirty_rows(
    name, role, status, as_user, aceh_regency, aceh_operator, aceh_head, aceh_verifier, ppsdm_head, auditor, address
):
    user = {
        "operator": aceh_operator,
        "signer": aceh_head,
        "verifier": aceh_verifier,
        "head": ppsdm_head,
        "auditor": auditor,
    }[role]
    client = as_user(user)
    fields = {"signature_requested_at": timezone.now()} if name == "sign" else {}
    factories.need(aceh_regency, status=status, created_by=aceh_operator, **fields)
    factories.need(aceh_regency, status=status, created_by=aceh_operator, **fields)
    one = queries(client, address(name))
    for _n in range(28):
        factories.need(aceh_regency, status=status, created_by=aceh_operator, **fields)
    assert queries(client, address(name)) == one


def test_the_form_costs_the_same_for_one_and_eight_lines(as_user, aceh_regency, aceh_operator, address):
    need = factories.need(aceh_regency, created_by=aceh_operator)
    client = as_user(aceh_operator)
    urls = [address(name, need) for name in ("need", "lines", "review", "print")]
    one = [queries(client, url) for url in urls]
    line = need.lines.get()
    for _n in range(7):
        client.post(address("copy_line", need, line.pk))
    assert [queries(client, url) for url in urls] == one


# --- Queues --------------------------------------------------------------------------------------------------------


def test_queues_open_only_for_their_roles(
    as_user, aceh_operator, aceh_head, aceh_verifier, ppsdm_verifier, biroks_officer, address
):
    doors = {
        "queue": {ppsdm_verifier},
        "province": {aceh_verifier},
        "province_queue": {aceh_verifier},
        "sign": {aceh_head},
    }
    for name, insiders in doors.items():
        for user in (aceh_operator, aceh_head, aceh_verifier, ppsdm_verifier, biroks_officer):
            wanted = 200 if user in insiders else 403
            assert (name, as_user(user).get(address(name)).status_code) == (name, wanted)


def test_the_ministrys_tabs_count_what_they_show(as_user, aceh, ppsdm_verifier, address):
    late = timezone.now() - dt.timedelta(days=3)
    factories.need(aceh, status=NeedStatus.MIN_REVIEW, due_at=late)
    factories.need(aceh, status=NeedStatus.MIN_REVIEW, rejection_proposed=True)
    factories.need(aceh, status=NeedStatus.TECH_REVIEW, technical_unit="DJ-PHI")
    answer = as_user(ppsdm_verifier).get(address("queue"))
    assert {tab.name: tab.count for tab in answer.context["tabs"]} == {
        "mine": 2,
        "late": 1,
        "technical": 1,
        "proposed": 1,
        "all": 3,
        "leftovers": 0,
    }
    for tab in answer.context["tabs"]:
        assert (
            len(as_user(ppsdm_verifier).get(f"{address('queue')}?tab={tab.name}").context["listing"].rows) == tab.count
        )


def test_a_technical_reviewer_finds_what_the_unit_was_asked(as_user, aceh, mediation_reviewer, address):
    asked = factories.need(aceh, status=NeedStatus.TECH_REVIEW, technical_unit="DJ-PHI")
    factories.need(aceh, status=NeedStatus.TECH_REVIEW, technical_unit="DJ-PENTA")
    factories.need(aceh, status=NeedStatus.MIN_REVIEW)
    assert shown(as_user(mediation_reviewer).get(address("queue"))) == {asked.code}
    assert as_user(mediation_reviewer).get(address("review_next")).url == address("need", asked)


def test_an_empty_queue_says_so(as_user, ppsdm_verifier, aceh_verifier, aceh_head, address):
    assert "Nothing waits for you." in as_user(ppsdm_verifier).get(address("queue")).content.decode()
    assert "Everything has been reviewed." in as_user(aceh_verifier).get(address("province_queue")).content.decode()
    assert "Nothing waits for your signature" in as_user(aceh_head).get(address("sign")).content.decode()
    assert as_user(ppsdm_verifier).get(address("review_next")).url == address("queue")


def test_the_auditor_reads_the_queue_without_a_turn_of_their_own(as_user, aceh, auditor, address):
    factories.need(aceh, status=NeedStatus.MIN_REVIEW)
    answer = as_user(auditor).get(address("queue"))
    assert "mine" not in {tab.name for tab in answer.context["tabs"]}


def test_the_province_sees_who_has_filed_and_drafts_do_not_count(as_user, aceh_regency, aceh_verifier, address):
    factories.region("1171")
    factories.need(aceh_regency)
    answer = as_user(aceh_verifier).get(address("province"))
    assert [(f.region.code, f.has_filed) for f in answer.context["filing"]] == [("1101", False), ("1171", False)]
    factories.need(aceh_regency, status=NeedStatus.PROV_REVIEW, people=3, submitted_at=timezone.now())
    answer = as_user(aceh_verifier).get(address("province"))
    found = [(f.region.code, f.needs, f.people, f.waiting) for f in answer.context["filing"]]
    assert found == [("1171", 0, 0, 0), ("1101", 1, 3, 1)]
    assert "1 of 2 regencies and cities have filed." in answer.content.decode()


# --- Signature -----------------------------------------------------------------------------------------------------


def test_the_head_signs_on_one_screen(as_user, need_aceh, aceh_operator, aceh_head, address):
    perform(NEED, "send_to_head", record=need_aceh, actor=aceh_operator)
    need_aceh.refresh_from_db()
    client = as_user(aceh_head)
    page = client.get(address("sign")).content.decode()
    for text in (need_aceh.code, "Industrial relations mediator", "Perselisihan bertambah.", "Sign and submit"):
        assert text in page
    answer = client.post(address("act", need_aceh, "submit"), {"then": "sign", "version": need_aceh.version})
    need_aceh.refresh_from_db()
    assert (answer.url, need_aceh.status, need_aceh.submitted_by) == (
        address("sign"),
        NeedStatus.PROV_REVIEW,
        aceh_head,
    )
    assert need_aceh.code in client.get(address("sign")).content.decode()


def test_a_returned_need_is_resubmitted_from_the_same_screen(as_user, aceh_regency, aceh_operator, aceh_head, address):
    need = factories.need(
        aceh_regency,
        created_by=aceh_operator,
        status=NeedStatus.RETURNED,
        returned_from=NeedStatus.PROV_REVIEW,
        return_count=1,
        signature_requested_at=timezone.now(),
    )
    client = as_user(aceh_head)
    assert "Sign and resubmit" in client.get(address("sign")).content.decode()
    client.post(address("act", need, "resubmit"), {"then": "sign", "summary": "Angka disesuaikan."})
    need.refresh_from_db()
    assert (need.status, need.change_summary) == (NeedStatus.PROV_REVIEW, "Angka disesuaikan.")


def test_another_head_has_nothing_to_sign(as_user, need_aceh, aceh_operator, bali_head, address):
    perform(NEED, "send_to_head", record=need_aceh, actor=aceh_operator)
    assert need_aceh.code not in as_user(bali_head).get(address("sign")).content.decode()


def test_the_act_page_refuses_a_role_that_may_not(as_user, aceh_regency, aceh_operator, address):
    need = factories.need(aceh_regency, created_by=aceh_operator, status=NeedStatus.MIN_REVIEW)
    assert as_user(aceh_operator).get(address("act", need, "approve")).status_code == 403
    assert as_user(aceh_operator).get(address("act", need, "conjure")).status_code == 404


def test_filling_a_draft_for_the_first_time_is_no_news_on_the_page_but_stays_in_the_log(
    as_user, aceh_regency, aceh_operator, address
):
    need = factories.need(aceh_regency, created_by=aceh_operator, complete=False)
    client = as_user(aceh_operator)
    reason = {"urgency": "U1", "preferred_mode": "ONLINE", "causes": ["CASELOAD"], "reason": "Kasus naik."}
    client.post(address("reason", need), reason)
    assert "Content changed" not in client.get(address("need", need)).content.decode()
    client.post(address("reason", need), {**reason, "urgency": "U2"})
    assert "Urgency: <del>" in client.get(address("need", need)).content.decode()
    assert LogEntry.objects.filter(record_id=need.pk, action="change").count() == 2


def test_the_ministrys_deadline_is_told_in_its_own_zone(as_user, bali, ppsdm_verifier, address):
    need = factories.need(bali, status=NeedStatus.MIN_REVIEW)
    assert "23:59 WIB" in as_user(ppsdm_verifier).get(address("need", need)).content.decode()
