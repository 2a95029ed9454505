"""Needs over the interface: what an office writes, with the checks and sentences of its pages."""

from __future__ import annotations

import pytest
from django.test import Client

from regions.models import NeedLine, TrainingNeed
from tests import factories
from tests.api.calls import Caller
from workflow.models import LogEntry

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("vocabulary")]

LINE = {
    "post": "MEDHI",
    "requested_total": 2,
    "employment_status": "PNS",
    "in_post": 5,
    "gaps": [{"theme": "T07", "current_level": 1, "target_level": 3}],
}


@pytest.fixture
def caller(aceh_operator):
    factories.cycle()
    for code in ("T07", "T08"):
        factories.theme(code)
    return Caller(aceh_operator)


def errors(response) -> dict[str, str]:
    """Field -> sentence of a 400."""
    assert response.status_code == 400, response.content
    return {error["field"]: error["detail"] for error in response.json()["errors"]}


def logged(code: str) -> list[str]:
    """Acts in the log of a need, oldest first."""
    return list(LogEntry.objects.filter(record_code=code).order_by("seq").values_list("action", flat=True))


def test_an_office_files_a_need_from_beginning_to_end(caller, aceh_operator, aceh_head, aceh_regency):
    made = caller.post("/needs")
    need = made.json()
    path = f"/needs/{need['code']}"
    assert (made.status_code, need["status"]["code"], need["office"]["code"]) == (201, "DRAFT", aceh_regency.code)
    sections = {
        "contact_post": "Kepala Bidang",
        "contact_email": "bidang@example.test",
        "urgency": "U2",
        "preferred_mode": "BLENDED",
        "causes": ["CASELOAD"],
        "reason": "Perselisihan bertambah.",
        "budget_line": True,
        "version": need["version"],
    }
    changed = caller.patch(path, sections)
    assert changed.status_code == 200, changed.content
    assert {name: changed.json()[name] for name in ("reason", "budget_line", "contact_post")} == {
        "reason": "Perselisihan bertambah.",
        "budget_line": True,
        "contact_post": "Kepala Bidang",
    }
    line = caller.post(f"{path}/lines", LINE)
    assert (line.status_code, line.json()["post"]["code"], line.json()["gaps"][0]["target_level"]) == (201, "MEDHI", 3)
    assert line["Location"] == f"/api/v1{path}/lines/{line.json()['id']}"
    assert caller.get(line["Location"]).json() == line.json()
    record = TrainingNeed.objects.get(code=need["code"])
    factories.CoverLetter(need=record, number="500/1", date="2026-01-05").hold(factories.pdf()).save()
    factories.Evidence(need=record, evidence_type="AKPK").hold(factories.pdf("akpk.pdf")).save()
    assert [d["kind"] for d in caller.get(path).json()["documents"]] == ["letter", "evidence"]
    asked = caller.post(f"{path}/send_to_head")
    assert asked.status_code == 200, asked.content
    head = Caller(aceh_head)
    submit = next(a for a in head.get(path).json()["actions"] if a["name"] == "submit")
    assert submit["enabled"], submit
    answers = {ask["name"]: True for ask in submit["asks"] if ask["kind"] == "tick"}
    signed = head.post(submit["href"], answers)
    assert (signed.status_code, signed.json()["status"]["code"]) == (200, "PROV_REVIEW"), signed.content
    assert logged(need["code"])[:4] == ["create", "change", "change", "change"]


def test_only_what_is_sent_is_changed_and_checked(caller):
    path = f"/needs/{caller.post('/needs').json()['code']}"
    assert caller.patch(path, {"reason": "Satu kalimat."}).json()["reason"] == "Satu kalimat."
    after = caller.patch(path, {"urgency": "U1"}).json()
    assert (after["reason"], after["urgency"]["code"], after["causes"]) == ("Satu kalimat.", "U1", [])


def test_the_forms_of_the_pages_refuse_in_their_words(caller, aceh_operator):
    path = f"/needs/{caller.post('/needs').json()['code']}"
    wrong = {"urgency": "X9", "reason": "", "causes": ["NOPE"], "contact_email": "x", "contact_phone": "abc"}
    found = errors(caller.patch(path, wrong))
    assert set(found) == set(wrong)
    browser = Client()
    browser.force_login(aceh_operator)
    posted = browser.post(f"/kebutuhan{path.removeprefix('/needs')}/isi/alasan/", {**wrong, "causes": "NOPE"})
    assert posted.status_code == 400
    for name in ("urgency", "reason", "causes"):
        assert found[name] in posted.content.decode()


