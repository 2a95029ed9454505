"""The list of people a breach concerns."""

from __future__ import annotations

import csv
import datetime as dt
import stat

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from participants.models import NominationStatus as S
from participants.models import Person
from participants.services.people import empty
from tests import nomination_factories as make
from tests import rights_factories as rights

pytestmark = pytest.mark.django_db


def written(tmp_path, **options) -> list[dict]:
    target = tmp_path / f"{len(list(tmp_path.iterdir()))}.csv"
    call_command("affectedsubjects", since="2020-01-01", to=str(target), verbosity=0, **options)
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    with target.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file, delimiter=";"))


@pytest.fixture
def people(abroad, aceh, cast):
    aceh.email = "dinas@example.test"
    aceh.save()
    linked = make.nomination(abroad, S.FORWARDED, who=make.person(aceh, 601, account=cast["NOMINEE"]))
    unlinked = make.nomination(abroad, S.SUBMITTED, who=make.person(aceh, 602))
    make.paper(unlinked, "CV")
    return linked, unlinked


def test_everyone_whose_data_were_held_and_how_to_reach_them(people, cast, tmp_path):
    linked, unlinked = people
    rows = written(tmp_path)
    nominees = [row for row in rows if row["kind"] == "nominee"]
    assert [(r["name"], r["nip"], r["contact"], r["codes"], r["data"]) for r in nominees] == [
        (
            linked.person.name, "•••••••••••••••601", cast["NOMINEE"].email, linked.code,
            "profile, NIP (encrypted)",
        ),
        (
            unlinked.person.name, "•••••••••••••••602", "dinas@example.test", unlinked.code,
            "profile, NIP (encrypted), documents",
        ),
    ]  # fmt: skip
    accounts = {row["contact"] for row in rows if row["kind"] == "account"}
    assert {user.email for user in cast.values()} <= accounts


def test_whom_one_account_looked_at(people, abroad, cast, browser, tmp_path):
    linked, unlinked = people
    assert written(tmp_path, read_by=cast["AUDITOR"].email) == []
    browser("AUDITOR").get(unlinked.get_absolute_url())
    assert [row["codes"] for row in written(tmp_path, read_by=cast["AUDITOR"].email)] == [unlinked.code]
    browser("EVAL").get(linked.get_absolute_url())
    assert written(tmp_path, read_by=cast["EVAL"].email) == []  # it does not exist for this role: nothing was read
    browser("PARTNER_OFF").get(linked.get_absolute_url())
    assert [row["codes"] for row in written(tmp_path, read_by=cast["PARTNER_OFF"].email)] == [linked.code]


def test_a_request_and_a_list_count_as_looking(people, abroad, cast, browser, tmp_path):
    linked, unlinked = people
    browser("AUDITOR").get(rights.correction(linked).get_absolute_url())
    assert [row["codes"] for row in written(tmp_path, read_by=cast["AUDITOR"].email)] == [linked.code]
    browser("DINAS_HEAD").get(f"/peserta/{abroad.code}/")
    found = written(tmp_path, read_by=cast["DINAS_HEAD"].email)
    assert [row["codes"] for row in found] == [linked.code, unlinked.code]


def test_the_list_of_an_intake_and_the_list_to_sign_count_as_looking(people, abroad, cast, browser, tmp_path):
    linked, unlinked = people
    intake = f"/peserta/angkatan/{abroad.program.code}/{abroad.intake.number}/"
    assert browser("PPSDM_VER").get(intake).status_code == 200
    found = written(tmp_path, read_by=cast["PPSDM_VER"].email)
    assert [row["codes"] for row in found] == [linked.code, unlinked.code]
    assert b"".join(browser("BIROKS_OFF").get(f"{intake}daftar-hadir.xlsx").streaming_content)
    found = written(tmp_path, read_by=cast["BIROKS_OFF"].email)
    assert [row["codes"] for row in found] == [linked.code, unlinked.code]


def test_only_between_the_two_moments(people, cast, browser, tmp_path):
    _linked, unlinked = people
    browser("AUDITOR").get(unlinked.get_absolute_url())
    tomorrow = timezone.localdate() + dt.timedelta(days=1)
    target = tmp_path / "later.csv"
    call_command(
        "affectedsubjects", since=str(tomorrow), until=str(tomorrow + dt.timedelta(days=1)), to=str(target),
        read_by=cast["AUDITOR"].email, verbosity=0,
    )  # fmt: skip
    assert len(target.read_text(encoding="utf-8-sig").splitlines()) == 1


def test_who_was_emptied_is_not_named_any_more(people, tmp_path):
    empty(people[1].person, timezone.now())
    assert Person.objects.filter(name="").count() == 1
    assert [row["codes"] for row in written(tmp_path) if row["kind"] == "nominee"] == [people[0].code]


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"since": "gestern"}, "is no date"),
        ({"since": "2026-13-45"}, "is no date"),
        ({"since": "2999-01-01"}, "must lie before"),
        ({"read_by": "nobody@example.test"}, "No account"),
    ],
)
def test_nonsense_gets_a_sentence(tmp_path, options, words):
    with pytest.raises(CommandError, match=words):
        call_command("affectedsubjects", **{"since": "2020-01-01", "to": str(tmp_path / "x.csv"), **options})


def test_a_file_is_never_written_over(tmp_path):
    target = tmp_path / "there.csv"
    target.write_text("kept")
    with pytest.raises(CommandError, match="cannot be written"):
        call_command("affectedsubjects", since="2020-01-01", to=str(target))
    assert target.read_text() == "kept"
