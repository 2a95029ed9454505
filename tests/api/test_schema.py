"""The description of the interface and its pages: whole, true to its own examples, in both languages."""

from __future__ import annotations

import jsonschema
import pytest
from django.test import Client

from api.resource import resources
from api.views.documents import described
from tests.api.calls import ROOT

pytestmark = pytest.mark.django_db


def operations():
    """(name, operation) of everything described."""
    return [(o["operationId"], o) for methods in described()["paths"].values() for o in methods.values()]


def examples():
    """(name, schema, example) of every body sent and answered."""
    for name, operation in operations():
        contents = [operation.get("requestBody", {}).get("content", {})]
        contents += [answer.get("content", {}) for answer in operation["responses"].values()]
        for content in contents:
            for kind, part in content.items():
                for example in part.get("examples", {}).values():
                    yield f"{name} {kind}", part["schema"], example["value"]


def test_the_document_is_openapi_3_1_and_open(stranger):
    response = stranger.get("/openapi.json")
    found = response.json()
    assert (response.status_code, found["openapi"], found["info"]["version"]) == (200, "3.1.0", "1.0.0")
    assert response["Cache-Control"] == "public, max-age=300"
    assert stranger.get("/openapi.json", If_None_Match=response["ETag"]).status_code == 304
    names = [name for name, _operation in operations()]
    assert len(names) == len(set(names))


def test_every_operation_has_an_example_that_fits_its_schema():
    whole, wrong = described(), []
    for name, schema, example in examples():
        try:
            jsonschema.Draft202012Validator({**schema, "components": whole["components"]}).validate(example)
        except jsonschema.ValidationError as error:
            wrong.append(f"{name}: {error.message[:120]} at {list(error.absolute_path)}")
    assert wrong == []
    bare = [
        name
        for name, operation in operations()
        for status, answer in operation["responses"].items()
        if answer.get("content") and not all(part.get("examples") for part in answer["content"].values())
    ]
    assert bare == []


def test_every_example_of_a_row_or_record_is_whole():
    """A field without an example would not be in the documentation."""
    missing = {
        part.__name__: sorted(set(part(context={}).fields) ^ set(part.example))
        for resource in resources()
        for part in (resource.row, resource.detail)
    }
    assert {name: fields for name, fields in missing.items() if fields} == {}


def test_persons_are_no_resource():
    text = str(described()).lower()
    assert [word for word in ("nominee_name", "staff_number", "/nominations", "/people", "birth") if word in text] == []


@pytest.mark.parametrize(("language", "title"), [("id", "Antarmuka JSON"), ("en", "JSON interface")])
def test_the_pages_are_open_in_both_languages(language, title):
    browser, front = Client(), "/en/api/" if language == "en" else "/api/"
    assert f"<h1>{title}</h1>" in browser.get(front).content.decode()
    assert browser.get(f"{ROOT}/", headers={"accept-language": language}).url == front
    for resource in resources():
        page = browser.get(f"{front}{resource.name}/")
        assert page.status_code == 200
        for name, operation in operations():
            if resource.name in operation["tags"]:
                assert f'id="{name}"' in page.content.decode()


def test_every_problem_leads_to_its_place_on_the_page(stranger):
    page = Client().get("/api/").content.decode()
    place = stranger.get("/needs").json()["type"].split("#")[1]
    assert f'id="{place}"' in page
