"""Writes: under a key once, with the version seen, and never half."""

from __future__ import annotations

import datetime as dt

import pytest
from django.utils import timezone

from api.models import IdempotencyKey
from api.services import idempotency
from api.tasks import forget_keys
from regions.models import TrainingNeed
from tests import factories
from tests.api.calls import Caller
from tests.races import at_once
from workflow.models import LogEntry

pytestmark = pytest.mark.django_db


@pytest.fixture
def caller(aceh_operator):
    factories.cycle()
    return Caller(aceh_operator)


def test_a_write_without_a_key_is_refused(caller):
    response = caller.send("POST", "/needs", {})
    assert (response.status_code, response.json()["errors"][0]["field"]) == (400, "Idempotency-Key")
    assert caller.post("/needs", {}, key="é").status_code == 400
    assert caller.post("/needs", {}, key="x" * 201).status_code == 400
    assert TrainingNeed.objects.count() == 0


def test_the_same_again_gives_the_stored_answer(caller):
    first, again = caller.post("/needs", {}, key="k1"), caller.post("/needs", {}, key="k1")
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.content == again.content
    assert (first["Location"], again["Location"]) == (f"/api/v1/needs/{first.json()['code']}",) * 2
    assert (first.get("Idempotency-Replayed"), again["Idempotency-Replayed"]) == (None, "true")
    assert TrainingNeed.objects.count() == 1


def test_the_same_key_for_something_else_is_refused(caller, need_aceh):
    caller.post("/needs", {}, key="k1")
    other = caller.post("/needs", {"source": need_aceh.code}, key="k1")
    elsewhere = caller.post(f"/needs/{need_aceh.code}/lines", {}, key="k1")
    assert [other.status_code, elsewhere.status_code] == [422, 422]
    assert caller.post(f"/needs/{need_aceh.code}/send_to_head", {}, key="k1").status_code == 422
    assert TrainingNeed.objects.count() == 2


def test_a_refused_write_leaves_its_key_free(caller, need_aceh):
    line = {"post": "MEDHI", "requested_total": 0}
    assert caller.post(f"/needs/{need_aceh.code}/lines", line, key="k1").status_code == 400
    assert IdempotencyKey.objects.count() == 0
    assert caller.post("/needs", {}, key="k1").status_code == 201


def test_keys_of_others_are_not_met(caller, aceh_operator):
    caller.post("/needs", {}, key="k1")
    other = Caller(aceh_operator)
    assert other.post("/needs", {}, key="k1").get("Idempotency-Replayed") is None


def test_a_key_is_forgotten_after_a_day(caller):
    caller.post("/needs", {}, key="k1")
    IdempotencyKey.objects.update(made_at=timezone.now() - dt.timedelta(hours=25))
    assert caller.post("/needs", {}, key="k1").get("Idempotency-Replayed") is None
    caller.post("/needs", {}, key="k2")
    IdempotencyKey.objects.filter(key="k1").update(made_at=timezone.now() - dt.timedelta(hours=25))
    assert forget_keys() == 1
    assert list(IdempotencyKey.objects.values_list("key", flat=True)) == ["k2"]


def test_act_and_key_are_undone_together(caller, monkeypatch):
    """A process that dies before the commit has done nothing: the next try does it, once."""
    real = IdempotencyKey.objects.create

    def dies(**values):
        real(**values)
        raise MemoryError

    monkeypatch.setattr(idempotency.IdempotencyKey.objects, "create", dies)
    assert caller.post("/needs", {}, key="k1").status_code == 500
    assert (TrainingNeed.objects.count(), IdempotencyKey.objects.count()) == (0, 0)
    monkeypatch.undo()
    assert caller.post("/needs", {}, key="k1").status_code == 201
    assert TrainingNeed.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_at_once_are_done_once(aceh_operator):
    factories.cycle()
    callers = [Caller(aceh_operator) for _n in range(1)] * 4
    found = at_once(*[lambda c=c: c.post("/needs", {}, key="k1") for c in callers])
    statuses = sorted(response.status_code for response in found)
    assert statuses[0] == 201 and set(statuses) <= {201, 409}
    replayed = [r.get("Idempotency-Replayed") for r in found if r.status_code == 201]
    assert replayed.count(None) == 1
    assert TrainingNeed.objects.count() == 1
    assert [r["Retry-After"] for r in found if r.status_code == 409] == ["1"] * statuses.count(409)


# --- The version seen ------------------------------------------------------------------------------------------------


def test_an_old_version_is_told_and_nothing_is_done(caller, need_aceh):
    path = f"/needs/{need_aceh.code}"
    tag = caller.get(path)["ETag"]
    assert caller.patch(path, {"reason": "Satu."}, If_Match=tag).status_code == 200
    stale = caller.patch(path, {"reason": "Dua."}, If_Match=tag)
    assert (stale.status_code, stale.json()["version"]) == (412, need_aceh.version + 1)
    told = caller.patch(path, {"reason": "Tiga.", "version": need_aceh.version})
    assert (told.status_code, told.json()["type"].split("#")[1]) == (409, "problem-stale")
    acted = caller.post(f"{path}/send_to_head", {"version": need_aceh.version})
    assert acted.status_code == 409
    acted = caller.post(f"{path}/send_to_head", {}, If_Match=tag)
    assert acted.status_code == 412
    need_aceh.refresh_from_db()
    assert (need_aceh.reason, need_aceh.signature_requested_at) == ("Satu.", None)


def test_an_act_answers_with_the_record_as_it_is_afterwards(caller, need_aceh, aceh_operator):
    path = f"/needs/{need_aceh.code}"
    seen = caller.get(path)
    done = caller.post(f"{path}/send_to_head", {}, If_Match=seen["ETag"])
    assert done.status_code == 200
    assert done.json() == caller.get(path).json()
    assert done.json()["version"] == seen.json()["version"] + 1
    entry = LogEntry.objects.filter(record_code=need_aceh.code).order_by("-seq").first()
    assert (entry.action, entry.actor, entry.role) == ("send_to_head", aceh_operator, "DINAS_OP")


def test_acts_out_of_turn_are_told_apart(caller, need_aceh, aceh_head, jica_liaison):
    path = f"/needs/{need_aceh.code}"
    assert Caller(jica_liaison).post(f"{path}/submit", {}).status_code == 404
    wrong_role = caller.post(f"{path}/submit", {})
    assert (wrong_role.status_code, wrong_role.json()["roles"]) == (403, ["Kepala Dinas"])
    too_late = Caller(aceh_head).post(f"{path}/resubmit", {})
    assert too_late.status_code == 409
    assert caller.post(f"{path}/fulfil_all", {}).status_code == 404


def test_what_stands_in_the_way_is_said(aceh_regency, aceh_operator):
    need = factories.need(aceh_regency, created_by=aceh_operator, complete=False)
    caller = Caller(aceh_operator)
    action = caller.get(f"/needs/{need.code}").json()["actions"][0]
    assert (action["name"], action["enabled"], action["href"]) == (
        "send_to_head",
        False,
        f"/api/v1/needs/{need.code}/send_to_head",
    )
    refused = caller.post(action["href"], {})
    assert (refused.status_code, refused.json()["reasons"]) == (422, action["reasons"])