@pytest.mark.parametrize(
    ("sent", "named"),
    [
        ({"contact_email": 5}, {"contact_email"}),
        ({"causes": "CASELOAD"}, {"causes"}),
        ({"causes": [1]}, {"causes"}),
        ({"budget_line": "yes"}, {"budget_line"}),
        ({"version": "1"}, {"version"}),
        ({"version": True}, {"version"}),
        ({"status": "APPROVED"}, {"status"}),
        ({"reason": {"a": 1}}, {"reason"}),
    ],
)
def test_values_of_the_wrong_type_are_named(caller, sent, named):
    path = f"/needs/{caller.post('/needs').json()['code']}"
    assert set(errors(caller.patch(path, sent))) == named


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"post": "WASNAK"}, {"post"}),
        ({"post": "NOPE"}, {"post"}),
        ({"requested_total": 0}, {"requested_total"}),
        ({"requested_total": 6}, {"requested_total"}),
        ({"requested_total": 2.5}, {"requested_total"}),
        ({"requested_total": 10**12}, {"requested_total"}),
        ({"employment_status": None}, {"employment_status"}),
        ({"earliest_start": "2026-13-01"}, {"earliest_start"}),
        ({"n_female": 2, "n_male": 1}, {"n_female"}),
        ({"gaps": []}, {"gaps"}),
        ({"gaps": [{}]}, {"gaps[0].theme", "gaps[0].current_level", "gaps[0].target_level"}),
        ({"gaps": [{"theme": "T07", "current_level": 3, "target_level": 3}]}, {"gaps[0].target_level"}),
        ({"gaps": [{"theme": "T07", "current_level": 1, "target_level": 9}]}, {"gaps[0].target_level"}),
        ({"gaps": [LINE["gaps"][0], LINE["gaps"][0]]}, {"gaps[1].theme"}),
        ({"gaps": [{**LINE["gaps"][0], "unknown": 1}]}, {"gaps[0].unknown"}),
        ({"gaps": "T07"}, {"gaps"}),
        ({"gaps": [LINE["gaps"][0]] * 61}, {"gaps"}),
    ],
)
def test_a_line_that_does_not_fit_is_refused(caller, change, named):
    factories.post("WASNAK")
    path = f"/needs/{caller.post('/needs').json()['code']}/lines"
    assert set(errors(caller.post(path, {**LINE, **change}))) == named
    assert NeedLine.objects.count() == 0


def test_lines_are_changed_and_removed(caller):
    code = caller.post("/needs").json()["code"]
    path = f"/needs/{code}/lines"
    line = caller.post(path, LINE).json()
    own = f"{path}/{line['id']}"
    gap = line["gaps"][0]["id"]
    changed = caller.patch(own, {"requested_total": 3, "work_unit": "Bidang HI"}).json()
    assert {**changed, "requested_total": 2, "work_unit": ""} == line
    gaps = [{"id": gap, "target_level": 4}, {"theme": "T08", "current_level": 2, "target_level": 5}]
    found = caller.patch(own, {"gaps": gaps}).json()["gaps"]
    shown = [(g["id"] == gap, g["theme"]["code"], g["current_level"], g["target_level"]) for g in found]
    assert shown == [(True, "T07", 1, 4), (False, "T08", 2, 5)]
    assert [g["theme"]["code"] for g in caller.patch(own, {"gaps": gaps[:1]}).json()["gaps"]] == ["T07"]
    assert len(caller.get(path).json()["data"]) == 1
    assert caller.delete(own).status_code == 204
    assert [caller.delete(own).status_code, caller.get(own).status_code] == [404, 404]
    assert caller.get(f"/needs/{code}").json()["lines"] == []


