"""Forms as people meet them: labels, help, errors, and controls that need no script."""

from __future__ import annotations

import pytest
from django import forms
from django.core.files.uploadedfile import SimpleUploadedFile
from django.template import Context, Template
from django.utils.datastructures import MultiValueDict

from workflow.comments_field import CommentsField
from workflow.forms import SinergiFormHelper
from workflow.templatetags.sinergi import error_links
from workflow.widgets import ChoiceCards, LevelScale, PaperInput, PeopleStepper


class Sample(forms.Form):
    title = forms.CharField(label="Judul", help_text="Paling banyak 40 huruf.", max_length=40)
    note = forms.CharField(label="Catatan", required=False, widget=forms.Textarea)
    level = forms.ChoiceField(label="Tingkat", choices=[("1", "dasar"), ("2", "madya")], widget=LevelScale)
    people = forms.IntegerField(label="Jumlah orang", widget=PeopleStepper)
    mode = forms.ChoiceField(
        label="Moda",
        choices=[("A", "Daring"), ("B", "Luring")],
        widget=ChoiceCards(descriptions={"A": "Dari kantor sendiri"}),
    )
    causes = forms.MultipleChoiceField(label="Sebab", choices=[("x", "X")], widget=forms.CheckboxSelectMultiple)
    paper = forms.FileField(label="Surat", required=False, widget=PaperInput(suffixes=("pdf", "xlsx")))
    agree = forms.BooleanField(label="Saya sudah memeriksa")

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.helper = SinergiFormHelper()


def drawn(form) -> str:
    return Template("{% load crispy_forms_tags %}{% crispy form %}").render(Context({"form": form}))


def test_a_form_carries_no_inline_style_or_script():
    html = drawn(Sample()) + drawn(Sample({}))
    assert [word for word in ("style=", "<script", "onclick", "<form") if word in html] == []


def test_optional_fields_say_so_and_required_ones_carry_no_asterisk():
    html = drawn(Sample())
    assert (html.count("sg-req"), "asterisk" in html) == (2, False)


def test_help_stands_between_label_and_field():
    html = drawn(Sample())
    places = [html.index('for="id_title"'), html.index('id="id_title_helptext"'), html.index('name="title"')]
    assert places == sorted(places)


def test_an_error_is_tied_to_its_field():
    html = drawn(Sample({"title": ""}))
    start = html.index("<input", html.index("id_title_helptext"))
    control = html[start : html.index(">", start)]
    assert (
        'aria-invalid="true"' in control,
        'aria-describedby="id_title_helptext id_title_error"' in control,
    ) == (
        True,
        True,
    )
    assert 'id="id_title_error"' in html


def test_the_summary_comes_first_takes_focus_and_links_every_field():
    form = Sample({"agree": ""})
    html = drawn(form)
    assert html.index("sg-errors") < html.index("sg-field")
    assert 'tabindex="-1" autofocus' in html
    assert [link["target"] for link in error_links(form)] == [
        "id_title",
        "id_level_0",
        "id_people",
        "id_mode_0",
        "id_causes_0",
        "id_agree",
    ]


def test_every_summary_link_leads_to_a_control_that_exists():
    form = Sample({})
    html = drawn(form)
    assert [link for link in error_links(form) if f'id="{link["target"]}"' not in html] == []


def test_a_page_with_several_forms_may_show_one_summary():
    form = Sample({})
    form.helper = SinergiFormHelper(summary=False)
    assert "sg-errors" not in drawn(form)


def test_a_valid_form_has_no_summary():
    form = Sample({"title": "A", "level": "1", "people": "3", "mode": "A", "causes": ["x"], "agree": "on"})
    assert (form.is_valid(), "sg-errors" in drawn(form)) == (True, False)


def test_the_level_scale_is_a_group_of_radios_with_words():
    html = drawn(Sample({"level": "2"}))
    assert html.count('name="level"') == 2
    assert "<b>2</b><span>madya</span>" in html


def test_the_buttons_of_the_stepper_wait_for_the_script():
    assert drawn(Sample()).count("data-step=") == drawn(Sample()).count(" hidden>") == 2


def test_a_choice_card_explains_itself():
    assert "Dari kantor sendiri" in drawn(Sample())


def test_a_file_field_says_what_it_takes():
    html = drawn(Sample())
    assert ('accept=".pdf,.xlsx"' in html, "PDF, XLSX" in html) == (True, True)


def test_what_people_typed_is_escaped():
    assert "<b>x</b>" not in drawn(Sample({"title": "<b>x</b>" * 9}))


class Record:
    """A record whose lines and fields may be remarked on."""

    def comment_targets(self):
        return [
            ("line:2", "Baris 2"),
            ("field:reason", "Alasan"),
            ("line:2:requested_total", "Baris 2, jumlah"),
        ]


class Remarks(forms.Form):
    def __init__(self, *args, record, required=True, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["comments"] = CommentsField(record=record, label="Catatan", required=required)
        self.helper = SinergiFormHelper()


def posted(*rows, record=None) -> Remarks:
    data = {}
    for n, (target, text) in enumerate(rows):
        data[f"comments-{n}-target"], data[f"comments-{n}-text"] = target, text
    return Remarks(data, MultiValueDict(), record=record or Record())


def test_remarks_name_the_line_and_the_field_they_speak_of():
    form = posted(
        ("line:2", "Kurangi."),
        ("field:reason", "Jelaskan."),
        ("", "Lengkapi."),
        ("line:2:requested_total", "8"),
    )
    assert form.is_valid()
    assert form.cleaned_data["comments"] == [
        {"line": "2", "field": "", "text": "Kurangi."},
        {"line": "", "field": "reason", "text": "Jelaskan."},
        {"line": "", "field": "", "text": "Lengkapi."},
        {"line": "2", "field": "requested_total", "text": "8"},
    ]


def test_empty_rows_are_left_out():
    form = posted(("", ""), ("", "  "), ("", "Lengkapi."))
    assert form.is_valid()
    assert form.cleaned_data["comments"] == [{"line": "", "field": "", "text": "Lengkapi."}]


@pytest.mark.parametrize(
    "rows",
    [
        [],
        [("", "   ")],
        [("line:2", "")],
        [("line:7", "Tidak ada baris itu.")],
        [("", "x" * 1001)],
    ],
    ids=["no row", "blank", "target without text", "unknown target", "too long"],
)
def test_remarks_that_say_nothing_are_refused(rows):
    form = posted(*rows)
    assert (form.is_valid(), len(form.errors["comments"])) == (False, 1)


def test_more_rows_than_the_page_shows_are_taken():
    form = posted(*[("", f"Catatan {n}") for n in range(12)])
    assert form.is_valid()
    assert len(form.cleaned_data["comments"]) == 12


def test_refused_remarks_are_shown_again():
    html = drawn(posted(("line:2", ""), ("", "Tetap ada.")))
    assert ("Tetap ada." in html, 'value="line:2" selected' in html) == (True, True)


def test_a_record_without_parts_takes_general_remarks():
    form = posted(("", "Lengkapi."), record=object())
    assert (form.is_valid(), form.fields["comments"].targets[0][0]) == (True, "")


def test_a_file_is_read_from_its_own_control():
    form = Sample({}, {"paper": SimpleUploadedFile("a.pdf", b"%PDF-1.4")})
    form.is_valid()
    assert "paper" not in form.errors
