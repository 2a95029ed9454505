"""What must be done before a programme counts as evaluated (P7). Rooms upstairs know participants and reviews; they
register their questions here, so that this room asks without knowing them."""

from __future__ import annotations

from collections.abc import Callable

from django.utils.translation import gettext as _

_missing: list[Callable[..., str]] = []
_reports: list[Callable[..., bool]] = []


def register_missing(check: Callable[..., str]) -> None:
    """(program) -> a sentence that says what is missing before the evaluation, or an empty string."""
    _missing.append(check)


def register_report(known: Callable[..., bool]) -> None:
    """(program) -> whether a finished report of the programme is kept upstairs."""
    _reports.append(known)


def evaluation_is_complete(program, actor) -> str:
    """Reaction and learning of its participants were asked for; one sentence says all that is missing."""
    return " ".join(sentence for check in _missing if (sentence := check(program)))


def report_is_there(program, actor, answers) -> str:
    """The report: a PDF attached to the act, or a review by the six criteria that is finished."""
    if answers.get("report_file") or any(known(program) for known in _reports):
        return ""
    return _("Attach the evaluation report, or finish a review of this programme first.")