def test_content_is_written_by_its_office_while_it_may_be(
    caller, aceh_head, aceh_verifier, bali_operator, aceh_regency
):
    need = factories.need(aceh_regency, status="PROV_REVIEW")
    path = f"/needs/{need.code}"
    statuses = {
        "its operator, too late": caller.patch(path, {"reason": "x"}).status_code,
        "a line, too late": caller.post(f"{path}/lines", LINE).status_code,
        "verifier": Caller(aceh_verifier).patch(path, {"reason": "x"}).status_code,
        "another office": Caller(bali_operator).patch(path, {"reason": "x"}).status_code,
        "head of office opens no draft": Caller(aceh_head).post("/needs").status_code,
        "verifier opens no draft": Caller(aceh_verifier).post("/needs").status_code,
    }
    assert statuses == {
        "its operator, too late": 409,
        "a line, too late": 409,
        "verifier": 403,
        "another office": 404,
        "head of office opens no draft": 403,
        "verifier opens no draft": 403,
    }


def test_a_draft_is_copied_from_a_need_of_the_office(caller, need_aceh, bali_operator):
    copy = caller.post("/needs", {"source": need_aceh.code}).json()
    assert copy["lines"][0]["post"]["code"] == "MEDHI"
    factories.cycle()
    assert Caller(bali_operator).post("/needs", {"source": need_aceh.code}).status_code == 404


def test_the_telephone_is_for_those_who_keep_it(caller, aceh_verifier, aceh_regency):
    need = factories.need(aceh_regency, status="PROV_REVIEW", contact_phone="0812 345678")
    assert Caller(aceh_verifier).get(f"/needs/{need.code}").json()["contact_phone"] is None
    draft = factories.need(aceh_regency, contact_phone="0812 345678")
    assert caller.get(f"/needs/{draft.code}").json()["contact_phone"] == "0812 345678"


def test_filters_are_those_of_the_page(ppsdm_verifier, aceh_regency, bali, aceh_operator):
    first = factories.need(aceh_regency, status="MIN_REVIEW", created_by=aceh_operator, urgency="U1")
    second = factories.need(bali, status="APPROVED", people=4)
    caller = Caller(ppsdm_verifier)

    def codes(query):
        return [row["code"] for row in caller.get(f"/needs?{query}").json()["data"]]

    found = {
        query: codes(query)
        for query in (
            "status=MIN_REVIEW",
            "province=51",
            "province=51&province=11&sort=people",
            "urgency=U1",
            "post=MEDHI&sort=-people",
            f"q={second.code}",
            "status=MIN_REVIEW&province=51",
        )
    }
    assert found == {
        "status=MIN_REVIEW": [first.code],
        "province=51": [second.code],
        "province=51&province=11&sort=people": [first.code, second.code],
        "urgency=U1": [first.code],
        "post=MEDHI&sort=-people": [second.code, first.code],
        f"q={second.code}": [second.code],
        "status=MIN_REVIEW&province=51": [],
    }


def test_labels_follow_the_language_codes_do_not(need_aceh, aceh_operator):
    path = f"/needs/{need_aceh.code}"
    indonesian, english = (Caller(aceh_operator, language=code).get(path).json() for code in ("id", "en"))
    assert [indonesian["status"]["code"], english["status"]["code"]] == ["DRAFT", "DRAFT"]
    assert [indonesian["status"]["label"], english["status"]["label"]] == ["Draf", "Draft"]
    assert indonesian["status"]["since"].endswith("+07:00")


def test_remarks_reach_the_office(aceh_regency, aceh_operator, aceh_verifier):
    need = factories.need(aceh_regency, status="PROV_REVIEW", created_by=aceh_operator)
    caller = Caller(aceh_verifier)
    act = next(a for a in caller.get(f"/needs/{need.code}").json()["actions"] if a["name"] == "return")
    ask = next(a for a in act["asks"] if a["kind"] == "comments")
    remarks = [{"target": "field:reason", "text": "Sebutkan angkanya."}, {"target": "line:1", "text": "Berapa orang?"}]
    wrong = caller.post(act["href"], {ask["name"]: [{"target": "field:nothing", "text": "?"}]})
    assert ask["name"] in errors(wrong)
    done = caller.post(act["href"], {ask["name"]: remarks})
    assert done.status_code in {200, 204}, done.content
    assert sorted(need.comments.values_list("field", "line_number")) == [("", 1), ("reason", None)]
