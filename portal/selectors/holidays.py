"""Reads on the holiday calendar."""

from __future__ import annotations

from django.http import Http404
from django.utils import timezone

from workflow.models import Holiday


def years() -> list[int]:
    """The years that have days off, and the present one."""
    found = {day.year for day in Holiday.objects.valid().filter(region_code="").dates("date", "year")}
    return sorted(found | {timezone.localdate().year})


def chosen_year(wanted: str, known: list[int]) -> int:
    """The year in the address, or this one."""
    return (
        int(wanted) if wanted.isdecimal() and len(wanted) == 4 and int(wanted) in known else timezone.localdate().year
    )


def holidays_in(year: int) -> list[Holiday]:
    """The days off of a year in order."""
    return list(Holiday.objects.valid().filter(region_code="", date__year=year).order_by("date"))


def common_decree(rows: list[Holiday]) -> str:
    """The decree that all these days rest on, said once instead of in every row; empty when there are several."""
    decrees = {row.decree for row in rows}
    return decrees.pop() if len(decrees) == 1 and not any(row.provisional for row in rows) else ""


def get_holiday(pk: int) -> Holiday:
    """One day off that is in the calendar."""
    found = Holiday.objects.valid().filter(pk=pk, region_code="").first()
    if found is None:
        raise Http404
    return found
