"""The filled example in the template of programmes; what it says is made up."""

from __future__ import annotations

import datetime as dt

from exchange.kinds import programmes_tables as sheets
from programs.models import Route
from regions.models.vocabulary import term_choices

REFERENCE = "Contoh 202600123J001"


def examples(user) -> dict[str, list[dict]]:
    """One filled programme; what it says is made up."""
    schemes, partners = sheets.schemes(user), sheets.partners(user)
    day = dt.date(2027, 6, 30)
    main = {
        "code": "Contoh",
        "scheme": schemes[0][0] if schemes else None,
        "title_id": "Contoh: Mediasi Hubungan Industrial",
        "title_en": "Example: Industrial Relations Mediation",
        "host": "Example Training Centre",
        "partner_reference": REFERENCE,
        "summary_id": "Pelatihan dua minggu bagi mediator.",
        "summary_en": "Two weeks of training for mediators.",
        "delivery_mode": _first("delivery_mode"),
        "country": "JP",
        "all_posts": False,
        "min_years": 2,
        "language": "EN",
        "route": Route.SETNEG.value,
        "deadline_day": day,
        "deadline_time": "17.00",
        "partner_zone": "Asia/Tokyo",
        "rolling": False,
    }
    if sheets.files_for_others(user):
        main["partner"] = partners[0][0] if partners else None
    reference = {"reference": REFERENCE}
    begin = day + dt.timedelta(days=60)
    return {
        "programmes": [main],
        "intakes": [
            reference
            | {"number": 1, "starts": begin, "ends": begin + dt.timedelta(days=11), "place": "Tokyo", "seats": 12}
        ],
        "themes": [reference | {"theme": _code(sheets.themes()), "entry_level": "1", "exit_level": "3"}],
        "posts": [reference | {"post": _code(sheets.posts())}],
        "rules": [
            reference
            | {"text_id": "Pernah menangani perselisihan.", "text_en": "Has handled a dispute.", "mandatory": True}
        ],
        "costs": [reference | {"item": _first("cost_item"), "payer": _first("payer")}],
        "contacts": [
            reference | {"post": "Programme officer", "email": "kursus@example.org", "phone": "+81 3 0000 0000"}
        ],
    }


def _code(choices: list[tuple[str, str]]) -> str | None:
    return choices[0][0] if choices else None


def _first(vocabulary: str) -> str | None:
    return _code(term_choices(vocabulary))
