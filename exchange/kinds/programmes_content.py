"""Rows of a file as the five sections of an offer: what the forms of its pages are bound to, and what would change."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from decimal import Decimal

from django.db import transaction
from django.utils.translation import get_language

from exchange.kinds.programmes_tables import MAIN, ROW_KEYS, files_for_others
from programs.forms import SECTION_FORMS, section_form
from programs.models import SECTIONS, Program, Scheme
from programs.services.amendments import both_languages
from regions.models import FunctionalPost

NOT_IN_FILES = ("gi", "letter", "other", "remove")
"""Fields of papers: they are uploaded on the page."""
NAMES = tuple(name for name, _label in SECTIONS)
USUAL_TIME = "17:00"
"""What an empty time of the partner's deadline means, on the page and here."""


def sketch(partner, scheme: Scheme, reference: str) -> Program:
    """An offer that is not stored, with what a new draft begins with: forms judge it like any other. No row has
    the number 0, so that it has no rows of its own either."""
    return Program(
        pk=0,
        partner=partner,
        scheme=scheme,
        partner_reference=reference,
        funding_mode=scheme.funding_mode,
        route=scheme.route,
        needs_agreement=scheme.needs_agreement,
    )


def touched(content: dict) -> list[str]:
    """The sections a file says anything about; the others are left as they are."""
    return [
        section
        for section in NAMES
        if any(name in content["main"] for name in MAIN[section])
        or any(prefix in content["rows"] for prefix in SECTION_FORMS[section][1])
        or (section == "competencies" and "posts" in content["rows"])
    ]


def storable(value):
    """A value of a cell as JSON keeps it."""
    if isinstance(value, dt.date | dt.time):
        return value.isoformat()
    return f"{value:f}" if isinstance(value, Decimal) else value


def bound(section: str, program: Program, content: dict, actor):
    """The form of a section as somebody would send it who filled in the page with this content: what the file does not
    say keeps its value."""
    page = section_form(section, program, actor=actor)
    data = {name: page.main[name].value() for name in page.main.fields if name not in NOT_IN_FILES}
    data = {name: "" if value is None else value for name, value in data.items()}
    data |= {name: content["main"][name] for name in MAIN[section] if name in content["main"]}
    if section == "papers":
        data["deadline_time"] = _time(data["deadline_time"])
    if section == "papers" and not data["partner_zone"]:
        data["partner_zone"] = "Asia/Jakarta"
    if section == "competencies":
        _choose_posts(data, content)
    for formset in page.rows:
        data |= _rows(formset, content["rows"].get(formset.key))
    return section_form(section, program, actor=actor, data=data)


def _time(value):
    """A time of day, also where Excel keeps it as the end of a moment; what is none is left to the form."""
    if isinstance(value, dt.time):
        return value
    found = re.search(r"(?:^|\s|T)(\d{1,2}[.:]\d{2})(?:[.:]\d{2})?$", str(value or "").strip())
    return found[1] if found else value or USUAL_TIME


def _choose_posts(data: dict, content: dict) -> None:
    if data["all_posts"]:
        data["posts"] = list(FunctionalPost.objects.current().values_list("pk", flat=True))
    elif "posts" in content["rows"]:
        known = [getattr(post, "pk", post) for post in data["posts"] or []]
        data["posts"] = list(
            dict.fromkeys([*known, *(row["post"] for row in content["rows"]["posts"] if row.get("post"))])
        )


def _rows(formset, given: list[dict] | None) -> dict:
    """Data of a formset: known rows with what the file says of them, then new ones. What the file does not have
    stays: rows are taken out on the page."""
    prefix, key = formset.prefix, ROW_KEYS[formset.key]
    left = list(given or [])
    lines = []
    for form in formset.initial_forms:
        known = {"id": form.instance.pk} | _typed(form)
        name = same_row(getattr(form.instance, f"{key}_id", None) or getattr(form.instance, key))
        own = next((row for row in left if same_row(row.get(key)) == name), None)
        if own is not None:
            left.remove(own)
            known |= {name: value for name, value in own.items() if name in known or name == "row"}
        lines.append(known)
    number = len(lines)
    usual = _typed(formset.empty_form)
    lines += [usual | row for row in sorted(left, key=lambda row: row.get("number") or 0)]
    data = {f"{prefix}-TOTAL_FORMS": len(lines), f"{prefix}-INITIAL_FORMS": number}
    for place, line in enumerate(lines):
        data |= {f"{prefix}-{place}-{name}": "" if value is None else value for name, value in line.items()}
    return data


def same_row(value) -> str:
    """By what two rows are one."""
    return " ".join(str(value if value is not None else "").casefold().split())


def wrong_in_rows(formset) -> Iterator[tuple[str, str, str]]:
    """(number of the row or "", field or "", sentence) of everything a formset refuses."""
    for form in formset.forms:
        row = str(formset.data.get(f"{form.prefix}-row", ""))
        for name, sentences in form.errors.items():
            for sentence in sentences:
                yield row, "" if name == "__all__" else name, sentence
    for sentence in formset.non_form_errors():
        yield "", "", sentence


def changes_by(program: Program, content: dict, actor) -> list[dict]:
    """What of a stored programme would read differently: written, read and taken back, so that the same sentences
    appear as in an amendment. Nothing of it stays, nobody is told."""
    before = both_languages(program)
    with transaction.atomic():
        write(program, content, actor)
        after = both_languages(program)
        transaction.set_rollback(True)
    here = "en" if (get_language() or "id").startswith("en") else "id"
    nothing = ("", "")
    found = []
    for name in dict.fromkeys([*before[here], *after[here]]):
        # A requirement may change in the other language alone: then that one is shown.
        for language in (here, *({"id", "en"} - {here})):
            old, new = before[language].get(name, nothing), after[language].get(name, nothing)
            if old[1] != new[1]:
                found.append({"label": str(new[0] or old[0]), "before": str(old[1]), "after": str(new[1])})
                break
    return found


def write(program: Program, content: dict, actor) -> None:
    """The bare columns and rows of all sections that are in order."""
    for section in touched(content):
        form = bound(section, Program.objects.get(pk=program.pk), content, actor)
        if form.is_valid():
            form.write()


def is_changed(form) -> bool:
    """Whether a section's form holds anything the programme does not."""
    return any(part.has_changed() for part in form.parts)


def _typed(form) -> dict:
    """What stands in the fields of a stored row."""
    return {name: form[name].value() for name in form._meta.fields if name != "program"}


def rows_of(program: Program, actor) -> dict[str, list[dict]]:
    """A stored programme as the rows a file would have."""
    reference = {"reference": program.partner_reference or program.code}
    found: dict[str, list[dict]] = {"programmes": [{"code": program.code}]}
    if files_for_others(actor):
        found["programmes"][0]["partner"] = program.partner.code
    for section in NAMES:
        page = section_form(section, program, actor=actor)
        found["programmes"][0] |= {name: _cell(page.main[name].value()) for name in MAIN[section]}
        for formset in page.rows:
            found[formset.key] = [
                reference
                | ({"number": form.instance.number} if formset.key == "intakes" else {})
                | {name: _cell(value) for name, value in _typed(form).items()}
                for form in formset.initial_forms
            ]
    main = found["programmes"][0]
    if program.partner_deadline is None:
        main["deadline_time"] = None
    elif main["deadline_time"]:
        main["deadline_time"] = main["deadline_time"].strftime("%H.%M")
    found["posts"] = [] if program.all_posts else [reference | {"post": post.pk} for post in program.posts.all()]
    return found


def _cell(value):
    if isinstance(value, list):
        return [str(item) for item in value]
    return None if value == "" else value
