"""Lists about nominees. Every one that leaves is written down; staff numbers never leave but masked as on screen."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from accounts.roles import PARTNER
from accounts.rules import capacity
from exchange.exports.parts import code, due, note_in_log, of, status
from participants.rules import editing
from participants.selectors import evaluations, nominations, requests, rosters
from participants.services.nominations import log_read
from workflow.engine import note
from workflow.exports import Column, Found, register_export


def _nomination_columns(user) -> list[Column]:
    return [
        code(),
        Column(_("Office"), lambda row: row[0].office.name, 36),
        Column(_("Programme"), lambda row: row[0].title, 44),
        Column(_("Way of learning"), lambda row: row[0].get_path_display(), 24),
        status(lambda row: row[0].state.label),
        Column(_("Warning"), lambda row: row[1], 40),
        due(lambda row: None if row[0].state.final else row[0].due_at),
    ]


def _with_code(columns: list[Column]) -> list[Column]:
    return [code(lambda row: row[0].code), *columns[1:]]


def _evaluation_columns(user) -> list[Column]:
    return [
        code(),
        Column(_("Form"), lambda e: e.get_level_display(), 34),
        code(lambda e: e.nomination.code if e.nomination_id else "", _("Nomination")),
        Column(_("Programme"), lambda e: e.proposal.title, 44),
        Column(_("Office"), lambda e: e.office.name, 36),
        status(),
        Column(_("Opens"), lambda e: e.opens_at, 17, "moment"),
        due(),
    ]


def _request_columns(user) -> list[Column]:
    return [
        code(),
        Column(_("Office"), lambda c: c.office.name, 36),
        code(lambda c: c.nomination.code, _("Nomination")),
        Column(_("Kind of request"), lambda c: c.get_kind_display(), 30),
        status(),
        due(),
    ]


# --- Rosters: the only list with names ----------------------------------------------------------------------


def _roster(asked) -> Found:
    number = asked.GET.get("number", "")
    if number.isdecimal() and len(number) <= 5:
        roster = rosters.roster_of_intake(asked.user, of(asked), int(number))
    else:
        roster = rosters.roster_of_proposal(asked.user, of(asked))
    return Found(rosters.rows_of(asked.user, roster), (f"{roster.code}: {roster.title}",), roster)


def _log_roster(user, listing, number: int) -> None:
    """As a look at the roster's page, and who took it along."""
    roster = listing.about
    log_read(roster.record, user, roster.reading(number))
    note(roster.record.flow, roster.record, user, "download", {"kind": "roster", **roster.reading(number)})


def _findings(row) -> str:
    if row.findings:
        return "; ".join(str(finding.sentence) for finding in row.findings)
    return str(_("All met")) if row.judged else ""


def _roster_columns(user) -> list[Column]:
    inside = capacity(user)[0] not in PARTNER
    person = [
        Column(_("Person"), lambda r: r.nomination.person.shown_name, 34),
        code(lambda r: r.nomination.code, _("Nomination")),
        Column(_("Post"), lambda r: r.nomination.person.post.label, 30),
        Column(_("Office"), lambda r: r.nomination.office.name, 36),
        status(lambda r: r.nomination.state.label),
    ]
    if inside:
        person.insert(3, code(lambda r: r.nomination.person.nip_masked, _("NIP, masked"), 12))
        person.append(Column(_("Place"), lambda r: r.nomination.place_in_order, 8, "whole"))
        if editing.sees_sheets(user):
            person.append(Column(_("Panel mean"), lambda r: r.nomination.panel_mean, 10, "decimal"))
        person.append(Column(_("Conditions"), _findings, 50))
    return [
        *person,
        Column(_("Attendance in %"), lambda r: r.attendance.percent if r.attendance else None, 10, "decimal"),
        due(lambda r: None if r.nomination.state.final else r.nomination.due_at),
    ]


def register() -> None:
    """Make these lists known."""
    register_export(
        "nominations",
        _("Nominations"),
        listing=nominations.nomination_list,
        columns=lambda user: _with_code(_nomination_columns(user)),
        rows=rosters.with_warnings,
        heard=note_in_log("nominations"),
    )
    register_export(
        "evaluations",
        _("Evaluation forms"),
        listing=evaluations.evaluation_list,
        columns=_evaluation_columns,
        heard=note_in_log("evaluations"),
    )
    register_export(
        "data-requests",
        _("Requests about personal data"),
        listing=requests.correction_list,
        columns=_request_columns,
        heard=note_in_log("data-requests"),
    )
    register_export("roster", _("Participants"), listing=_roster, columns=_roster_columns, heard=_log_roster)
