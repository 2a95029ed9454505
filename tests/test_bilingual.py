"""Content in two languages: the reader's own, else the other one with a mark that everyone can see or hear."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from django.template import Context, Template
from django.utils import translation

from accounts.models import in_local_language


def drawn(language: str, options: str = "", **texts) -> str:
    record = SimpleNamespace(**{"title_id": "", "title_en": "", "title": "Untitled", **texts})
    with translation.override(language):
        template = Template('{% load languages %}{% bilingual record "title" ' + options + " %}")
        return template.render(Context({"record": record}))


def test_a_text_in_the_readers_language_stands_as_it_is():
    both = {"title_id": "Pelatihan", "title_en": "Training"}
    assert [drawn(language, **both) for language in ("id", "en")] == ["Pelatihan", "Training"]


@pytest.mark.parametrize(
    ("reader", "given", "mark"),
    [("en", {"title_id": "Judul"}, "in Indonesian"), ("id", {"title_en": "Title"}, "dalam bahasa Inggris")],
)
def test_the_other_language_is_told_to_screen_readers_and_to_everyone(reader, given, mark):
    language, text = ("id", "Judul") if reader == "en" else ("en", "Title")
    if reader == "id":
        with translation.override("id"):
            mark = translation.gettext("in English")
    expected = f'<span lang="{language}">{text}</span> <span class="sg-in-language">{mark}</span>'
    assert drawn(reader, **given) == expected
    assert drawn(reader, "mark=False", **given) == f'<span lang="{language}">{text}</span>'


def test_what_people_typed_is_escaped_and_shortened():
    assert drawn("id", title_id="<b>a</b>") == "&lt;b&gt;a&lt;/b&gt;"
    assert drawn("id", "breaks=True", title_id="a\n<b>") == "a<br>&lt;b&gt;"
    assert drawn("id", "limit=4", title_id="panjang sekali") == "pan…"


def test_without_any_text_the_record_says_what_it_is_called():
    assert drawn("en") == "Untitled"


def test_a_field_falls_back_in_both_directions():
    found = []
    for language, given in (("id", ("", "Title")), ("en", ("Judul", "")), ("id", ("Judul", "Title"))):
        with translation.override(language):
            found.append(in_local_language(SimpleNamespace(title_id=given[0], title_en=given[1]), "title"))
    assert found == ["Title", "Judul", "Judul"]
