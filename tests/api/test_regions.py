"""What is open to everyone: regions and vocabularies; and organisations for who is signed in."""

from __future__ import annotations

import pytest

from tests import factories
from tests.api.calls import Caller

pytestmark = pytest.mark.django_db


def test_regions_are_open_and_filtered(stranger):
    for code in ("1101", "1171", "51"):
        factories.region(code)

    def codes(query):
        return [row["code"] for row in stranger.get(f"/regions?{query}").json()["data"]]

    assert [codes(""), codes("level=CITY"), codes("province=11"), codes("q=11.71"), codes("sort=-code&limit=1")] == [
        ["11", "1101", "1171", "51"],
        ["1171"],
        ["1101", "1171"],
        ["1171"],
        ["51"],
    ]
    assert stranger.get("/regions/1171").json()["province"] == {"code": "11", "label": "Provinsi Aceh"}
    assert stranger.get("/regions/9999").status_code == 404


def test_vocabularies_are_open_in_both_languages(stranger, vocabulary):
    rows = stranger.get("/vocabularies?vocabulary=urgency&fields=code,vocabulary").json()["data"]
    assert rows[0] == {"vocabulary": "urgency", "code": "U1"}
    labels = [Caller(language=code).get("/vocabularies/urgency.U1").json()["label"] for code in ("id", "en")]
    assert labels[0] != labels[1]
    assert stranger.get("/vocabularies/urgency.NOPE").status_code == 404
    assert stranger.get("/vocabularies?vocabulary=nope").status_code == 400


def test_posts_and_themes_are_open(stranger):
    factories.theme("T07")
    assert stranger.get("/themes/T07").json()["posts"] == [
        {"code": "MEDHI", "label": "Mediator Hubungan Industrial"},
    ]
    assert [row["code"] for row in stranger.get("/posts").json()["data"]] == ["MEDHI"]


def test_organisations_are_for_who_is_signed_in(stranger, aceh_operator, jica):
    assert stranger.get("/organisations").status_code == 401
    caller = Caller(aceh_operator)
    assert [row["code"] for row in caller.get("/organisations?kind=PARTNER").json()["data"]] == ["JICA"]
    assert "email" not in caller.get("/organisations/JICA").json()
    assert Caller(aceh_operator, "needs:read").get("/organisations").status_code == 403
    assert Caller(aceh_operator, "needs:read").get("/regions").status_code == 200
